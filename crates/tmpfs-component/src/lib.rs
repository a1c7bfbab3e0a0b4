//! The engine [`tmpfs`] as `wasi:filesystem`: WIT in, a call of the engine, WIT out. The rules
//! about files are the engine's; here is what a component adds to them: names of things, streams,
//! and what it is told by its environment or by whoever composed it.
//!
//! Two components are made of it: `tmpfs-lite.wasm` and `tmpfs.wasm` (feature `streams`). Their
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

/// What implements the exported interfaces.
pub(crate) struct Component;
