//! Errors, in Python's families, with the texts CPython gives them.

use alloc::string::{String, ToString as _};
use alloc::{borrow::Cow, boxed::Box, vec::Vec};
use core::fmt;

use crate::code_points;

/// The result of every fallible function of this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// An error, in one of the families that Python's `tempfile` raises.
///
/// [`code`](Self::code), [`path`](Self::path) and [`message`](Self::message) answer for every
/// family. With the feature `std` it converts into `std::io::Error`.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{ErrorCode, FileOptions, temporary_file};
///
/// match temporary_file(&FileOptions::new().dir("/tmp/missing")) {
///     Ok(file) => file.close()?,
///     Err(error) if error.code() == Some(ErrorCode::NoEntry) => {
///         panic!("{:?} is missing", error.path());
///     }
///     Err(error) => return Err(error),
/// }
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// `OSError`: the filesystem refused.
    Os(OsError),
    /// `ValueError`: an argument or the state of the object forbids the call, such as a wrong mode
    /// or a closed file.
    Value(Cow<'static, str>),
    /// `io.UnsupportedOperation`: an object of this kind has no such operation.
    Unsupported(Cow<'static, str>),
    /// `TypeError`: an error handler that cannot decode.
    Type(Cow<'static, str>),
    /// `LookupError`: an unknown encoding or error handler.
    Lookup(Cow<'static, str>),
    /// `UnicodeEncodeError` or `UnicodeDecodeError`: text that the encoding does not have.
    Unicode(Box<UnicodeError>),
    /// An exception of another kind, such as that of an audit hook.
    Other(Cow<'static, str>),
}

/// A failed conversion between text and bytes: the attributes of Python's `UnicodeError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnicodeError {
    /// The direction of the conversion.
    pub operation: Conversion,
    /// The encoding as Python names it here: `charmap` for most that have one byte a character.
    pub encoding: &'static str,
    /// The input of the conversion: bytes, or text as WTF-8.
    pub object: Vec<u8>,
    /// The index of the first byte, or of the first character of text, that could not be converted.
    pub start: usize,
    /// The index after the last one that could not be converted.
    pub end: usize,
    /// The reason in Python's words.
    pub reason: &'static str,
}

/// A direction between text and bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Text to bytes.
    Encode,
    /// Bytes to text.
    Decode,
}

/// A reason of the filesystem to refuse: the codes of `wasi:filesystem/types.error-code`.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// `EACCES`: Permission denied.
    Access,
    /// `EAGAIN`: Resource temporarily unavailable.
    WouldBlock,
    /// `EALREADY`: Operation already in progress.
    Already,
    /// `EBADF`: Bad file descriptor.
    BadDescriptor,
    /// `EBUSY`: Device or resource busy.
    Busy,
    /// `EDEADLK`: Resource deadlock avoided.
    Deadlock,
    /// `EDQUOT`: Disk quota exceeded.
    Quota,
    /// `EEXIST`: File exists.
    Exist,
    /// `EFBIG`: File too large.
    FileTooLarge,
    /// `EILSEQ`: Invalid or incomplete multibyte or wide character.
    IllegalByteSequence,
    /// `EINPROGRESS`: Operation now in progress.
    InProgress,
    /// `EINTR`: Interrupted system call.
    Interrupted,
    /// `EINVAL`: Invalid argument.
    Invalid,
    /// `EIO`: Input/output error.
    Io,
    /// `EISDIR`: Is a directory.
    IsDirectory,
    /// `ELOOP`: Too many levels of symbolic links.
    Loop,
    /// `EMLINK`: Too many links.
    TooManyLinks,
    /// `EMSGSIZE`: Message too long.
    MessageSize,
    /// `ENAMETOOLONG`: File name too long.
    NameTooLong,
    /// `ENODEV`: No such device.
    NoDevice,
    /// `ENOENT`: No such file or directory.
    NoEntry,
    /// `ENOLCK`: No locks available.
    NoLock,
    /// `ENOMEM`: Cannot allocate memory.
    InsufficientMemory,
    /// `ENOSPC`: No space left on device.
    InsufficientSpace,
    /// `ENOTDIR`: Not a directory.
    NotDirectory,
    /// `ENOTEMPTY`: Directory not empty.
    NotEmpty,
    /// `ENOTRECOVERABLE`: State not recoverable.
    NotRecoverable,
    /// `ENOTSUP`: Operation not supported.
    Unsupported,
    /// `ENOTTY`: Inappropriate ioctl for device.
    NoTty,
    /// `ENXIO`: No such device or address.
    NoSuchDevice,
    /// `EOVERFLOW`: Value too large for defined data type.
    Overflow,
    /// `EPERM`: Operation not permitted; also for a path outside of all directories that the host
    /// granted.
    NotPermitted,
    /// `EPIPE`: Broken pipe.
    Pipe,
    /// `EROFS`: Read-only file system.
    ReadOnly,
    /// `ESPIPE`: Illegal seek.
    InvalidSeek,
    /// `ETXTBSY`: Text file busy.
    TextFileBusy,
    /// `EXDEV`: Invalid cross-device link.
    CrossDevice,
}

/// A refusal of the filesystem: Python's `OSError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OsError {
    /// The code of WASI; `None` where Python's `OSError` has no number either and only the message
    /// tells the reason.
    pub code: Option<ErrorCode>,
    /// The message of Python's error: the system's text for the code, or a text of `tempfile`.
    pub message: Cow<'static, str>,
    /// The guest's path, if the call had one.
    pub path: Option<String>,
}

impl Error {
    pub(crate) fn os(code: ErrorCode) -> Self {
        Self::Os(OsError { code: Some(code), message: Cow::Borrowed(strerror(code)), path: None })
    }

    pub(crate) fn at(code: ErrorCode, path: impl Into<String>) -> Self {
        let message = Cow::Borrowed(strerror(code));
        Self::Os(OsError { code: Some(code), message, path: Some(path.into()) })
    }

    pub(crate) fn described(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Os(OsError { code: Some(code), message: message.into(), path: None })
    }

    /// Makes an `OSError` without a number.
    pub(crate) fn unnumbered(message: &'static str) -> Self {
        Self::Os(OsError { code: None, message: Cow::Borrowed(message), path: None })
    }

    pub(crate) fn unnumbered_at(message: &'static str, path: &str) -> Self {
        let message = Cow::Borrowed(message);
        Self::Os(OsError { code: None, message, path: Some(String::from(path)) })
    }

    pub(crate) fn value(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Value(message.into())
    }

    pub(crate) fn unsupported(message: &'static str) -> Self {
        Self::Unsupported(Cow::Borrowed(message))
    }

    /// Returns the code of a refusal of the filesystem; `None` for one without a code, and for the
    /// other families.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use wasi_tempfile::{ErrorCode, FileOptions, temporary_file};
    ///
    /// let full = temporary_file(&FileOptions::new())
    ///     .is_err_and(|error| error.code() == Some(ErrorCode::InsufficientSpace));
    /// ```
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Os(error) => error.code,
            _ => None,
        }
    }

    /// Returns the guest's path in a refusal of the filesystem, where the call had one.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use wasi_tempfile::{NameOptions, mkdtemp};
    ///
    /// let error = mkdtemp(&NameOptions::new().dir("/tmp/missing")).unwrap_err();
    /// assert!(error.path().is_some_and(|path| path.starts_with("/tmp/missing/tmp")));
    /// ```
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Os(error) => error.path.as_deref(),
            _ => None,
        }
    }

    /// Returns the message in Python's words, without the path: Python's `strerror`, or the text of
    /// the exception.
    ///
    /// # Examples
    ///
    /// ```
    /// let error = wasi_tempfile::Error::Value("read of closed file".into());
    /// assert_eq!(error.message(), "read of closed file");
    /// ```
    pub fn message(&self) -> Cow<'_, str> {
        match self {
            Self::Os(OsError { message, .. })
            | Self::Value(message)
            | Self::Unsupported(message)
            | Self::Type(message)
            | Self::Lookup(message)
            | Self::Other(message) => Cow::Borrowed(message),
            Self::Unicode(error) => Cow::Owned(error.to_string()),
        }
    }
}

impl fmt::Display for Error {
    /// Writes Python's `str(error)` without the number, which WASI does not have.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Os(OsError { message, path: Some(path), .. }) => {
                write!(f, "{message}: {}", Repr(path))
            }
            Self::Os(OsError { message, path: None, .. })
            | Self::Value(message)
            | Self::Unsupported(message)
            | Self::Type(message)
            | Self::Lookup(message)
            | Self::Other(message) => f.write_str(message),
            Self::Unicode(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Error {}

impl fmt::Display for ErrorCode {
    /// Writes the text of `strerror(3)` on Linux.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(strerror(*self))
    }
}

impl fmt::Display for UnicodeError {
    /// Writes Python's `str(error)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { encoding, start, end, reason, .. } = self;
        let one = *end == start + 1;
        let (direction, subjects) = match self.operation {
            Conversion::Encode => ("encode", "characters"),
            Conversion::Decode => ("decode", "bytes"),
        };
        write!(f, "'{encoding}' codec can't {direction} ")?;
        match self.operation {
            Conversion::Encode if one => {
                let character =
                    code_points::code_points(&self.object).nth(*start).unwrap_or_default();
                match character {
                    0..=0xff => write!(f, "character '\\x{character:02x}'")?,
                    0x100..=0xffff => write!(f, "character '\\u{character:04x}'")?,
                    _ => write!(f, "character '\\U{character:08x}'")?,
                }
            }
            Conversion::Decode if one => {
                let byte = self.object.get(*start).copied().unwrap_or_default();
                write!(f, "byte 0x{byte:02x}")?;
            }
            _ => write!(f, "{subjects}")?,
        }
        match one {
            true => write!(f, " in position {start}: {reason}"),
            false => write!(f, " in position {start}-{}: {reason}", end.saturating_sub(1)),
        }
    }
}

/// A string as Python's `repr` shows it: in quotes, control characters escaped.
pub(crate) struct Repr<'a>(pub(crate) &'a str);

impl fmt::Display for Repr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if self.0.contains('\'') && !self.0.contains('"') { "\"" } else { "'" };
        f.write_str(quote)?;
        for character in self.0.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\'' if quote == "'" => f.write_str("\\'")?,
                '\0'..='\x1f' | '\x7f'..='\u{a0}' | '\u{ad}' => {
                    write!(f, "\\x{:02x}", u32::from(character))?;
                }
                _ => write!(f, "{character}")?,
            }
        }
        f.write_str(quote)
    }
}

/// Returns the text of `strerror(3)` on Linux (glibc), which Python shows for the code.
fn strerror(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Access => "Permission denied",
        ErrorCode::WouldBlock => "Resource temporarily unavailable",
        ErrorCode::Already => "Operation already in progress",
        ErrorCode::BadDescriptor => "Bad file descriptor",
        ErrorCode::Busy => "Device or resource busy",
        ErrorCode::Deadlock => "Resource deadlock avoided",
        ErrorCode::Quota => "Disk quota exceeded",
        ErrorCode::Exist => "File exists",
        ErrorCode::FileTooLarge => "File too large",
        ErrorCode::IllegalByteSequence => "Invalid or incomplete multibyte or wide character",
        ErrorCode::InProgress => "Operation now in progress",
        ErrorCode::Interrupted => "Interrupted system call",
        ErrorCode::Invalid => "Invalid argument",
        ErrorCode::Io => "Input/output error",
        ErrorCode::IsDirectory => "Is a directory",
        ErrorCode::Loop => "Too many levels of symbolic links",
        ErrorCode::TooManyLinks => "Too many links",
        ErrorCode::MessageSize => "Message too long",
        ErrorCode::NameTooLong => "File name too long",
        ErrorCode::NoDevice => "No such device",
        ErrorCode::NoEntry => "No such file or directory",
        ErrorCode::NoLock => "No locks available",
        ErrorCode::InsufficientMemory => "Cannot allocate memory",
        ErrorCode::InsufficientSpace => "No space left on device",
        ErrorCode::NotDirectory => "Not a directory",
        ErrorCode::NotEmpty => "Directory not empty",
        ErrorCode::NotRecoverable => "State not recoverable",
        ErrorCode::Unsupported => "Operation not supported",
        ErrorCode::NoTty => "Inappropriate ioctl for device",
        ErrorCode::NoSuchDevice => "No such device or address",
        ErrorCode::Overflow => "Value too large for defined data type",
        ErrorCode::NotPermitted => "Operation not permitted",
        ErrorCode::Pipe => "Broken pipe",
        ErrorCode::ReadOnly => "Read-only file system",
        ErrorCode::InvalidSeek => "Illegal seek",
        ErrorCode::TextFileBusy => "Text file busy",
        ErrorCode::CrossDevice => "Invalid cross-device link",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_repr_is_pythons() {
        // Right-hand sides: CPython 3.13's repr of the same strings.
        for (string, repr) in [
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("'\"", "'\\'\"'"),
            ("a\n\t\\", "'a\\n\\t\\\\'"),
            ("\u{1}\u{7f}é", "'\\x01\\x7fé'"),
        ] {
            assert_eq!(Repr(string).to_string(), repr);
        }
    }

    #[test]
    fn an_os_error_reads_as_in_python() {
        assert_eq!(
            Error::at(ErrorCode::NoEntry, "/tmp/x").to_string(),
            "No such file or directory: '/tmp/x'"
        );
        assert_eq!(Error::os(ErrorCode::Invalid).to_string(), "Invalid argument");
    }

    #[test]
    fn the_message_and_the_path_are_apart() {
        let os = Error::at(ErrorCode::NoEntry, "/tmp/x");
        assert_eq!((os.message(), os.path()), ("No such file or directory".into(), Some("/tmp/x")));
        // `str(error)` of CPython 3.13 for `'é'.encode('ascii')`.
        let unicode = Error::Unicode(Box::new(UnicodeError {
            operation: Conversion::Encode,
            encoding: "ascii",
            object: Vec::from("é"),
            start: 0,
            end: 1,
            reason: "ordinal not in range(128)",
        }));
        let text = "'ascii' codec can't encode character '\\xe9' in position 0: ordinal not in \
                    range(128)";
        assert_eq!((unicode.message(), unicode.path()), (text.into(), None));
        for error in [Error::Value("x".into()), Error::unsupported("x"), Error::Other("x".into())] {
            assert_eq!((error.message(), error.path(), error.code()), ("x".into(), None, None));
        }
    }
}
