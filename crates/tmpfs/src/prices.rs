//! Prices: the charges to [`Limits::metadata`](crate::Limits::metadata), in bytes, for what a row
//! takes at the most, with a share of what finds it. Nothing else is charged there, and each is
//! refunded when what it was charged for goes.
//!
//! An empty file with a short name costs a [`NODE`], an [`ENTRY`], and its share of the directory's
//! [`BRANCH`]es and [`BUCKET`]s, which is about 20 bytes: 244 in all.

/// A file, directory or symbolic link: 88 bytes, and what leads to its copy where it is a
/// template's.
pub const NODE: u64 = 176;

/// A name of a node, of up to [`SHORT`] bytes; hard links are further names. A longer one has an
/// [`ALLOCATION`] of its own.
pub const ENTRY: u64 = 48;

/// The most bytes of a name that lies in its entry.
pub const SHORT: usize = 30;

/// The bytes that an allocation takes beside its own: for a longer name, and for the target of a
/// symbolic link.
pub const ALLOCATION: u64 = 16;

/// A level for up to 16 numbers: places of a directory's listing, pages of a file. None is needed
/// for a directory or file with the first number only; each further factor of 16 takes one level
/// more. The index of a directory has them, too, from its second [`BUCKET`] on.
pub const BRANCH: u64 = 72;

/// Up to [`BUCKET_ENTRIES`] entries in the index of a directory, by their names; two neighbours
/// with no more entries than that become one.
pub const BUCKET: u64 = 144;

/// The most entries in a bucket.
pub const BUCKET_ENTRIES: usize = 16;

/// The bytes of the smallest first page of a file: the least charge for content that is not zeros.
pub const SMALLEST_PAGE: usize = 64;

/// A page of a file, beside its bytes, which are charged to
/// [`Limits::content`](crate::Limits::content).
pub const PAGE: u64 = 48;
