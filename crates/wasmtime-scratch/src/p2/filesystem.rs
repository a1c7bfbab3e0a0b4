//! `wasi:filesystem`: implementations of wasmtime-wasi's traits, one for its asynchronous linker
//! and one for its synchronous one. [`Open`] answers for a descriptor of a space, and wasmtime-wasi
//! for any other.

use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::ErrorCode;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult, IoError};

use crate::convert;
use crate::ctx::ScratchCtxView;
use crate::open::{Listing, Open, Position};
use crate::streams::{Reader, Writer};

impl preopens::Host for ScratchCtxView<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let mut directories = preopens::Host::get_directories(&mut self.host())?;
        directories.extend(self.roots()?);
        Ok(directories)
    }
}

fn refused(error: tmpfs::Error) -> FsError {
    convert::code(error).into()
}

/// The owners of the two descriptors of one call.
enum Pair<'a> {
    Ours(&'a Open, &'a Open),
    /// One descriptor is of a space and the other is not, or they are of different spaces.
    Apart,
    Host,
}

impl ScratchCtxView<'_> {
    fn pair(&self, one: &Resource<Descriptor>, other: &Resource<Descriptor>) -> Pair<'_> {
        match (self.ours(one), self.ours(other)) {
            (Some(one), Some(other)) if one.shares_a_space_with(other) => Pair::Ours(one, other),
            (None, None) => Pair::Host,
            _ => Pair::Apart,
        }
    }

    /// Puts a value of this crate into the table, as a resource of wasmtime-wasi's type.
    fn hand_out<T: Send + 'static, R: 'static>(&mut self, opened: T) -> FsResult<Resource<R>> {
        Ok(Resource::new_own(self.table.push(opened)?.rep()))
    }

    /// Drops the value behind a resource if it is of this crate, and returns whether it was.
    fn drop_ours<T: Send + 'static>(&mut self, rep: u32) -> wasmtime::Result<bool> {
        let ours = self.table.get(&Resource::<T>::new_borrow(rep)).is_ok();
        if ours {
            drop(self.table.delete(Resource::<T>::new_own(rep))?);
        }
        Ok(ours)
    }

    fn reader(
        &mut self,
        file: &Resource<Descriptor>,
        offset: u64,
    ) -> Option<FsResult<Resource<DynInputStream>>> {
        let reader = Reader::of(self.ours(file)?, offset).map_err(refused);
        Some(reader.and_then(|reader| self.hand_out::<DynInputStream, _>(Box::new(reader))))
    }

    fn writer(
        &mut self,
        file: &Resource<Descriptor>,
        position: Position,
    ) -> Option<FsResult<Resource<DynOutputStream>>> {
        let writer = Writer::of(self.ours(file)?, position).map_err(refused);
        Some(writer.and_then(|writer| self.hand_out::<DynOutputStream, _>(Box::new(writer))))
    }

    fn listing(&mut self, entries: u32) -> Option<&mut Listing> {
        self.table.get_mut(&Resource::new_borrow(entries)).ok()
    }

    /// Returns the code of an error of one of this crate's streams.
    fn code_of(&self, error: &Resource<IoError>) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(self.table.get(error)?.downcast_ref().copied().map(convert::code))
    }
}

/// Implements the traits over the bindings `types`. `async` and `.await` are passed in, since only
/// one of the bindings has them.
macro_rules! serve {
    ($($async:ident)?, $($wait:tt)*) => {
        impl types::Host for ScratchCtxView<'_> {
            fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<types::ErrorCode> {
                types::Host::convert_error_code(&mut self.host(), error)
            }

            fn filesystem_error_code(
                &mut self,
                error: Resource<IoError>,
            ) -> wasmtime::Result<Option<types::ErrorCode>> {
                match self.code_of(&error)? {
                    Some(code) => Ok(Some(code.into())),
                    None => types::Host::filesystem_error_code(&mut self.host(), error),
                }
            }
        }

        impl types::HostDescriptor for ScratchCtxView<'_> {
            fn read_via_stream(
                &mut self,
                file: Resource<Descriptor>,
                offset: u64,
            ) -> FsResult<Resource<DynInputStream>> {
                match self.reader(&file, offset) {
                    Some(reader) => reader,
                    None => types::HostDescriptor::read_via_stream(&mut self.host(), file, offset),
                }
            }

            fn write_via_stream(
                &mut self,
                file: Resource<Descriptor>,
                offset: u64,
            ) -> FsResult<Resource<DynOutputStream>> {
                match self.writer(&file, Position::At(offset)) {
                    Some(writer) => writer,
                    None => types::HostDescriptor::write_via_stream(&mut self.host(), file, offset),
                }
            }

            fn append_via_stream(
                &mut self,
                file: Resource<Descriptor>,
            ) -> FsResult<Resource<DynOutputStream>> {
                match self.writer(&file, Position::End) {
                    Some(writer) => writer,
                    None => types::HostDescriptor::append_via_stream(&mut self.host(), file),
                }
            }

            $($async)? fn advise(
                &mut self,
                file: Resource<Descriptor>,
                offset: u64,
                length: u64,
                advice: types::Advice,
            ) -> FsResult<()> {
                match self.ours(&file) {
                    Some(open) => open.advise().map_err(refused),
                    None => types::HostDescriptor::advise(&mut self.host(), file, offset, length, advice)$($wait)*,
                }
            }

            $($async)? fn sync_data(&mut self, file: Resource<Descriptor>) -> FsResult<()> {
                match self.ours(&file) {
                    // Files in memory have nothing to synchronize.
                    Some(_) => Ok(()),
                    None => types::HostDescriptor::sync_data(&mut self.host(), file)$($wait)*,
                }
            }

            $($async)? fn get_flags(
                &mut self,
                file: Resource<Descriptor>,
            ) -> FsResult<types::DescriptorFlags> {
                match self.ours(&file) {
                    Some(open) => open.get_flags().map(Into::into).map_err(refused),
                    None => types::HostDescriptor::get_flags(&mut self.host(), file)$($wait)*,
                }
            }

            $($async)? fn get_type(
                &mut self,
                file: Resource<Descriptor>,
            ) -> FsResult<types::DescriptorType> {
                match self.ours(&file) {
                    Some(open) => open.get_type().map(Into::into).map_err(refused),
                    None => types::HostDescriptor::get_type(&mut self.host(), file)$($wait)*,
                }
            }

            $($async)? fn set_size(&mut self, file: Resource<Descriptor>, size: u64) -> FsResult<()> {
                match self.ours(&file) {
                    Some(open) => open.set_size(size).map_err(refused),
                    None => types::HostDescriptor::set_size(&mut self.host(), file, size)$($wait)*,
                }
            }

            $($async)? fn set_times(
                &mut self,
                file: Resource<Descriptor>,
                accessed: types::NewTimestamp,
                modified: types::NewTimestamp,
            ) -> FsResult<()> {
                match self.ours(&file) {
                    Some(open) => open.set_times(accessed.into(), modified.into()).map_err(refused),
                    None => types::HostDescriptor::set_times(&mut self.host(), file, accessed, modified)$($wait)*,
                }
            }

            $($async)? fn read(
                &mut self,
                file: Resource<Descriptor>,
                length: u64,
                offset: u64,
            ) -> FsResult<(Vec<u8>, bool)> {
                match self.ours(&file) {
                    Some(open) => {
                        let bytes = open.read(length, offset).map_err(refused)?;
                        // As in wasmtime, the file ends there exactly if nothing was read.
                        let end = bytes.is_empty();
                        Ok((bytes, end))
                    }
                    None => types::HostDescriptor::read(&mut self.host(), file, length, offset)$($wait)*,
                }
            }

            $($async)? fn write(
                &mut self,
                file: Resource<Descriptor>,
                bytes: Vec<u8>,
                offset: u64,
            ) -> FsResult<u64> {
                match self.ours(&file) {
                    Some(open) => open.write(&bytes, offset).map_err(refused),
                    None => types::HostDescriptor::write(&mut self.host(), file, bytes, offset)$($wait)*,
                }
            }

            $($async)? fn read_directory(
                &mut self,
                directory: Resource<Descriptor>,
            ) -> FsResult<Resource<types::DirectoryEntryStream>> {
                match self.ours(&directory) {
                    Some(open) => {
                        let listing = open.read_directory().map_err(refused)?;
                        self.hand_out(listing)
                    }
                    None => types::HostDescriptor::read_directory(&mut self.host(), directory)$($wait)*,
                }
            }

            $($async)? fn sync(&mut self, file: Resource<Descriptor>) -> FsResult<()> {
                match self.ours(&file) {
                    Some(_) => Ok(()),
                    None => types::HostDescriptor::sync(&mut self.host(), file)$($wait)*,
                }
            }

            $($async)? fn create_directory_at(
                &mut self,
                directory: Resource<Descriptor>,
                path: String,
            ) -> FsResult<()> {
                match self.ours(&directory) {
                    Some(open) => open.create_directory_at(&path).map_err(refused),
                    None => types::HostDescriptor::create_directory_at(&mut self.host(), directory, path)$($wait)*,
                }
            }

            $($async)? fn stat(
                &mut self,
                file: Resource<Descriptor>,
            ) -> FsResult<types::DescriptorStat> {
                match self.ours(&file) {
                    Some(open) => open.stat().map(Into::into).map_err(refused),
                    None => types::HostDescriptor::stat(&mut self.host(), file)$($wait)*,
                }
            }

            $($async)? fn stat_at(
                &mut self,
                directory: Resource<Descriptor>,
                flags: types::PathFlags,
                path: String,
            ) -> FsResult<types::DescriptorStat> {
                match self.ours(&directory) {
                    Some(open) => open.stat_at(flags.into(), &path).map(Into::into).map_err(refused),
                    None => types::HostDescriptor::stat_at(&mut self.host(), directory, flags, path)$($wait)*,
                }
            }

            $($async)? fn set_times_at(
                &mut self,
                directory: Resource<Descriptor>,
                flags: types::PathFlags,
                path: String,
                accessed: types::NewTimestamp,
                modified: types::NewTimestamp,
            ) -> FsResult<()> {
                match self.ours(&directory) {
                    Some(open) => open
                        .set_times_at(flags.into(), &path, accessed.into(), modified.into())
                        .map_err(refused),
                    None => types::HostDescriptor::set_times_at(
                        &mut self.host(), directory, flags, path, accessed, modified,
                    )$($wait)*,
                }
            }

            $($async)? fn link_at(
                &mut self,
                directory: Resource<Descriptor>,
                flags: types::PathFlags,
                path: String,
                new_directory: Resource<Descriptor>,
                new_path: String,
            ) -> FsResult<()> {
                match self.pair(&directory, &new_directory) {
                    Pair::Ours(open, new) => {
                        open.link_at(flags.into(), &path, new, &new_path).map_err(refused)
                    }
                    Pair::Apart => Err(ErrorCode::CrossDevice.into()),
                    Pair::Host => types::HostDescriptor::link_at(
                        &mut self.host(), directory, flags, path, new_directory, new_path,
                    )$($wait)*,
                }
            }

            $($async)? fn open_at(
                &mut self,
                directory: Resource<Descriptor>,
                path_flags: types::PathFlags,
                path: String,
                open_flags: types::OpenFlags,
                flags: types::DescriptorFlags,
            ) -> FsResult<Resource<Descriptor>> {
                match self.ours(&directory) {
                    Some(open) => {
                        let opened = open
                            .open_at(path_flags.into(), &path, open_flags.into(), flags.into())
                            .map_err(refused)?;
                        self.hand_out(opened)
                    }
                    None => types::HostDescriptor::open_at(
                        &mut self.host(), directory, path_flags, path, open_flags, flags,
                    )$($wait)*,
                }
            }

            $($async)? fn readlink_at(
                &mut self,
                directory: Resource<Descriptor>,
                path: String,
            ) -> FsResult<String> {
                match self.ours(&directory) {
                    Some(open) => open.readlink_at(&path).map_err(refused),
                    None => types::HostDescriptor::readlink_at(&mut self.host(), directory, path)$($wait)*,
                }
            }

            $($async)? fn remove_directory_at(
                &mut self,
                directory: Resource<Descriptor>,
                path: String,
            ) -> FsResult<()> {
                match self.ours(&directory) {
                    Some(open) => open.remove_directory_at(&path).map_err(refused),
                    None => types::HostDescriptor::remove_directory_at(&mut self.host(), directory, path)$($wait)*,
                }
            }

            $($async)? fn rename_at(
                &mut self,
                directory: Resource<Descriptor>,
                path: String,
                new_directory: Resource<Descriptor>,
                new_path: String,
            ) -> FsResult<()> {
                match self.pair(&directory, &new_directory) {
                    Pair::Ours(open, new) => open.rename_at(&path, new, &new_path).map_err(refused),
                    Pair::Apart => Err(ErrorCode::CrossDevice.into()),
                    Pair::Host => types::HostDescriptor::rename_at(
                        &mut self.host(), directory, path, new_directory, new_path,
                    )$($wait)*,
                }
            }

            $($async)? fn symlink_at(
                &mut self,
                directory: Resource<Descriptor>,
                target: String,
                path: String,
            ) -> FsResult<()> {
                match self.ours(&directory) {
                    Some(open) => open.symlink_at(&target, &path).map_err(refused),
                    None => types::HostDescriptor::symlink_at(&mut self.host(), directory, target, path)$($wait)*,
                }
            }

            $($async)? fn unlink_file_at(
                &mut self,
                directory: Resource<Descriptor>,
                path: String,
            ) -> FsResult<()> {
                match self.ours(&directory) {
                    Some(open) => open.unlink_file_at(&path).map_err(refused),
                    None => types::HostDescriptor::unlink_file_at(&mut self.host(), directory, path)$($wait)*,
                }
            }

            $($async)? fn is_same_object(
                &mut self,
                one: Resource<Descriptor>,
                other: Resource<Descriptor>,
            ) -> wasmtime::Result<bool> {
                match self.pair(&one, &other) {
                    Pair::Ours(one, other) => Ok(one.is_same_object(other)),
                    Pair::Apart => Ok(false),
                    Pair::Host => types::HostDescriptor::is_same_object(&mut self.host(), one, other)$($wait)*,
                }
            }

            $($async)? fn metadata_hash(
                &mut self,
                file: Resource<Descriptor>,
            ) -> FsResult<types::MetadataHashValue> {
                match self.ours(&file) {
                    Some(open) => open.metadata_hash().map(Into::into).map_err(refused),
                    None => types::HostDescriptor::metadata_hash(&mut self.host(), file)$($wait)*,
                }
            }

            $($async)? fn metadata_hash_at(
                &mut self,
                directory: Resource<Descriptor>,
                flags: types::PathFlags,
                path: String,
            ) -> FsResult<types::MetadataHashValue> {
                match self.ours(&directory) {
                    Some(open) => {
                        open.metadata_hash_at(flags.into(), &path).map(Into::into).map_err(refused)
                    }
                    None => types::HostDescriptor::metadata_hash_at(&mut self.host(), directory, flags, path)$($wait)*,
                }
            }

            fn drop(&mut self, file: Resource<Descriptor>) -> wasmtime::Result<()> {
                match self.drop_ours::<Open>(file.rep())? {
                    true => Ok(()),
                    false => types::HostDescriptor::drop(&mut self.host(), file),
                }
            }
        }

        impl types::HostDirectoryEntryStream for ScratchCtxView<'_> {
            $($async)? fn read_directory_entry(
                &mut self,
                entries: Resource<types::DirectoryEntryStream>,
            ) -> FsResult<Option<types::DirectoryEntry>> {
                match self.listing(entries.rep()) {
                    Some(listing) => {
                        let entry = listing.next().map_err(refused)?;
                        Ok(entry.map(Into::into))
                    }
                    None => types::HostDirectoryEntryStream::read_directory_entry(
                        &mut self.host(), entries,
                    )$($wait)*,
                }
            }

            fn drop(&mut self, entries: Resource<types::DirectoryEntryStream>) -> wasmtime::Result<()> {
                match self.drop_ours::<Listing>(entries.rep())? {
                    true => Ok(()),
                    false => types::HostDirectoryEntryStream::drop(&mut self.host(), entries),
                }
            }
        }
    };
}

/// The implementation for wasmtime-wasi's asynchronous linker.
mod asynchronous {
    use super::*;
    use wasmtime_wasi::p2::bindings::filesystem::types;

    serve!(async, .await);
}

/// The implementation for wasmtime-wasi's synchronous linker.
mod synchronous {
    use super::*;
    use wasmtime_wasi::p2::bindings::sync::filesystem::types;

    serve!(,);
}
