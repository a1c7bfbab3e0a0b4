//! An HTTP handler that answers an upload with the same bytes, and with their digest in a header.
//! The digest is known only after the whole upload, which waits in a spooled temporary file.
//!
//! The handler needs a filesystem, which `scratch compose --memory` puts under it, and otherwise
//! imports only what `wasmtime serve` links. It is `no_std`, because Rust's `std` would also import
//! terminals and an exit.

#![no_std]

extern crate alloc;

mod answer;
mod body;
mod handler;
mod refusal;
mod stored;

pub use handler::Upload;
