//! Reasons why an operation was refused, in the words of `wasi:filesystem`.

use core::fmt;

/// The result of every fallible function of this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// The codes of `wasi:filesystem` that this crate raises. A new one must break the `match` of every
/// adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Error {
    /// The handle is closed, or it was not opened for this.
    BadDescriptor,
    /// The object cannot be renamed or removed because it is in use: `.`, `..`, the root.
    Busy,
    /// The name is taken.
    Exist,
    /// The offset or size passes the limit of a file's size.
    FileTooLarge,
    /// The page store failed, as a disk does. The memory's own never raises it.
    Io,
    /// An argument makes no sense: flags that exclude each other, a NUL in a path, a directory
    /// moved into itself, more than 999,999,999 nanoseconds.
    Invalid,
    /// A directory stands where something else was asked for.
    IsDirectory,
    /// More than 40 symbolic links in one path, or a symbolic link where none was to be followed.
    Loop,
    /// The file has as many links as it can count.
    TooManyLinks,
    /// A name or a path is longer than its limit.
    NameTooLong,
    /// There is nothing of that name.
    NoEntry,
    /// As many handles are open as the limit allows, or there is no memory for one more.
    InsufficientMemory,
    /// The limit of bytes or nodes is reached, or the allocator refused.
    InsufficientSpace,
    /// Something other than a directory stands where one is needed.
    NotDirectory,
    /// The directory has entries.
    NotEmpty,
    /// The path leaves the directory that it starts from, or is absolute; a directory cannot be
    /// linked.
    NotPermitted,
    /// The limit that several spaces share is reached.
    Quota,
    /// The handle does not permit changes.
    ReadOnly,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::BadDescriptor => "bad descriptor",
            Self::Busy => "busy",
            Self::Exist => "exists",
            Self::FileTooLarge => "file too large",
            Self::Io => "I/O error",
            Self::Invalid => "invalid argument",
            Self::IsDirectory => "is a directory",
            Self::Loop => "too many symbolic links",
            Self::TooManyLinks => "too many links",
            Self::NameTooLong => "name too long",
            Self::NoEntry => "no such entry",
            Self::InsufficientMemory => "insufficient memory",
            Self::InsufficientSpace => "insufficient space",
            Self::NotDirectory => "not a directory",
            Self::NotEmpty => "directory not empty",
            Self::NotPermitted => "not permitted",
            Self::Quota => "quota exceeded",
            Self::ReadOnly => "read-only",
        })
    }
}

impl core::error::Error for Error {}
