//! The functions of WASI 0.2, with the flat signatures of the canonical ABI.

mod abi;
mod held;
mod host;

mod descriptor;
mod entries;
mod environment;
mod error;
mod paths;
mod poll;
mod preopens;
mod space;
mod splice;
mod streams;

/// Runs a test's work on the space.
#[cfg(feature = "audit")]
pub(crate) fn with_space<R>(work: impl FnOnce(&tmpfs_start::Space) -> R) -> R {
    held::look(|held| work(&held.space))
}
