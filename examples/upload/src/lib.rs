//! An HTTP handler that answers an upload with itself, and with its digest in front: what cannot be
//! done before all of it is there. Until then it is in a spooled temporary file.
//!
//! It needs of its host what `wasmtime serve` links, and a filesystem: `scratch compose --memory`
//! puts one under it. Hence it is `no_std`: Rust's `std` would ask for terminals and an exit.

#![no_std]

extern crate alloc;

mod answer;
mod body;
mod handler;
mod refusal;
mod stored;

pub use handler::Upload;
