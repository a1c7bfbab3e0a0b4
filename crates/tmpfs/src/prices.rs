//! Prices of rows, in bytes, which are charged to [`Limits::metadata`](crate::Limits::metadata).
//!
//! A price is the most memory that a row and its share of the indexes take. Nothing else is charged
//! to that limit, and the price is refunded when the row is removed.
//!
//! An empty file with a short name costs 244 bytes: a [`NODE`], an [`ENTRY`], and about 20 bytes
//! for its share of the directory's [`BRANCH`]es and [`BUCKET`]s.

/// The price of a file, directory or symbolic link: 88 bytes for the node, and the rest for finding
/// its copy if the node is a template's.
pub const NODE: u64 = 176;

/// The price of a name of up to [`SHORT`] bytes. A hard link is another name. A longer name also
/// costs an [`ALLOCATION`] and its bytes.
pub const ENTRY: u64 = 48;

/// The most bytes of a name that is stored in its entry.
pub const SHORT: usize = 30;

/// The price of an allocation beside its bytes: for a longer name, and for the target of a symbolic
/// link.
pub const ALLOCATION: u64 = 16;

/// The price of a level for up to 16 numbers: places in a directory's listing, or pages of a file.
///
/// A directory or file that has only the first number needs no level. Each further factor of 16
/// needs one level more. The index of a directory needs levels from its second [`BUCKET`] on.
pub const BRANCH: u64 = 72;

/// The price of up to [`BUCKET_ENTRIES`] entries in the index of a directory. Two neighbours that
/// together have no more entries than that become one.
pub const BUCKET: u64 = 144;

/// The most entries in a bucket.
pub const BUCKET_ENTRIES: usize = 16;

/// The bytes of the smallest first page of a file, and so the least charge for content that is not
/// all zeros.
pub const SMALLEST_PAGE: usize = 64;

/// The price of a page of a file. The bytes of the page are charged to
/// [`Limits::content`](crate::Limits::content).
pub const PAGE: u64 = 48;
