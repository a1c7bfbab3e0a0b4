//! Short spellings of expected errors.

use crate::bindings::exports::scratch::tempfile::tempfile::{Error, ErrorCode, OsError};

/// Python's `ValueError`.
#[must_use]
pub fn value(text: &str) -> Error {
    Error::Value(text.to_owned())
}

/// Python's `io.UnsupportedOperation`.
#[must_use]
pub fn unsupported(text: &str) -> Error {
    Error::Unsupported(text.to_owned())
}

/// Python's `OSError` that names no path.
#[must_use]
pub fn os(code: ErrorCode, message: &str) -> Error {
    Error::Os(OsError { code, message: message.to_owned(), path: None })
}

/// Python's `OSError` of a path.
#[must_use]
pub fn os_at(code: ErrorCode, message: &str, path: &str) -> Error {
    Error::Os(OsError { code, message: message.to_owned(), path: Some(path.to_owned()) })
}

/// The code of an `OSError`; `None` for the other families.
#[must_use]
pub fn code_of(error: &Error) -> Option<ErrorCode> {
    match error {
        Error::Os(error) => Some(error.code),
        _ => None,
    }
}
