//! The functions of `wasi_snapshot_preview1`, over a table of descriptors: ours and the host's.

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

/// Lends the space to a test.
#[cfg(feature = "audit")]
pub(crate) fn with_space<R>(work: impl FnOnce(&tmpfs_start::Space) -> R) -> R {
    held::look::<false, _>(|held| work(&held.space))
}
