//! An open file or directory of the host: the one place that calls `wasi:filesystem`.

use alloc::vec::Vec;

use wasi::filesystem::types;
use wasi::filesystem::types::{
    DescriptorFlags, DirectoryEntryStream, ErrorCode as Wasi, OpenFlags, PathFlags,
};

use crate::error::ErrorCode;

type Result<T, E = ErrorCode> = core::result::Result<T, E>;

/// An open file or directory: a handle of `wasi:filesystem`. Dropping it closes it.
///
/// The feature `wasip2` converts it to the type of that crate. [`BinaryFile`](crate::BinaryFile) is
/// made from one by `From`.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{NameOptions, open_temporary};
///
/// let descriptor = open_temporary(&NameOptions::new())?;
/// let handle: u32 = descriptor.into_raw();
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
#[derive(Debug)]
pub struct Descriptor(types::Descriptor);

/// The kind of an entry of a directory.
pub(crate) use types::DescriptorType as Kind;

/// The attributes of a file.
pub(crate) use types::DescriptorStat as Stat;

/// An entry of a directory.
pub(crate) use types::DirectoryEntry as Entry;

/// The identity of a file: two descriptors or names with the same identity are of one file. Hosts
/// and the C library show the lower word of the hash as the inode number; the upper word may change
/// with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId(u64);

impl FileId {
    fn of(hash: types::MetadataHashValue) -> Self {
        Self(hash.lower)
    }
}

/// The treatment of a symbolic link in the last component of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    Follow,
    Keep,
}

impl Links {
    fn flags(self) -> PathFlags {
        match self {
            Self::Follow => PathFlags::SYMLINK_FOLLOW,
            Self::Keep => PathFlags::empty(),
        }
    }
}

impl From<types::Descriptor> for Descriptor {
    fn from(descriptor: types::Descriptor) -> Self {
        Self(descriptor)
    }
}

#[cfg(feature = "wasip2")]
impl From<Descriptor> for types::Descriptor {
    fn from(descriptor: Descriptor) -> Self {
        descriptor.0
    }
}

impl Descriptor {
    /// Returns the handle in the component's table: an owned `wasi:filesystem/types.descriptor`,
    /// which the caller has to drop.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let descriptor = wasi_tempfile::open_temporary(&Default::default())?;
    /// let handle: u32 = descriptor.into_raw();
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn into_raw(self) -> u32 {
        self.0.take_handle()
    }

    /// Creates a file that was not there before, for reading and writing:
    /// `O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW`.
    pub(crate) fn create_new_at(&self, path: &str) -> Result<Self> {
        self.open_at(Links::Keep, path, OpenFlags::CREATE | OpenFlags::EXCLUSIVE, true)
    }

    /// Opens the file that is there, for reading and writing: `O_RDWR | O_NOFOLLOW`.
    pub(crate) fn open_file_at(&self, path: &str) -> Result<Self> {
        self.open_at(Links::Keep, path, OpenFlags::empty(), true)
    }

    /// Opens a directory: `O_RDONLY | O_DIRECTORY`. Fails with `not-directory` or `loop` for a link
    /// that is not followed.
    pub(crate) fn open_directory_at(&self, links: Links, path: &str) -> Result<Self> {
        self.open_at(links, path, OpenFlags::DIRECTORY, false)
    }

    fn open_at(&self, links: Links, path: &str, flags: OpenFlags, writes: bool) -> Result<Self> {
        let write = if writes { DescriptorFlags::WRITE } else { DescriptorFlags::empty() };
        let opened = self.0.open_at(links.flags(), path, flags, DescriptorFlags::READ | write);
        Ok(Self(opened?))
    }

    /// Makes a directory: `mkdir(2)`.
    pub(crate) fn create_directory_at(&self, path: &str) -> Result<()> {
        Ok(self.0.create_directory_at(path)?)
    }

    /// Removes an empty directory: `rmdir(2)`.
    pub(crate) fn remove_directory_at(&self, path: &str) -> Result<()> {
        Ok(self.0.remove_directory_at(path)?)
    }

    /// Removes a name of a file: `unlink(2)`.
    pub(crate) fn unlink_file_at(&self, path: &str) -> Result<()> {
        Ok(self.0.unlink_file_at(path)?)
    }

    /// Moves a file or directory: `rename(2)`.
    pub(crate) fn rename_at(&self, path: &str, to: &Self, to_path: &str) -> Result<()> {
        Ok(self.0.rename_at(path, &to.0, to_path)?)
    }

    /// Gives a file a second name: `link(2)`. Fails if the name is taken.
    pub(crate) fn link_at(&self, path: &str, to: &Self, to_path: &str) -> Result<()> {
        Ok(self.0.link_at(PathFlags::empty(), path, &to.0, to_path)?)
    }

    /// Returns the attributes: `stat(2)` or `lstat(2)`.
    pub(crate) fn stat_at(&self, links: Links, path: &str) -> Result<Stat> {
        Ok(self.0.stat_at(links.flags(), path)?)
    }

    /// Returns the size: `fstat(2)`.
    pub(crate) fn size(&self) -> Result<u64> {
        Ok(self.0.stat()?.size)
    }

    /// Returns the number of names: `fstat(2)`.
    pub(crate) fn names(&self) -> Result<u64> {
        Ok(self.0.stat()?.link_count)
    }

    /// Returns the identity of the file with the name `path`. A link is not followed.
    pub(crate) fn file_id_at(&self, path: &str) -> Result<FileId> {
        Ok(FileId::of(self.0.metadata_hash_at(PathFlags::empty(), path)?))
    }

    /// Returns the identity of the open file.
    pub(crate) fn file_id(&self) -> Result<FileId> {
        Ok(FileId::of(self.0.metadata_hash()?))
    }

    /// Tells whether `other` is open on the same file.
    pub(crate) fn is_same_object(&self, other: &Self) -> bool {
        self.0.is_same_object(&other.0)
    }

    /// Reads at a position: `pread(2)`.
    pub(crate) fn read(&self, length: u64, position: u64) -> Result<Vec<u8>> {
        let (bytes, _) = self.0.read(length, position)?;
        Ok(bytes)
    }

    /// Writes at a position: `pwrite(2)`.
    pub(crate) fn write(&self, bytes: &[u8], position: u64) -> Result<u64> {
        Ok(self.0.write(bytes, position)?)
    }

    /// Sets the size: `ftruncate(2)`.
    pub(crate) fn set_size(&self, size: u64) -> Result<()> {
        Ok(self.0.set_size(size)?)
    }

    /// Opens a listing of a directory: `opendir(3)`.
    pub(crate) fn list(&self) -> Result<Listing> {
        Ok(Listing(self.0.read_directory()?))
    }
}

/// The entries of a directory, as they are read.
#[derive(Debug)]
pub(crate) struct Listing(DirectoryEntryStream);

impl Listing {
    /// Returns the next entry, `None` at the end: `readdir(3)`. An error may be of one entry.
    pub(crate) fn next(&self) -> Result<Option<Entry>> {
        Ok(self.0.read_directory_entry()?)
    }
}

impl From<Wasi> for ErrorCode {
    fn from(code: Wasi) -> Self {
        match code {
            Wasi::Access => Self::Access,
            Wasi::WouldBlock => Self::WouldBlock,
            Wasi::Already => Self::Already,
            Wasi::BadDescriptor => Self::BadDescriptor,
            Wasi::Busy => Self::Busy,
            Wasi::Deadlock => Self::Deadlock,
            Wasi::Quota => Self::Quota,
            Wasi::Exist => Self::Exist,
            Wasi::FileTooLarge => Self::FileTooLarge,
            Wasi::IllegalByteSequence => Self::IllegalByteSequence,
            Wasi::InProgress => Self::InProgress,
            Wasi::Interrupted => Self::Interrupted,
            Wasi::Invalid => Self::Invalid,
            Wasi::Io => Self::Io,
            Wasi::IsDirectory => Self::IsDirectory,
            Wasi::Loop => Self::Loop,
            Wasi::TooManyLinks => Self::TooManyLinks,
            Wasi::MessageSize => Self::MessageSize,
            Wasi::NameTooLong => Self::NameTooLong,
            Wasi::NoDevice => Self::NoDevice,
            Wasi::NoEntry => Self::NoEntry,
            Wasi::NoLock => Self::NoLock,
            Wasi::InsufficientMemory => Self::InsufficientMemory,
            Wasi::InsufficientSpace => Self::InsufficientSpace,
            Wasi::NotDirectory => Self::NotDirectory,
            Wasi::NotEmpty => Self::NotEmpty,
            Wasi::NotRecoverable => Self::NotRecoverable,
            Wasi::Unsupported => Self::Unsupported,
            Wasi::NoTty => Self::NoTty,
            Wasi::NoSuchDevice => Self::NoSuchDevice,
            Wasi::Overflow => Self::Overflow,
            Wasi::NotPermitted => Self::NotPermitted,
            Wasi::Pipe => Self::Pipe,
            Wasi::ReadOnly => Self::ReadOnly,
            Wasi::InvalidSeek => Self::InvalidSeek,
            Wasi::TextFileBusy => Self::TextFileBusy,
            Wasi::CrossDevice => Self::CrossDevice,
        }
    }
}
