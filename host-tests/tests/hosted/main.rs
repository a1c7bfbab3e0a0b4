//! The crate `wasmtime-scratch`, as a host uses it: spaces beside the host's own directories,
//! shared ones, limits, and what a host learns while the guest runs and afterwards.

mod costs;
mod embedder;
mod example;
mod mounts;
mod sharing;
mod templates;
mod usage;
