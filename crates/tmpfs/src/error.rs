//! The reasons for which an operation fails, as `wasi:filesystem` names them.

use core::fmt;

/// The result of every fallible function of this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Codes of `wasi:filesystem` that this crate returns. The enum is exhaustive: a new code must
/// break the `match` of every adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Error {
    /// The handle is closed, or was not opened for this operation.
    BadDescriptor,
    /// The path names `.`, `..` or the root, which cannot be renamed or removed; or a space is
    /// already based on 16 templates.
    Busy,
    /// The name exists already.
    Exist,
    /// The offset or size is beyond the limit of a file's size.
    FileTooLarge,
    /// The page store failed, as a disk can. [`MemoryPages`](crate::MemoryPages) never returns it.
    Io,
    /// An argument is invalid: flags that exclude each other, a NUL in a path, a directory moved
    /// into itself, more than 999,999,999 nanoseconds, a template that a space is not based on.
    Invalid,
    /// The operation does not work on directories.
    IsDirectory,
    /// The path leads through more than 40 symbolic links, or ends at one that the operation does
    /// not follow.
    Loop,
    /// The node has 2^32 - 1 links, the most that it can count.
    TooManyLinks,
    /// A name or a path is longer than its limit.
    NameTooLong,
    /// Nothing has that name.
    NoEntry,
    /// The limit of open handles is reached, or there is no memory for another handle.
    InsufficientMemory,
    /// The limit of bytes or nodes is reached, or the allocator refused.
    InsufficientSpace,
    /// A part of the path, or the handle, is not a directory.
    NotDirectory,
    /// The directory is not empty.
    NotEmpty,
    /// The path is absolute or leaves the directory that it starts from, or the operation would
    /// link a directory.
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
