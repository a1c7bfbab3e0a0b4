//! Scratch space for programs that you host with wasmtime: a filesystem in memory with exact
//! limits, mounted at `/tmp` or any other path. Nothing is written to the host's disk.
//!
//! Any component of WASI 0.2 sees the space beside the directories that the host grants. It needs
//! no changes, whether its language is Rust, Python or JavaScript. Modules of preview 1, such as
//! those of C, are made components first; those of Go cannot be.
//!
//! # From the top
//! - A [`Space`] is one filesystem. [`Space::builder`] sets its limits.
//! - A [`ScratchCtx`] lists the spaces of one store, each with the path at which it is mounted.
//! - The state of a store implements [`ScratchView`], beside wasmtime-wasi's own view.
//! - [`p2::add_to_linker_sync`] or [`p2::add_to_linker_async`] adds the spaces to the linker, after
//!   wasmtime-wasi's own function.
//!
//! A host depends on `wasmtime` and `wasmtime-wasi`, both of version 48, beside this crate, and
//! needs Rust 1.95 or later. This is a whole host:
//!
//! ```no_run
#![doc = include_str!("../examples/host.rs")]
//! ```
//!
//! The [guides](guides) are larger hosts, with the reasons for each step: a plugin host, a code
//! interpreter and a query engine.
//!
//! # What a host can do with a space
//!
//! | what | where | systems |
//! |---|---|---|
//! | limits, usage, the reason of a refusal | [`Space`] | all |
//! | mounts: several spaces, read-only ones, `TMPDIR` | [`ScratchCtx`] | all |
//! | one budget for many spaces, a memory pool of the host's own | [`SharedLimit`], [`Pool`] | all |
//! | start, fork, roll back, what changed since a snapshot | [`Space::snapshot`], [`Template`], [`Space::changes_since`] | all |
//! | single files: write, read, list, remove | [`Space::write`], [`Space::read`], [`Space::list`], … | all |
//! | trees as tar archives | [`Space::unpack`], [`Space::pack`] | all |
//! | trees of the host's directories | `Space::copy_in`, `Space::copy_out`, `Copying::copy_out_at`, `Copying::overwrite` | Linux |
//!
//! The crate also compiles on Windows, macOS, FreeBSD and Android; its tests run on Linux.
//!
//! # What a guest sees
//! A space behaves like a directory on Linux that wasmtime-wasi serves. It has inode numbers, hard
//! and symbolic links, and files that can be used after they were removed. Renaming and linking
//! between two mounts fail with `cross-device`. At a limit, a guest gets one of the errors below.
//! It can handle the error, and what it then deletes makes room again ([`Template`] tells how much
//! in a fork, towards a shared limit):
//!
//! | limit | code | in POSIX |
//! |---|---|---|
//! | bytes, names and metadata, files | `insufficient-space` | `ENOSPC` |
//! | bytes of one file | `file-too-large` | `EFBIG` |
//! | open descriptors, streams and listings | `insufficient-memory` | `ENOMEM` |
//! | the budget that spaces share | `quota` | `EDQUOT` |
//!
//! # Security
//! No path of the host reaches the guest, neither in a name nor in an error. The limits bound the
//! memory of the host: for each call it holds at most 1 MiB more, beside the arguments that
//! wasmtime copies. A call waits only for another call on the same space, so a host can use the
//! asynchronous linker without an extra thread.
//!
//! # After a trap
//! A guest may trap, run out of fuel or be dropped in the middle of a write. Its handles are then
//! closed, and the charges are exact. Its files stay until the last clone of the [`Space`] is
//! dropped.
//!
//! # After a refusal in a copy
//! A copy of a tree continues after an entry that it refuses, such as a device or a link that leads
//! out, and returns an error in the end: [`CopyError::refused`] lists those entries, and
//! [`CopyError::stop`] is set only if the copy ended early. A host that treats every error as final
//! gives up on a folder with one bad link in it.

/// The examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod convert;
mod copy;
mod ctx;
mod files;
pub mod guides;
mod held;
mod number;
mod open;
pub mod p2;
mod space;
mod streams;
mod template;

pub use copy::{Copied, CopyError, Copying, Progress, Reason, Refused, Stop};
pub use ctx::{ScratchCtx, ScratchCtxView, ScratchView};
pub use files::Entry;
pub use space::{Builder, Space};
pub use template::Template;
pub use tmpfs::{
    Change, Difference, Drift, Error, Kind, Limit, Limits, Refusal, Result, SharedLimit,
    SharedLimits, SharedUsage, Stat, Timestamp, Usage,
};

/// In a host, a [`SharedLimit`] that has the pool behind it is given to
/// [`Builder::shared_limit`]:
///
/// ```
/// use wasmtime_scratch::{Pool, SharedLimit, SharedLimits, Space};
///
/// struct Tenant;
///
/// impl Pool for Tenant {
///     fn grow(&self, bytes: u64) -> bool {
///         // … ask the tenant's budget …
/// #       let _ = bytes;
///         true
///     }
///
///     fn shrink(&self, bytes: u64) {
///         // … give it back …
/// #       let _ = bytes;
///     }
/// }
///
/// let limits = SharedLimits { bytes: u64::MAX, nodes: 100_000, handles: 1_000 };
/// let shared = SharedLimit::with_pool(limits, Tenant);
/// let space = Space::builder().shared_limit(&shared).build()?;
/// # Ok::<(), wasmtime_scratch::Error>(())
/// ```
///
/// The text below is that of the engine, whose example makes a space without a host.
#[doc(inline)]
pub use tmpfs::Pool;
