//! The engine [`tmpfs`] as a core module that a tool puts into a program, with a memory of its own:
//! the program's own code is unchanged, and what it imported as files is answered here.
//!
//! # Exports
//! - `memory`, and `cabi_realloc` for what the host lowers into it.
//! - Preview 2: each function of `wasi:filesystem/types` and `preopens`; of `wasi:io/streams`,
//!   `poll` and `error`; `get-environment` of `wasi:cli/environment`; and `http-error-code` of
//!   `wasi:http/types` and `network-error-code` of `wasi:sockets/network`, which take an error.
//!   They are named `INTERFACE#FUNCTION`, with the flat signatures of the canonical ABI. A handle
//!   of ours has the bit 30. A function is called where one of its handles is ours; `poll`,
//!   `get-directories` and `get-environment` always.
//! - `beside:wasi:filesystem/preopens#get-directories`, where the host's directories stay visible.
//!
//! # Imports
//! - `program`: the program's memory and its allocators (`program.rs`). `size` is in pages.
//! - `late:INTERFACE`: the host's functions, lowered with our memory and `cabi_realloc`;
//!   `host:INTERFACE`: those that need neither (`p2/host.rs`). Where the program does not import
//!   `wasi:cli/environment`, its `get-environment` does nothing.

#![no_std]

extern crate alloc;

#[cfg(any(test, target_family = "wasm"))]
mod streams;
#[cfg(any(test, target_family = "wasm"))]
mod table;

#[cfg(target_family = "wasm")]
mod files;
#[cfg(target_family = "wasm")]
mod p2;
#[cfg(target_family = "wasm")]
mod program;
#[cfg(target_family = "wasm")]
mod single;
