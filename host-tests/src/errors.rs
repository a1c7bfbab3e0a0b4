//! Short spellings of expected errors.

use crate::bindings::exports::scratch::tempfile::tempfile::{Error, ErrorCode, OsError};
use crate::bindings::exports::scratch::tempfile::text::TextError;

/// Python's `ValueError`.
pub fn value(text: &str) -> Error {
    Error::Value(text.to_owned())
}

/// Python's `io.UnsupportedOperation`.
pub fn unsupported(text: &str) -> Error {
    Error::Unsupported(text.to_owned())
}

/// Python's `OSError` that names no path.
pub fn os(code: ErrorCode, message: &str) -> Error {
    Error::Os(OsError { code, message: message.to_owned(), path: None })
}

/// Python's `OSError` of a path.
pub fn os_at(code: ErrorCode, message: &str, path: &str) -> Error {
    Error::Os(OsError { code, message: message.to_owned(), path: Some(path.to_owned()) })
}

/// Python's `OSError` of a path, without a number.
pub fn unnumbered_at(message: &str, path: &str) -> Error {
    os_at(ErrorCode::Unnumbered, message, path)
}

/// Returns the code of an `OSError`; `None` for the other families.
pub fn code_of(error: &Error) -> Option<ErrorCode> {
    match error {
        Error::Os(error) => Some(error.code),
        _ => None,
    }
}

/// The error of a text file in the place of a binary file's.
impl From<Error> for TextError {
    fn from(error: Error) -> Self {
        match error {
            Error::Os(error) => Self::Os(error),
            Error::Value(text) => Self::Value(text),
            Error::Unsupported(text) => Self::Unsupported(text),
            Error::Other(text) => Self::Other(text),
        }
    }
}

/// Python's `LookupError`.
pub fn lookup(text: &str) -> TextError {
    TextError::Lookup(text.to_owned())
}

/// Python's `TypeError`.
pub fn wrong_type(text: &str) -> TextError {
    TextError::Type(text.to_owned())
}
