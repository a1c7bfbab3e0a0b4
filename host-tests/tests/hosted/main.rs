//! The crate `wasmtime-scratch` in use by a host. The tests lend spaces beside the host's
//! directories, share spaces, reach limits, and read a space while its guest runs and afterwards.

#[path = "../../../crates/tmpfs/tests/hostile/allocator.rs"]
mod allocator;
mod costs;
mod embedder;
mod example;
mod memory;
mod mounts;
mod sharing;
mod templates;
mod usage;
