//! `wasi:filesystem/types`: each method calls the engine.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use core::cell::Cell;

use tmpfs::{Cursor, Kind, Result as Outcome, Timestamp};
use tmpfs_start::Space;

use crate::Component;
use crate::bindings::exports::wasi::filesystem::types::{
    Advice, Descriptor as Exported, DescriptorBorrow, DescriptorFlags, DescriptorStat,
    DescriptorType, DirectoryEntry, DirectoryEntryStream as ExportedListing, ErrorCode, Guest,
    GuestDescriptor, GuestDirectoryEntryStream, InputStream, MetadataHashValue, NewTimestamp,
    OpenFlags, OutputStream, PathFlags,
};
use crate::content;
use crate::convert;
use crate::descriptor::Descriptor;
use crate::rt::Room;
use crate::state::{change, look};

type Result<T, E = ErrorCode> = core::result::Result<T, E>;

/// Changes something at the present time.
fn touch<R>(work: impl FnOnce(&mut Space, Timestamp) -> Outcome<R>) -> Result<R> {
    let now = convert::now();
    change(|space| work(space, now)).map_err(convert::code)
}

/// Reads something.
fn ask<R>(work: impl FnOnce(&Space) -> Outcome<R>) -> Result<R> {
    look(work).map_err(convert::code)
}

/// Opens something and hands it out, if there is memory for it.
pub(crate) fn hand_out<T, R>(
    open: impl FnOnce() -> Result<T>,
    hand: impl FnOnce(T) -> R,
) -> Result<R> {
    // The bindings box an `Option` of the type that implements the resource.
    let room = Room::new(size_of::<Option<T>>()).map_err(convert::code)?;
    open().map(|opened| room.fill(|| hand(opened)))
}

impl Guest for Component {
    type Descriptor = Descriptor;
    type DirectoryEntryStream = Listing;

    #[cfg(feature = "streams")]
    fn filesystem_error_code(
        error: crate::bindings::exports::wasi::filesystem::types::ErrorBorrow<'_>,
    ) -> Option<ErrorCode> {
        error.get::<crate::io_error::Error>().code()
    }

    /// Returns nothing: all errors of this type are the host's, and none is of a file.
    #[cfg(not(feature = "streams"))]
    fn filesystem_error_code(
        _: &crate::bindings::exports::wasi::filesystem::types::Error,
    ) -> Option<ErrorCode> {
        None
    }
}

impl GuestDescriptor for Descriptor {
    #[cfg(feature = "streams")]
    fn read_via_stream(&self, offset: u64) -> Result<InputStream> {
        hand_out(|| crate::io_streams::read(self, offset), InputStream::new)
    }

    #[cfg(feature = "streams")]
    fn write_via_stream(&self, offset: u64) -> Result<OutputStream> {
        let position = content::Position::At(offset);
        hand_out(|| crate::io_streams::write(self, position), OutputStream::new)
    }

    #[cfg(feature = "streams")]
    fn append_via_stream(&self) -> Result<OutputStream> {
        let position = content::Position::End;
        hand_out(|| crate::io_streams::write(self, position), OutputStream::new)
    }

    #[cfg(not(feature = "streams"))]
    fn read_via_stream(&self, _: u64) -> Result<InputStream> {
        Err(ErrorCode::Unsupported)
    }

    #[cfg(not(feature = "streams"))]
    fn write_via_stream(&self, _: u64) -> Result<OutputStream> {
        Err(ErrorCode::Unsupported)
    }

    #[cfg(not(feature = "streams"))]
    fn append_via_stream(&self) -> Result<OutputStream> {
        Err(ErrorCode::Unsupported)
    }

    /// Does nothing, since nothing is read in advance.
    fn advise(&self, _: u64, _: u64, _: Advice) -> Result<()> {
        match ask(|space| space.kind(self.handle()))? {
            Kind::RegularFile => Ok(()),
            Kind::Directory | Kind::SymbolicLink => Err(ErrorCode::BadDescriptor),
        }
    }

    /// Does nothing: files in memory have nothing to synchronize.
    fn sync_data(&self) -> Result<()> {
        Ok(())
    }

    fn get_flags(&self) -> Result<DescriptorFlags> {
        ask(|space| space.flags(self.handle())).map(convert::told_flags)
    }

    fn get_type(&self) -> Result<DescriptorType> {
        ask(|space| space.kind(self.handle())).map(convert::kind)
    }

    fn set_size(&self, size: u64) -> Result<()> {
        touch(|space, now| space.set_size(self.handle(), size, now))
    }

    fn set_times(&self, accessed: NewTimestamp, modified: NewTimestamp) -> Result<()> {
        let [accessed, modified] = [accessed, modified].map(convert::new_timestamp);
        touch(|space, now| space.set_times(self.handle(), accessed, modified, now))
    }

    fn read(&self, length: u64, offset: u64) -> Result<(Vec<u8>, bool)> {
        let bytes = content::read(self.handle(), offset, length).map_err(convert::code)?;
        // As in wasmtime, the file ends there exactly if nothing was read.
        let end = bytes.is_empty();
        Ok((bytes, end))
    }

    fn write(&self, bytes: Vec<u8>, offset: u64) -> Result<u64> {
        content::write(self.handle(), offset, &bytes).map_err(convert::code)
    }

    fn read_directory(&self) -> Result<ExportedListing> {
        if ask(|space| space.kind(self.handle()))? != Kind::Directory {
            return Err(ErrorCode::NotDirectory);
        }
        let list = || {
            let directory = self.duplicate().map_err(convert::code)?;
            Ok(Listing { directory, cursor: Cell::default() })
        };
        hand_out(list, ExportedListing::new)
    }

    fn sync(&self) -> Result<()> {
        Ok(())
    }

    fn create_directory_at(&self, path: String) -> Result<()> {
        touch(|space, now| space.create_directory_at(self.handle(), &path, now))
    }

    fn stat(&self) -> Result<DescriptorStat> {
        ask(|space| space.stat(self.handle())).map(convert::stat)
    }

    fn stat_at(&self, flags: PathFlags, path: String) -> Result<DescriptorStat> {
        let follow = convert::follow(flags);
        ask(|space| space.stat_at(self.handle(), follow, &path)).map(convert::stat)
    }

    fn set_times_at(
        &self,
        flags: PathFlags,
        path: String,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> Result<()> {
        let follow = convert::follow(flags);
        let [accessed, modified] = [accessed, modified].map(convert::new_timestamp);
        touch(|space, now| {
            space.set_times_at(self.handle(), follow, &path, accessed, modified, now)
        })
    }

    fn link_at(
        &self,
        old_flags: PathFlags,
        old_path: String,
        new_directory: DescriptorBorrow<'_>,
        new_path: String,
    ) -> Result<()> {
        let follow = convert::follow(old_flags);
        let new = new_directory.get::<Self>().handle();
        touch(|space, now| space.link_at(self.handle(), follow, &old_path, new, &new_path, now))
    }

    fn open_at(
        &self,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<Exported> {
        let follow = convert::follow(path_flags);
        let open = convert::open_flags(open_flags);
        let flags = convert::descriptor_flags(flags);
        let open = || {
            let opened = |space: &mut Space, now| {
                space.open_at(self.handle(), follow, &path, open, flags, now)
            };
            touch(opened).map(Self::of)
        };
        hand_out(open, Exported::new)
    }

    fn readlink_at(&self, path: String) -> Result<String> {
        ask(|space| space.readlink_at(self.handle(), &path).map(str::to_owned))
    }

    fn remove_directory_at(&self, path: String) -> Result<()> {
        touch(|space, now| space.remove_directory_at(self.handle(), &path, now))
    }

    fn rename_at(
        &self,
        old_path: String,
        new_directory: DescriptorBorrow<'_>,
        new_path: String,
    ) -> Result<()> {
        let new = new_directory.get::<Self>().handle();
        touch(|space, now| space.rename_at(self.handle(), &old_path, new, &new_path, now))
    }

    fn symlink_at(&self, target: String, path: String) -> Result<()> {
        touch(|space, now| space.symlink_at(&target, self.handle(), &path, now))
    }

    fn unlink_file_at(&self, path: String) -> Result<()> {
        touch(|space, now| space.unlink_file_at(self.handle(), &path, now))
    }

    fn is_same_object(&self, other: DescriptorBorrow<'_>) -> bool {
        let other = other.get::<Self>().handle();
        look(|space| space.is_same_object(self.handle(), other)).unwrap_or(false)
    }

    fn metadata_hash(&self) -> Result<MetadataHashValue> {
        ask(|space| space.metadata_hash(self.handle())).map(convert::metadata_hash)
    }

    fn metadata_hash_at(&self, flags: PathFlags, path: String) -> Result<MetadataHashValue> {
        let follow = convert::follow(flags);
        ask(|space| space.metadata_hash_at(self.handle(), follow, &path))
            .map(convert::metadata_hash)
    }
}

/// A listing of a directory. It holds the directory open.
pub(crate) struct Listing {
    directory: Descriptor,
    cursor: Cell<Cursor>,
}

impl GuestDirectoryEntryStream for Listing {
    fn read_directory_entry(&self) -> Result<Option<DirectoryEntry>> {
        let mut cursor = self.cursor.get();
        let entry = ask(|space| {
            let entry = space.list(self.directory.handle(), &mut cursor)?;
            Ok(entry.map(|entry| DirectoryEntry {
                type_: convert::kind(entry.kind),
                name: entry.name.to_owned(),
            }))
        })?;
        self.cursor.set(cursor);
        Ok(entry)
    }
}
