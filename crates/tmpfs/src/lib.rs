//! A filesystem in memory with exact limits. It behaves as POSIX says. Its flags and error codes
//! are those of `wasi:filesystem`.
//!
//! The crate is `no_std`, has no dependency, no feature and no `unsafe` code. It reads no clock, no
//! random source and no environment: the caller passes the time to every call that needs it, and a
//! seed to every new space.
//!
//! # From the top
//! - A [`Space`] is one filesystem. [`Space::create`] makes it from [`Settings`]: its [`Limits`], a
//!   seed and the present time.
//! - A [`Handle`] is an open file or directory of a space. [`Space::root`] opens the root
//!   directory, and [`Space::open_at`] opens or makes a file below an open directory.
//! - A function that fails returns an [`Error`], one of the codes of `wasi:filesystem`.
//!
//! ```
//! use tmpfs::{DescriptorFlags, Follow, OpenFlags, Settings, Space, Timestamp};
//!
//! let now = Timestamp { seconds: 1_800_000_000, nanoseconds: 0 };
//! let mut space = Space::create(Settings::seeded([1, 2], now))?;
//! let root = space.root(DescriptorFlags::DIRECTORY)?;
//! let new = OpenFlags { create: true, exclusive: true, ..OpenFlags::default() };
//! let file = space.open_at(root, Follow::No, "greeting", new, DescriptorFlags::READ_WRITE, now)?;
//! assert_eq!(space.write_at(file, 0, b"hello", now)?, 5);
//! space.unlink_file_at(root, "greeting", now)?;
//!
//! let mut bytes = [0; 8];
//! assert_eq!(space.read_at(file, 0, &mut bytes)?, 5, "an unlinked file lives while it is open");
//! space.close(file)?;
//! assert_eq!(space.usage().content, 0);
//! space.audit().unwrap();
//! # Ok::<(), tmpfs::Error>(())
//! ```
//!
//! # Limits
//! [`Limits`] bound the bytes of content and metadata, the number of files and open handles, and
//! the lengths of names, paths and files. Every allocation is charged before it is made, at the
//! prices that [`prices`] lists. [`Space::usage`] returns the charges, and removing a file refunds
//! them. A program sees the error code of a refusal; a host finds the reason in
//! [`Space::last_refusal`]. Several spaces can share one more limit, a [`SharedLimit`], whose bytes
//! may come from a [`Pool`] of the host.
//!
//! # Templates
//! A space becomes a [`Template`] with [`Space::freeze`], or makes one with [`Space::snapshot`] and
//! goes on. Any number of spaces start from a template in constant time and share its pages until
//! they change them. [`Space::changes_since`] lists the differences from a template, and
//! [`Space::reset_to`] goes back to it.
//!
//! # Storage
//! The bytes of files are in memory, in [`MemoryPages`]. An embedder with another store implements
//! [`PageStore`]. [`Sink`] and [`Source`] move the bytes of reads and writes without a buffer in
//! between.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

/// The examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod error;
mod limits;
mod lock;
mod number;
pub mod prices;
mod quota;
mod refusal;
mod sharing;

mod hash;
mod id;
mod list;
mod packed;
mod transfer;

mod pages;
mod table;
mod text;

mod name;
mod stat;
mod times;

mod branch;
mod map;
mod page;

mod node;

mod bucket;

mod layer;
mod stack;
mod stored;
mod trie;

mod index;
mod nodes;

mod entries;

mod handle;
mod space;

mod handles;
mod template;

mod path;
mod walk;

mod lookup;

mod content;
mod create;
mod open;

mod listing;
mod remove;
mod rename;

mod clear;

mod attributes;
mod audit;

mod fold;
mod marks;
mod versions;

mod snapshot;

mod survey;

mod sorted;

mod changes;

pub use audit::Drift;
pub use changes::{Change, Changes, Difference};
pub use error::{Error, Result};
pub use handle::{DescriptorFlags, Handle};
pub use limits::{Limits, NamedLimit, Usage};
pub use listing::{Cursor, DirectoryEntry};
pub use lookup::Follow;
pub use number::parse_number;
pub use open::OpenFlags;
pub use pages::{MemoryPages, PAGE, PageStore};
pub use refusal::{Limit, Refusal};
pub use sharing::{Pool, SharedLimit, SharedLimits, SharedUsage};
pub use space::{Settings, Space};
pub use stat::{Kind, MetadataHash, NewTimestamp, Stat, Timestamp};
pub use template::Template;
pub use transfer::{Sink, Source, Zeros};
