//! An open file or directory of a space, as it lies in a store's table: each method of
//! `wasi:filesystem` is a call of the engine.

use tmpfs::{Cursor, Error, Handle, Kind, Result, Sink};
use wasmtime_wasi::p2::bindings::filesystem::types as wit;

use crate::convert;
use crate::space::Space;

/// The most bytes of one answer, as wasmtime-wasi has it: holes cost nothing, and must not take
/// memory by being read.
pub(crate) const MOST: u64 = 1 << 20;

/// An open file or directory; closed when it is dropped.
#[derive(Debug)]
pub(crate) struct Open {
    space: Space,
    handle: Handle,
}

impl Drop for Open {
    fn drop(&mut self) {
        // A space that went back to a template has closed it already.
        let _ = self.space.engine().close(self.handle);
    }
}

/// Bytes on their way out, with no zeros written before them.
struct Bytes(Vec<u8>);

impl Sink for Bytes {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn put_zeros(&mut self, length: usize) {
        self.0.resize(self.0.len() + length, 0);
    }
}

impl Open {
    /// Opens the root of a space. Nothing below it can be changed but where it is `writable`.
    pub(crate) fn root(space: &Space, writable: bool) -> Result<Self> {
        let flags =
            tmpfs::DescriptorFlags { read: true, mutate_directory: writable, ..Default::default() };
        let handle = space.engine().root(flags)?;
        Ok(Self { space: space.clone(), handle })
    }

    /// Opens the same for a stream or a listing, which may outlive this.
    pub(crate) fn duplicate(&self) -> Result<Self> {
        let handle = self.space.engine().duplicate(self.handle)?;
        Ok(Self { space: self.space.clone(), handle })
    }

    /// Returns whether a file of the one can be a file of the other.
    pub(crate) fn shares_a_space_with(&self, other: &Self) -> bool {
        self.space.is(&other.space)
    }

    /// Reads at most `length` bytes from `offset` on.
    pub(crate) fn read(&self, length: u64, offset: u64) -> Result<Vec<u8>> {
        let engine = self.space.engine();
        // May it be read at all?
        engine.read_at(self.handle, offset, &mut [])?;
        let size = engine.stat(self.handle)?.size;
        let left = length.min(size.saturating_sub(offset)).min(MOST);
        let left = usize::try_from(left).expect("BUG: it was cut");
        let mut bytes = Bytes(Vec::new());
        bytes.0.try_reserve_exact(left).map_err(|_| Error::InsufficientMemory)?;
        engine.read_into(self.handle, offset, left, &mut bytes)?;
        Ok(bytes.0)
    }

    /// Writes from `offset` on, and tells how many bytes.
    pub(crate) fn write(&self, bytes: &[u8], offset: u64) -> Result<u64> {
        let written =
            self.space.change(|space, now| space.write_at(self.handle, offset, bytes, now))?;
        Ok(u64::try_from(written).expect("BUG: a length fits 64 bits"))
    }

    /// Does nothing, since nothing is fetched in advance.
    pub(crate) fn advise(&self) -> Result<()> {
        match self.kind()? {
            Kind::RegularFile => Ok(()),
            Kind::Directory | Kind::SymbolicLink => Err(Error::BadDescriptor),
        }
    }

    pub(crate) fn kind(&self) -> Result<Kind> {
        self.space.engine().kind(self.handle)
    }

    pub(crate) fn get_flags(&self) -> Result<wit::DescriptorFlags> {
        self.flags().map(convert::told_flags)
    }

    pub(crate) fn flags(&self) -> Result<tmpfs::DescriptorFlags> {
        self.space.engine().flags(self.handle)
    }

    pub(crate) fn get_type(&self) -> Result<wit::DescriptorType> {
        self.kind().map(convert::kind)
    }

    pub(crate) fn set_size(&self, size: u64) -> Result<()> {
        self.space.change(|space, now| space.set_size(self.handle, size, now))
    }

    pub(crate) fn set_times(
        &self,
        accessed: wit::NewTimestamp,
        modified: wit::NewTimestamp,
    ) -> Result<()> {
        let [accessed, modified] = [accessed, modified].map(convert::new_timestamp);
        self.space.change(|space, now| space.set_times(self.handle, accessed, modified, now))
    }

    pub(crate) fn read_directory(&self) -> Result<Listing> {
        if self.kind()? != Kind::Directory {
            return Err(Error::NotDirectory);
        }
        Ok(Listing { directory: self.duplicate()?, cursor: Cursor::default() })
    }

    pub(crate) fn create_directory_at(&self, path: &str) -> Result<()> {
        self.space.change(|space, now| space.create_directory_at(self.handle, path, now))
    }

    pub(crate) fn stat(&self) -> Result<wit::DescriptorStat> {
        self.space.engine().stat(self.handle).map(convert::stat)
    }

    pub(crate) fn stat_at(&self, flags: wit::PathFlags, path: &str) -> Result<wit::DescriptorStat> {
        let follow = convert::follow(flags);
        self.space.engine().stat_at(self.handle, follow, path).map(convert::stat)
    }

    pub(crate) fn set_times_at(
        &self,
        flags: wit::PathFlags,
        path: &str,
        accessed: wit::NewTimestamp,
        modified: wit::NewTimestamp,
    ) -> Result<()> {
        let follow = convert::follow(flags);
        let [accessed, modified] = [accessed, modified].map(convert::new_timestamp);
        self.space.change(|space, now| {
            space.set_times_at(self.handle, follow, path, accessed, modified, now)
        })
    }

    /// Links within the space, which `new_directory` is of too.
    pub(crate) fn link_at(
        &self,
        flags: wit::PathFlags,
        path: &str,
        new_directory: &Self,
        new_path: &str,
    ) -> Result<()> {
        let follow = convert::follow(flags);
        let new = new_directory.handle;
        self.space.change(|space, now| space.link_at(self.handle, follow, path, new, new_path, now))
    }

    pub(crate) fn open_at(
        &self,
        path_flags: wit::PathFlags,
        path: &str,
        open_flags: wit::OpenFlags,
        flags: wit::DescriptorFlags,
    ) -> Result<Self> {
        let follow = convert::follow(path_flags);
        let open = convert::open_flags(open_flags);
        let flags = convert::descriptor_flags(flags);
        let opened = self
            .space
            .change(|space, now| space.open_at(self.handle, follow, path, open, flags, now))?;
        Ok(Self { space: self.space.clone(), handle: opened })
    }

    pub(crate) fn readlink_at(&self, path: &str) -> Result<String> {
        self.space.engine().readlink_at(self.handle, path).map(str::to_owned)
    }

    pub(crate) fn remove_directory_at(&self, path: &str) -> Result<()> {
        self.space.change(|space, now| space.remove_directory_at(self.handle, path, now))
    }

    /// Renames within the space, which `new_directory` is of too.
    pub(crate) fn rename_at(&self, path: &str, new_directory: &Self, new_path: &str) -> Result<()> {
        let new = new_directory.handle;
        self.space.change(|space, now| space.rename_at(self.handle, path, new, new_path, now))
    }

    pub(crate) fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        self.space.change(|space, now| space.symlink_at(target, self.handle, path, now))
    }

    pub(crate) fn unlink_file_at(&self, path: &str) -> Result<()> {
        self.space.change(|space, now| space.unlink_file_at(self.handle, path, now))
    }

    pub(crate) fn is_same_object(&self, other: &Self) -> bool {
        let same = || self.space.engine().is_same_object(self.handle, other.handle);
        self.shares_a_space_with(other) && same().unwrap_or(false)
    }

    pub(crate) fn metadata_hash(&self) -> Result<wit::MetadataHashValue> {
        self.space.engine().metadata_hash(self.handle).map(convert::metadata_hash)
    }

    pub(crate) fn metadata_hash_at(
        &self,
        flags: wit::PathFlags,
        path: &str,
    ) -> Result<wit::MetadataHashValue> {
        let follow = convert::follow(flags);
        self.space.engine().metadata_hash_at(self.handle, follow, path).map(convert::metadata_hash)
    }

    /// Returns the size of a file.
    pub(crate) fn size(&self) -> Result<u64> {
        Ok(self.space.engine().stat(self.handle)?.size)
    }

    /// Writes some of what a source gives, at a position.
    pub(crate) fn write_from<R: tmpfs::Source>(
        &self,
        position: Position,
        length: usize,
        source: &mut R,
    ) -> Result<usize> {
        self.space.change(|space, now| match position {
            Position::At(offset) => space.write_from(self.handle, offset, length, source, now),
            Position::End => space.append_from(self.handle, length, source, now),
        })
    }
}

/// Where a stream writes next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Position {
    At(u64),
    /// Wherever the file ends then.
    End,
}

/// A listing of a directory, which it holds open.
#[derive(Debug)]
pub(crate) struct Listing {
    directory: Open,
    cursor: Cursor,
}

impl Listing {
    /// Returns the next entry.
    pub(crate) fn next(&mut self) -> Result<Option<wit::DirectoryEntry>> {
        let Self { directory, cursor } = self;
        let engine = directory.space.engine();
        let entry = engine.list(directory.handle, cursor)?;
        Ok(entry.map(|entry| wit::DirectoryEntry {
            type_: convert::kind(entry.kind),
            name: entry.name.to_owned(),
        }))
    }
}
