//! A filesystem in memory, with POSIX's behaviour as `wasi:filesystem` words it and quotas that
//! cannot drift. It reads no clock, no random source and no environment: it is told.
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
//! Programs see a code where a limit refuses; hosts find the reason in [`Space::last_refusal`].

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

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
