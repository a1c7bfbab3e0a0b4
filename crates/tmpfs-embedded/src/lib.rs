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
//! - `alone:wasi:cli/environment#get-arguments` and `initial-cwd`, for a program whose host has no
//!   `wasi:cli`: there are none.
//! - `beside:wasi:filesystem/preopens#get-directories`, where the host's directories stay visible.
//! - The functions of `scratch:space/usage` and `files`, for programs of WASI 0.2; for modules of
//!   preview 1 their names begin with `wasi_snapshot_preview1:`, or `beside:` and that.
//! - Preview 1: each function of `wasi_snapshot_preview1` about descriptors, paths, readiness and
//!   the environment, under `wasi_snapshot_preview1#FUNCTION` and, where the host's directories
//!   stay visible, `beside:wasi_snapshot_preview1#FUNCTION`: all of a program's functions must be
//!   of one kind. Not here are arguments, clocks, random numbers, `proc_exit`, `proc_raise` and
//!   `sched_yield`. The numbers of descriptors are ours; each stands for a file of ours or for a
//!   number of the host's.
//!
//! # Imports
//! - `program`: the program's memory and its allocators (`program.rs`). `size` is in pages.
//! - `late:INTERFACE`: the host's functions, lowered with our memory and `cabi_realloc`;
//!   `host:INTERFACE`: those that need neither (`p2/host.rs`). Where the program does not import
//!   `wasi:cli/environment`, its `get-environment` does nothing.
//! - `wasi_snapshot_preview1`: the host's functions, on the program's memory (`p1/host.rs`). Where
//!   the program does not import `environ_sizes_get`, it answers any error.

#![no_std]

extern crate alloc;

#[cfg(any(test, target_family = "wasm"))]
mod streams;
#[cfg(any(test, target_family = "wasm"))]
mod table;

#[cfg(target_family = "wasm")]
mod amounts;
#[cfg(all(target_family = "wasm", feature = "audit"))]
mod audit;
#[cfg(target_family = "wasm")]
mod files;
#[cfg(target_family = "wasm")]
mod p1;
#[cfg(target_family = "wasm")]
mod p2;
#[cfg(target_family = "wasm")]
mod program;
#[cfg(target_family = "wasm")]
mod single;
