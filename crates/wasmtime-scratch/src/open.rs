//! An open file or directory of a space, in a store's table. Each method of `wasi:filesystem` calls
//! the engine.

use tmpfs::{Cursor, DescriptorFlags, Error, Kind, Result, Sink};
use wasmtime_wasi::p2::bindings::filesystem::types as wit;

use crate::convert;
use crate::held::Held;
use crate::number::count;
use crate::space::Space;

/// The most bytes that a stream permits at once, and that one answer contains, as in wasmtime-wasi.
/// Holes cost nothing, so reading them must not take memory without limit.
pub(crate) const MOST: usize = 1 << 20;

/// An open file or directory.
#[derive(Debug)]
pub(crate) struct Open(Held);

/// The bytes of an answer, in a buffer that is not filled with zeros first.
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
    /// Opens the root of a space. Unless it is `writable`, nothing below it can be changed.
    pub(crate) fn root(space: &Space, writable: bool) -> Result<Self> {
        let flags = DescriptorFlags { mutate_directory: writable, ..DescriptorFlags::READ };
        Held::root(space, flags).map(Self)
    }

    /// Opens the same file again for a stream, which may outlive this descriptor. Fails if it is
    /// not a file or `permits` is false.
    pub(crate) fn for_stream(&self, permits: impl FnOnce(DescriptorFlags) -> bool) -> Result<Self> {
        self.0.for_stream(permits).map(Self)
    }

    /// Returns whether both are of the same space, so that renaming and linking work between them.
    pub(crate) fn shares_a_space_with(&self, other: &Self) -> bool {
        self.0.shares_a_space_with(&other.0)
    }

    /// Reads at most `length` bytes from `offset` on.
    pub(crate) fn read(&self, length: u64, offset: u64) -> Result<Vec<u8>> {
        self.0.ask(|engine, file| {
            // Check first that the file may be read at all.
            engine.read_at(file, offset, &mut [])?;
            let size = engine.stat(file)?.size;
            let left = length.min(size.saturating_sub(offset));
            let left = usize::try_from(left).unwrap_or(MOST).min(MOST);
            let mut bytes = Bytes(Vec::new());
            bytes.0.try_reserve_exact(left).map_err(|_| Error::InsufficientMemory)?;
            engine.read_into(file, offset, left, &mut bytes)?;
            Ok(bytes.0)
        })
    }

    /// Writes from `offset` on, and returns the number of bytes written.
    pub(crate) fn write(&self, bytes: &[u8], offset: u64) -> Result<u64> {
        self.0.change(|engine, file, now| engine.write_at(file, offset, bytes, now)).map(count)
    }

    /// Does nothing, since nothing is read in advance.
    pub(crate) fn advise(&self) -> Result<()> {
        match self.kind()? {
            Kind::RegularFile => Ok(()),
            Kind::Directory | Kind::SymbolicLink => Err(Error::BadDescriptor),
        }
    }

    pub(crate) fn kind(&self) -> Result<Kind> {
        self.0.ask(|engine, held| engine.kind(held))
    }

    pub(crate) fn get_flags(&self) -> Result<wit::DescriptorFlags> {
        self.0.ask(|engine, held| engine.flags(held)).map(convert::told_flags)
    }

    pub(crate) fn get_type(&self) -> Result<wit::DescriptorType> {
        self.kind().map(convert::kind)
    }

    pub(crate) fn set_size(&self, size: u64) -> Result<()> {
        self.0.change(|engine, held, now| engine.set_size(held, size, now))
    }

    pub(crate) fn set_times(
        &self,
        accessed: wit::NewTimestamp,
        modified: wit::NewTimestamp,
    ) -> Result<()> {
        let [accessed, modified] = [accessed, modified].map(convert::new_timestamp);
        self.0.change(|engine, held, now| engine.set_times(held, accessed, modified, now))
    }

    pub(crate) fn read_directory(&self) -> Result<Listing> {
        if self.kind()? != Kind::Directory {
            return Err(Error::NotDirectory);
        }
        Ok(Listing { directory: self.0.again()?, cursor: Cursor::default() })
    }

    pub(crate) fn create_directory_at(&self, path: &str) -> Result<()> {
        self.0.change(|engine, held, now| engine.create_directory_at(held, path, now))
    }

    pub(crate) fn stat(&self) -> Result<wit::DescriptorStat> {
        self.0.ask(|engine, held| engine.stat(held)).map(convert::stat)
    }

    pub(crate) fn stat_at(&self, flags: wit::PathFlags, path: &str) -> Result<wit::DescriptorStat> {
        let follow = convert::follow(flags);
        self.0.ask(|engine, held| engine.stat_at(held, follow, path)).map(convert::stat)
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
        self.0.change(|engine, held, now| {
            engine.set_times_at(held, follow, path, accessed, modified, now)
        })
    }

    /// Links a file within the space. Precondition: `new_directory` is of the same space.
    pub(crate) fn link_at(
        &self,
        flags: wit::PathFlags,
        path: &str,
        new_directory: &Self,
        new_path: &str,
    ) -> Result<()> {
        let follow = convert::follow(flags);
        let new = new_directory.0.handle();
        self.0.change(|engine, held, now| engine.link_at(held, follow, path, new, new_path, now))
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
        self.0.open(follow, path, open, flags).map(Self)
    }

    pub(crate) fn readlink_at(&self, path: &str) -> Result<String> {
        self.0.ask(|engine, held| engine.readlink_at(held, path).map(str::to_owned))
    }

    pub(crate) fn remove_directory_at(&self, path: &str) -> Result<()> {
        self.0.change(|engine, held, now| engine.remove_directory_at(held, path, now))
    }

    /// Renames within the space. Precondition: `new_directory` is of the same space.
    pub(crate) fn rename_at(&self, path: &str, new_directory: &Self, new_path: &str) -> Result<()> {
        let new = new_directory.0.handle();
        self.0.change(|engine, held, now| engine.rename_at(held, path, new, new_path, now))
    }

    pub(crate) fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        self.0.change(|engine, held, now| engine.symlink_at(target, held, path, now))
    }

    pub(crate) fn unlink_file_at(&self, path: &str) -> Result<()> {
        self.0.change(|engine, held, now| engine.unlink_file_at(held, path, now))
    }

    pub(crate) fn is_same_object(&self, other: &Self) -> bool {
        let other_handle = other.0.handle();
        let same = || self.0.ask(|engine, held| engine.is_same_object(held, other_handle));
        self.shares_a_space_with(other) && same().unwrap_or(false)
    }

    pub(crate) fn metadata_hash(&self) -> Result<wit::MetadataHashValue> {
        self.0.ask(|engine, held| engine.metadata_hash(held)).map(convert::metadata_hash)
    }

    pub(crate) fn metadata_hash_at(
        &self,
        flags: wit::PathFlags,
        path: &str,
    ) -> Result<wit::MetadataHashValue> {
        let follow = convert::follow(flags);
        self.0
            .ask(|engine, held| engine.metadata_hash_at(held, follow, path))
            .map(convert::metadata_hash)
    }

    /// Returns the size of a file.
    pub(crate) fn size(&self) -> Result<u64> {
        self.0.ask(|engine, held| Ok(engine.stat(held)?.size))
    }

    /// Writes bytes of a source at a position, and returns the number of bytes written.
    pub(crate) fn write_from<R: tmpfs::Source>(
        &self,
        position: Position,
        length: usize,
        source: &mut R,
    ) -> Result<usize> {
        self.0.change(|engine, held, now| match position {
            Position::At(offset) => engine.write_from(held, offset, length, source, now),
            Position::End => engine.append_from(held, length, source, now),
        })
    }
}

/// The position of a stream's next write.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Position {
    At(u64),
    /// The end of the file at that moment.
    End,
}

/// A listing of a directory. It holds the directory open.
#[derive(Debug)]
pub(crate) struct Listing {
    directory: Held,
    cursor: Cursor,
}

impl Listing {
    /// Returns the next entry.
    pub(crate) fn next(&mut self) -> Result<Option<wit::DirectoryEntry>> {
        let Self { directory, cursor } = self;
        directory.ask(|engine, directory| {
            let entry = engine.list(directory, cursor)?;
            Ok(entry.map(|entry| wit::DirectoryEntry {
                type_: convert::kind(entry.kind),
                name: entry.name.to_owned(),
            }))
        })
    }
}
