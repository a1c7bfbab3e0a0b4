//! Scratch space for programs that you host with wasmtime: a filesystem in memory under `/tmp`, or
//! any other path, with limits that hold exactly, and nothing on the host's disk.
//!
//! A host adds one line to the linker that it has, and one field to the state of its stores. Any
//! component of WASI 0.2 then finds the space beside the directories that the host grants: Rust,
//! C, Go, Python and JavaScript programs as their toolchains made them.
//!
//! ```no_run
#![doc = include_str!("../examples/host.rs")]
//! ```
//!
//! | what | where | systems |
//! |---|---|---|
//! | limits, usage, the reason of a refusal | [`Space`] | all |
//! | mounts: several spaces, read-only ones, `TMPDIR` | [`ScratchCtx`] | all |
//! | the linker, synchronous and asynchronous | [`p2`] | all |
//! | one budget for many spaces, a memory pool of the host's own | [`SharedLimit`], [`Pool`] | all |
//! | start, fork, roll back, what changed | [`Template`], [`Space::changes_since`] | all |
//! | single files: write, read, list, remove | [`Space::write`], [`Space::read`], [`Space::list`], … | all |
//! | trees as tar archives | [`Space::unpack`], [`Space::pack`] | all |
//! | trees of the host's directories | `Space::copy_in`, `Space::copy_out`, `Copying::copy_out_at`, `Copying::overwrite` | Linux |
//!
//! The [guides](guides) are whole hosts with the reasons behind them: a plugin host, a code
//! interpreter and a query engine.
//!
//! # What a guest sees
//! The semantics are those of a directory on Linux that wasmtime-wasi serves, inode numbers, hard
//! and symbolic links, and files that are removed while open included. Between two mounts renaming
//! and linking are `cross-device`. A limit that is reached is an error that the program can handle,
//! and what it deletes it can have again:
//!
//! | limit | code | in POSIX |
//! |---|---|---|
//! | bytes, names and metadata, files | `insufficient-space` | `ENOSPC` |
//! | bytes of one file | `file-too-large` | `EFBIG` |
//! | open descriptors, streams and listings | `insufficient-memory` | `ENOMEM` |
//! | the budget that spaces share | `quota` | `EDQUOT` |
//!
//! No path of the host reaches the guest, neither in a name nor in an error. The host holds what
//! the limits allow, and for each call at most 1 MiB more, beside the arguments that wasmtime
//! copies. A call waits for nothing but another call on the same space, so that a host may use the
//! asynchronous linker without a thread for it.
//!
//! # What stays after a trap
//! A guest that traps, runs out of fuel or is dropped in the middle of a write leaves the books
//! exact and nothing open. Its files stay as long as a clone of the [`Space`] lives, and then go.

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
    Change, Difference, Drift, Error, Kind, Limit, Limits, Pool, Refusal, Result, SharedLimit,
    SharedLimits, SharedUsage, Stat, Timestamp, Usage,
};
