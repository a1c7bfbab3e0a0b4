//! Errors of this crate as errors of std.

use std::io::{self, ErrorKind};

use crate::error::{Error, ErrorCode};

/// The kind is the one that std gives to the code. The error itself stays inside, with its path and
/// message: `get_ref` and `downcast_ref` give it back.
///
/// # Examples
///
/// ```
/// use std::io;
///
/// use wasi_tempfile::Error;
///
/// let error = io::Error::from(Error::Value("read of closed file".into()));
/// assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
/// let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
/// assert_eq!(inner, Some(&Error::Value("read of closed file".into())));
/// ```
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::new(kind(&error), error)
    }
}

fn kind(error: &Error) -> ErrorKind {
    match error {
        Error::Os(error) => error.code.map_or(ErrorKind::Other, kind_of_code),
        Error::Value(_) | Error::Type(_) | Error::Lookup(_) => ErrorKind::InvalidInput,
        Error::Unsupported(_) => ErrorKind::Unsupported,
        Error::Unicode(_) => ErrorKind::InvalidData,
        Error::Other(_) => ErrorKind::Other,
    }
}

/// Returns the kind that std gives to the number of the code; `Other` where that kind is unstable.
fn kind_of_code(code: ErrorCode) -> ErrorKind {
    match code {
        ErrorCode::Access | ErrorCode::NotPermitted => ErrorKind::PermissionDenied,
        ErrorCode::WouldBlock => ErrorKind::WouldBlock,
        ErrorCode::Busy => ErrorKind::ResourceBusy,
        ErrorCode::Deadlock => ErrorKind::Deadlock,
        ErrorCode::Quota => ErrorKind::QuotaExceeded,
        ErrorCode::Exist => ErrorKind::AlreadyExists,
        ErrorCode::FileTooLarge => ErrorKind::FileTooLarge,
        ErrorCode::Interrupted => ErrorKind::Interrupted,
        ErrorCode::Invalid => ErrorKind::InvalidInput,
        ErrorCode::IsDirectory => ErrorKind::IsADirectory,
        ErrorCode::TooManyLinks => ErrorKind::TooManyLinks,
        ErrorCode::NameTooLong => ErrorKind::InvalidFilename,
        ErrorCode::NoEntry => ErrorKind::NotFound,
        ErrorCode::InsufficientMemory => ErrorKind::OutOfMemory,
        ErrorCode::InsufficientSpace => ErrorKind::StorageFull,
        ErrorCode::NotDirectory => ErrorKind::NotADirectory,
        ErrorCode::NotEmpty => ErrorKind::DirectoryNotEmpty,
        ErrorCode::Unsupported => ErrorKind::Unsupported,
        ErrorCode::Pipe => ErrorKind::BrokenPipe,
        ErrorCode::ReadOnly => ErrorKind::ReadOnlyFilesystem,
        ErrorCode::InvalidSeek => ErrorKind::NotSeekable,
        ErrorCode::TextFileBusy => ErrorKind::ExecutableFileBusy,
        ErrorCode::CrossDevice => ErrorKind::CrossesDevices,
        ErrorCode::Already
        | ErrorCode::BadDescriptor
        | ErrorCode::IllegalByteSequence
        | ErrorCode::InProgress
        | ErrorCode::Io
        | ErrorCode::Loop
        | ErrorCode::MessageSize
        | ErrorCode::NoDevice
        | ErrorCode::NoLock
        | ErrorCode::NotRecoverable
        | ErrorCode::NoTty
        | ErrorCode::NoSuchDevice
        | ErrorCode::Overflow => ErrorKind::Other,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::format;

    /// Every code with its number on Linux: `asm-generic/errno-base.h` and `errno.h`.
    const NUMBERS: [(ErrorCode, i32); 37] = [
        (ErrorCode::Access, 13),
        (ErrorCode::WouldBlock, 11),
        (ErrorCode::Already, 114),
        (ErrorCode::BadDescriptor, 9),
        (ErrorCode::Busy, 16),
        (ErrorCode::Deadlock, 35),
        (ErrorCode::Quota, 122),
        (ErrorCode::Exist, 17),
        (ErrorCode::FileTooLarge, 27),
        (ErrorCode::IllegalByteSequence, 84),
        (ErrorCode::InProgress, 115),
        (ErrorCode::Interrupted, 4),
        (ErrorCode::Invalid, 22),
        (ErrorCode::Io, 5),
        (ErrorCode::IsDirectory, 21),
        (ErrorCode::Loop, 40),
        (ErrorCode::TooManyLinks, 31),
        (ErrorCode::MessageSize, 90),
        (ErrorCode::NameTooLong, 36),
        (ErrorCode::NoDevice, 19),
        (ErrorCode::NoEntry, 2),
        (ErrorCode::NoLock, 37),
        (ErrorCode::InsufficientMemory, 12),
        (ErrorCode::InsufficientSpace, 28),
        (ErrorCode::NotDirectory, 20),
        (ErrorCode::NotEmpty, 39),
        (ErrorCode::NotRecoverable, 131),
        (ErrorCode::Unsupported, 95),
        (ErrorCode::NoTty, 25),
        (ErrorCode::NoSuchDevice, 6),
        (ErrorCode::Overflow, 75),
        (ErrorCode::NotPermitted, 1),
        (ErrorCode::Pipe, 32),
        (ErrorCode::ReadOnly, 30),
        (ErrorCode::InvalidSeek, 29),
        (ErrorCode::TextFileBusy, 26),
        (ErrorCode::CrossDevice, 18),
    ];

    /// The kinds of std that stable Rust cannot name.
    const UNSTABLE: [&str; 3] = ["Uncategorized", "FilesystemLoop", "InProgress"];

    #[test]
    fn every_code_has_the_kind_and_the_text_that_std_gives_its_number() {
        for (code, number) in NUMBERS {
            let native = io::Error::from_raw_os_error(number);
            let expected = match UNSTABLE.contains(&&*format!("{:?}", native.kind())) {
                true => ErrorKind::Other,
                false => native.kind(),
            };
            assert_eq!(io::Error::from(Error::os(code)).kind(), expected, "{code:?}");
            let text = format!("{code} (os error {number})");
            assert_eq!(format!("{native}"), text, "{code:?}");
        }
    }

    #[test]
    fn no_code_is_in_the_table_twice() {
        for (at, (code, number)) in NUMBERS.iter().enumerate() {
            let others = NUMBERS[..at].iter();
            assert!(others.clone().all(|it| it.0 != *code && it.1 != *number), "{code:?}");
        }
    }

    #[test]
    fn the_error_stays_inside_with_its_path() {
        let error = Error::at(ErrorCode::NoEntry, "/tmp/x");
        let converted = io::Error::from(error.clone());
        assert_eq!(format!("{converted}"), "No such file or directory: '/tmp/x'");
        let inner = converted.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        assert_eq!(inner, Some(&error));
        assert_eq!(inner.and_then(Error::path), Some("/tmp/x"));
    }
}
