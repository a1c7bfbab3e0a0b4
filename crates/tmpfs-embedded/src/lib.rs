//! The engine [`tmpfs`] as a core module that a tool embeds in a program. It has its own memory.
//! The program's code does not change; this module answers the file functions that the program
//! imported.
//!
//! # Exports
//! - `memory`, and `cabi_realloc`, with which the host's results are lowered into it.
//! - WASI 0.2: each function of `wasi:filesystem/types` and `preopens`; functions of
//!   `wasi:io/streams`, `poll` and `error`; `get-environment` of `wasi:cli/environment`; and two
//!   functions that take an error, `http-error-code` of `wasi:http/types` and `network-error-code`
//!   of `wasi:sockets/network`. Their names are `INTERFACE#FUNCTION`, and their signatures those of
//!   the canonical ABI. Handles of this module have bit 30 set. The program's calls come here if
//!   one of their handles is of this module; calls of `poll`, `get-directories` and
//!   `get-environment` always do.
//! - `alone:wasi:cli/environment#get-arguments` and `initial-cwd`, which return nothing, for a
//!   program whose host has no `wasi:cli`.
//! - `beside:wasi:filesystem/preopens#get-directories`, for programs that also see the host's
//!   directories.
//! - The functions of `scratch:space/usage` and `files`, for programs of WASI 0.2. For modules of
//!   preview 1 their names have the prefix `wasi_snapshot_preview1:`, or
//!   `beside:wasi_snapshot_preview1:`.
//! - Preview 1: each function of `wasi_snapshot_preview1` for descriptors, paths, readiness and the
//!   environment. The name is `wasi_snapshot_preview1#FUNCTION`, or
//!   `beside:wasi_snapshot_preview1#FUNCTION` for programs that also see the host's directories. A
//!   program must use one of the two kinds only. Functions for arguments, clocks and random
//!   numbers, `proc_exit`, `proc_raise` and `sched_yield` are not exported. Descriptor numbers are
//!   assigned here. Each stands for a file of this module or for a descriptor of the host.
//!
//! # Imports
//! - `program`: the program's memory and its allocators (`program.rs`). The unit of `size` is a
//!   page.
//! - `late:INTERFACE`: functions of the host, lowered with this module's memory and `cabi_realloc`.
//!   `host:INTERFACE`: functions of the host that need neither (`p2/host.rs`). If the program does
//!   not import `wasi:cli/environment`, its `get-environment` does nothing.
//! - `wasi_snapshot_preview1`: functions of the host that work on the program's memory
//!   (`p1/host.rs`). If the program does not import `environ_sizes_get`, the tool makes it return
//!   an error.

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
