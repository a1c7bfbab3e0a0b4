//! The exports of the component `tempfile.wasm`: WIT in, library calls, WIT out. All rules are in
//! the library.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};

mod text;

use crate::bytes::length;
use crate::cleanup::{OwedKind, UnclosedKind};
use crate::host::bindings::exports::scratch::tempfile::{cleanup, descriptors, tempfile};
use crate::mode::Flavour;
use crate::{
    BinaryFile, DirectoryOptions, Error, ErrorCode, FileOptions, NameOptions, NamedOptions,
    OsError, SpooledOptions, TemporaryDirectory,
};

/// The component's implementation of its exports.
pub(crate) struct Component;

mod export {
    #![expect(unsafe_code, reason = "the canonical ABI is made of raw pointers")]

    use super::Component;

    crate::host::bindings::export!(Component with_types_in crate::host::bindings);
}

type Result<T, E = tempfile::Error> = core::result::Result<T, E>;

impl tempfile::Guest for Component {
    type BinaryFile = BinaryFile;
    type Directory = TemporaryDirectory;

    fn temporary_file(options: Option<tempfile::FileOptions>) -> Result<tempfile::BinaryFile> {
        let file = crate::temporary_file(&file_options(&options))?;
        Ok(tempfile::BinaryFile::new(file))
    }

    fn named_temporary_file(
        options: Option<tempfile::NamedFileOptions>,
    ) -> Result<tempfile::BinaryFile> {
        let options = named_file_options(&options);
        Ok(tempfile::BinaryFile::new(crate::named_temporary_file(&options)?))
    }

    fn spooled_temporary_file(
        options: Option<tempfile::SpooledFileOptions>,
    ) -> Result<tempfile::BinaryFile> {
        let options = spooled_file_options(&options);
        Ok(tempfile::BinaryFile::new(crate::spooled_temporary_file(&options)?))
    }

    fn temporary_directory(
        options: Option<tempfile::DirectoryOptions>,
    ) -> Result<tempfile::Directory> {
        let directory = match &options {
            None => crate::temporary_directory(&DirectoryOptions::default()),
            Some(options) => crate::temporary_directory(&DirectoryOptions {
                name: name(&options.suffix, &options.prefix, &options.dir),
                ignore_cleanup_errors: options.ignore_cleanup_errors.unwrap_or(false),
                delete: options.delete.unwrap_or(true),
            }),
        };
        Ok(tempfile::Directory::new(directory?))
    }

    fn mkstemp(
        options: Option<tempfile::MkstempOptions>,
    ) -> Result<(tempfile::BinaryFile, String)> {
        let (file, path) = crate::mkstemp(&mkstemp_name(&options))?;
        Ok((tempfile::BinaryFile::new(file), path))
    }

    fn mkdtemp(options: Option<tempfile::NameOptions>) -> Result<String> {
        Ok(crate::mkdtemp(&any_name(&options))?)
    }

    fn mktemp(options: Option<tempfile::NameOptions>) -> Result<String> {
        Ok(crate::mktemp(&any_name(&options))?)
    }

    fn gettempdir() -> Result<String> {
        Ok(crate::gettempdir()?)
    }

    fn gettempdirb() -> Result<Vec<u8>> {
        Ok(crate::gettempdirb()?)
    }

    fn gettempprefix() -> String {
        crate::gettempprefix()
    }

    fn gettempprefixb() -> Vec<u8> {
        crate::gettempprefixb()
    }

    fn tempdir() -> Option<String> {
        crate::tempdir()
    }

    fn set_tempdir(value: Option<String>) {
        crate::set_tempdir(value.as_deref());
    }

    fn template() -> String {
        crate::template()
    }

    fn set_template(value: String) {
        crate::set_template(&value);
    }

    fn tmp_max() -> u32 {
        crate::tmp_max()
    }

    fn set_tmp_max(value: u32) {
        crate::set_tmp_max(value);
    }

    fn set_spare_files(value: u32) {
        crate::set_spare_files(value);
    }
}

impl tempfile::GuestBinaryFile for BinaryFile {
    fn read(&self, size: Option<i64>) -> Result<Vec<u8>> {
        Ok(self.read(size)?)
    }

    fn readinto(&self, length: u64) -> Result<Vec<u8>> {
        Ok(self.read_bounded(length)?)
    }

    fn readall(&self) -> Result<Vec<u8>> {
        Ok(self.readall()?)
    }

    fn read1(&self, size: Option<i64>) -> Result<Vec<u8>> {
        Ok(self.read1(size)?)
    }

    fn readinto1(&self, length: u64) -> Result<Vec<u8>> {
        Ok(self.read1_bounded(length)?)
    }

    fn peek(&self) -> Result<Vec<u8>> {
        Ok(self.peek()?)
    }

    fn readline(&self, size: Option<i64>) -> Result<Vec<u8>> {
        Ok(self.readline(size)?)
    }

    fn readlines(&self, hint: Option<i64>) -> Result<Vec<Vec<u8>>> {
        Ok(self.readlines(hint)?)
    }

    fn write(&self, bytes: Vec<u8>) -> Result<u64> {
        let written = self.write(&bytes)?;
        Ok(length(&bytes[..written]))
    }

    fn writelines(&self, lines: Vec<Vec<u8>>) -> Result<()> {
        Ok(self.writelines(lines)?)
    }

    fn seek(&self, offset: i64, whence: i32) -> Result<u64> {
        Ok(self.seek(offset, whence)?)
    }

    fn tell(&self) -> Result<u64> {
        Ok(self.tell()?)
    }

    fn truncate(&self, size: Option<i64>) -> Result<u64> {
        Ok(self.truncate(size)?)
    }

    fn flush(&self) -> Result<()> {
        Ok(self.flush()?)
    }

    fn close(&self) -> Result<()> {
        Ok(self.close()?)
    }

    fn close_file(&self) -> Result<()> {
        Ok(self.close_file()?)
    }

    fn enter(&self) -> Result<()> {
        Ok(self.enter()?)
    }

    fn exit(&self) -> Result<()> {
        Ok(self.exit()?)
    }

    fn closed(&self) -> Result<bool> {
        Ok(self.closed()?)
    }

    fn name(&self) -> Option<String> {
        self.name()
    }

    fn mode(&self) -> Result<String> {
        Ok(self.mode()?)
    }

    fn readable(&self) -> Result<bool> {
        Ok(self.readable()?)
    }

    fn writable(&self) -> Result<bool> {
        Ok(self.writable()?)
    }

    fn seekable(&self) -> Result<bool> {
        Ok(self.seekable()?)
    }

    fn isatty(&self) -> Result<bool> {
        Ok(self.isatty()?)
    }

    fn detach(&self) -> Result<tempfile::BinaryFile> {
        Ok(tempfile::BinaryFile::new(self.detach()?))
    }

    fn keep(&self) -> Result<String> {
        Ok(self.keep()?)
    }

    fn persist(&self, path: String) -> Result<()> {
        Ok(self.persist(&path)?)
    }

    fn persist_noclobber(&self, path: String) -> Result<()> {
        Ok(self.persist_noclobber(&path)?)
    }

    fn reopen(&self, mode: Option<String>, buffering: Option<i32>) -> Result<tempfile::BinaryFile> {
        let mode = mode.as_deref().unwrap_or(Flavour::Binary.default_mode());
        let file = self.reopen(mode, buffering.unwrap_or(FileOptions::new().buffering))?;
        Ok(tempfile::BinaryFile::new(file))
    }

    fn rollover(&self) -> Result<()> {
        Ok(self.rollover()?)
    }

    fn rolled(&self) -> bool {
        self.rolled()
    }
}

impl tempfile::GuestDirectory for TemporaryDirectory {
    fn name(&self) -> String {
        self.name()
    }

    fn cleanup(&self) -> Result<()> {
        Ok(self.cleanup()?)
    }

    fn exit(&self) -> Result<()> {
        Ok(self.exit()?)
    }
}

impl cleanup::Guest for Component {
    fn owed() -> Vec<cleanup::OwedItem> {
        let owed = crate::cleanup::owed().into_iter();
        owed.map(|item| cleanup::OwedItem {
            path: item.path,
            kind: match item.kind {
                OwedKind::File => cleanup::Kind::File,
                OwedKind::Directory => cleanup::Kind::Directory,
            },
            size: item.size,
        })
        .collect()
    }

    fn unclosed() -> Vec<cleanup::UnclosedItem> {
        let unclosed = crate::cleanup::unclosed().into_iter();
        unclosed
            .map(|item| cleanup::UnclosedItem {
                kind: match item.kind {
                    UnclosedKind::AnonymousFile => cleanup::UnclosedKind::AnonymousFile,
                    UnclosedKind::NamedFile => cleanup::UnclosedKind::NamedFile,
                    UnclosedKind::SpooledFile => cleanup::UnclosedKind::SpooledFile,
                    UnclosedKind::Directory => cleanup::UnclosedKind::Directory,
                },
                path: item.path,
                size: item.size,
            })
            .collect()
    }

    fn cleanup() -> Vec<cleanup::Leftover> {
        crate::cleanup::cleanup().into_iter().map(leftover).collect()
    }
}

impl descriptors::Guest for Component {
    fn open_temporary(options: Option<tempfile::NameOptions>) -> Result<descriptors::Descriptor> {
        Ok(crate::open_temporary(&any_name(&options))?.into())
    }

    fn mkstemp(
        options: Option<tempfile::MkstempOptions>,
    ) -> Result<(descriptors::Descriptor, String)> {
        let (file, path) = crate::mkstemp(&mkstemp_name(&options))?;
        Ok((file.take()?.into(), path))
    }

    fn take(file: tempfile::BinaryFileBorrow<'_>) -> Result<descriptors::Descriptor> {
        Ok(file.get::<BinaryFile>().take()?.into())
    }
}

/// Takes one of the three records of files apart: the options that all three have, as the library
/// takes them, and its own. An option that is left out has Python's default.
///
/// The pattern has no `..`, so that a new field of the interface is an error until somebody reads
/// it: name it where its record is taken apart, or here if all three have it.
macro_rules! taken_apart {
    ($record:ident { $($own:ident),* } = $options:expr) => {{
        let tempfile::$record {
            mode, buffering, encoding, newline, suffix, prefix, dir, errors, $($own),*
        } = $options;
        let file = FileOptions {
            mode: mode.as_deref(),
            buffering: buffering.unwrap_or(FileOptions::new().buffering),
            encoding: encoding.as_deref(),
            newline: newline.as_deref(),
            name: name(suffix, prefix, dir),
            errors: errors.as_deref(),
        };
        (file, ($($own),*))
    }};
}

pub(crate) fn file_options(options: &Option<tempfile::FileOptions>) -> FileOptions<'_> {
    let Some(options) = options else { return FileOptions::new() };
    let (file, ()) = taken_apart!(FileOptions {} = options);
    file
}

pub(crate) fn named_file_options(options: &Option<tempfile::NamedFileOptions>) -> NamedOptions<'_> {
    let Some(options) = options else { return NamedOptions::new() };
    let (file, (delete, delete_on_close)) =
        taken_apart!(NamedFileOptions { delete, delete_on_close } = options);
    NamedOptions {
        file,
        delete: delete.unwrap_or(true),
        delete_on_close: delete_on_close.unwrap_or(true),
    }
}

pub(crate) fn spooled_file_options(
    options: &Option<tempfile::SpooledFileOptions>,
) -> SpooledOptions<'_> {
    let Some(options) = options else { return SpooledOptions::new() };
    let (file, max_size) = taken_apart!(SpooledFileOptions { max_size } = options);
    SpooledOptions { file, max_size: max_size.unwrap_or(0) }
}

fn name<'a>(
    suffix: &'a Option<String>,
    prefix: &'a Option<String>,
    dir: &'a Option<String>,
) -> NameOptions<'a> {
    NameOptions { suffix: suffix.as_deref(), prefix: prefix.as_deref(), dir: dir.as_deref() }
}

fn any_name(options: &Option<tempfile::NameOptions>) -> NameOptions<'_> {
    let options = options.as_ref();
    options.map_or_else(NameOptions::default, |options| {
        name(&options.suffix, &options.prefix, &options.dir)
    })
}

fn mkstemp_name(options: &Option<tempfile::MkstempOptions>) -> NameOptions<'_> {
    let options = options.as_ref();
    options.map_or_else(NameOptions::default, |options| {
        name(&options.suffix, &options.prefix, &options.dir)
    })
}

fn leftover(error: Error) -> cleanup::Leftover {
    match error {
        Error::Os(OsError { message, path, .. }) => {
            cleanup::Leftover { path, reason: message.into_owned() }
        }
        other => cleanup::Leftover { path: None, reason: other.to_string() },
    }
}

impl From<Error> for tempfile::Error {
    // Shared by every export rather than copied into each.
    #[cold]
    #[inline(never)]
    fn from(error: Error) -> Self {
        match error {
            Error::Os(error) => Self::Os(error.into()),
            Error::Value(message) => Self::Value(message.into_owned()),
            Error::Unsupported(message) => Self::Unsupported(message.into_owned()),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<OsError> for tempfile::OsError {
    fn from(OsError { code, message, path }: OsError) -> Self {
        Self {
            code: code.map_or(tempfile::ErrorCode::Unnumbered, Into::into),
            message: message.into_owned(),
            path,
        }
    }
}

impl From<ErrorCode> for tempfile::ErrorCode {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Access => Self::Access,
            ErrorCode::WouldBlock => Self::WouldBlock,
            ErrorCode::Already => Self::Already,
            ErrorCode::BadDescriptor => Self::BadDescriptor,
            ErrorCode::Busy => Self::Busy,
            ErrorCode::Deadlock => Self::Deadlock,
            ErrorCode::Quota => Self::Quota,
            ErrorCode::Exist => Self::Exist,
            ErrorCode::FileTooLarge => Self::FileTooLarge,
            ErrorCode::IllegalByteSequence => Self::IllegalByteSequence,
            ErrorCode::InProgress => Self::InProgress,
            ErrorCode::Interrupted => Self::Interrupted,
            ErrorCode::Invalid => Self::Invalid,
            ErrorCode::Io => Self::Io,
            ErrorCode::IsDirectory => Self::IsDirectory,
            ErrorCode::Loop => Self::Loop,
            ErrorCode::TooManyLinks => Self::TooManyLinks,
            ErrorCode::MessageSize => Self::MessageSize,
            ErrorCode::NameTooLong => Self::NameTooLong,
            ErrorCode::NoDevice => Self::NoDevice,
            ErrorCode::NoEntry => Self::NoEntry,
            ErrorCode::NoLock => Self::NoLock,
            ErrorCode::InsufficientMemory => Self::InsufficientMemory,
            ErrorCode::InsufficientSpace => Self::InsufficientSpace,
            ErrorCode::NotDirectory => Self::NotDirectory,
            ErrorCode::NotEmpty => Self::NotEmpty,
            ErrorCode::NotRecoverable => Self::NotRecoverable,
            ErrorCode::Unsupported => Self::Unsupported,
            ErrorCode::NoTty => Self::NoTty,
            ErrorCode::NoSuchDevice => Self::NoSuchDevice,
            ErrorCode::Overflow => Self::Overflow,
            ErrorCode::NotPermitted => Self::NotPermitted,
            ErrorCode::Pipe => Self::Pipe,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::InvalidSeek => Self::InvalidSeek,
            ErrorCode::TextFileBusy => Self::TextFileBusy,
            ErrorCode::CrossDevice => Self::CrossDevice,
        }
    }
}
