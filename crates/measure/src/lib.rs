//! The benchmark kit: what the benchmarks of the components (`host-tests/bench`), of the
//! filesystem engine (`crates/tmpfs/peers`) and of the crate for hosts
//! (`crates/wasmtime-scratch/peers`) have in common.
//!
//! Absolute times differ between machines and between hours. Compare ratios within a round, in
//! which all peers run one after the other on one core.

#![forbid(unsafe_code)]

mod pinning;
mod rounds;
mod spread;
#[cfg(unix)]
mod stopwatch;
pub mod table;

pub use pinning::pin;
pub use rounds::{Effort, Phases, Repeats, interleave};
pub use spread::Spread;
#[cfg(unix)]
pub use stopwatch::Stopwatch;
