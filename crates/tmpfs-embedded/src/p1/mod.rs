//! The functions of `wasi_snapshot_preview1`. They share a table of descriptors, of this module and
//! of the host.

mod abi;
mod host;

mod held;

mod descriptors;
mod entries;
mod environment;
mod files;
mod paths;
mod poll;
mod preopens;
mod sockets;
mod space;
mod transfer;

/// Runs a test's work on the space.
#[cfg(feature = "audit")]
pub(crate) fn with_space<R>(work: impl FnOnce(&tmpfs_start::Space) -> R) -> R {
    held::look::<false, _>(|held| work(&held.space))
}
