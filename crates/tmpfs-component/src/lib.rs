//! The engine [`tmpfs`] as a component that exports `wasi:filesystem`. Each function converts its
//! parameters, calls the engine, and converts the result. The engine has the rules about files. A
//! component adds resources, streams, and settings that the environment or the composer gives.
//!
//! There are two components: `tmpfs-lite.wasm`, and `tmpfs.wasm` with the feature `streams`. Their
//! worlds are in `wit/worlds.wit`.

#![no_std]

extern crate alloc;

mod bindings;
mod convert;
mod state;

mod rt;

mod cli_environment;
mod content;
mod descriptor;
mod filesystem_preopens;
mod filesystem_types;
mod space_files;
mod space_usage;

#[cfg(feature = "streams")]
mod cli_stdio;
#[cfg(feature = "streams")]
mod clocks_monotonic;
#[cfg(feature = "streams")]
mod io_error;
#[cfg(feature = "streams")]
mod io_poll;
#[cfg(feature = "streams")]
mod io_streams;
#[cfg(feature = "streams")]
mod sockets_ip_name_lookup;
#[cfg(feature = "streams")]
mod sockets_tcp;
#[cfg(feature = "streams")]
mod sockets_udp;

/// The type that implements the exported interfaces.
pub(crate) struct Component;
