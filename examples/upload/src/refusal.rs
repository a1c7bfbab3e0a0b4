//! The reasons for refusing an upload.

use core::fmt;

use wasi_tempfile::{Error, ErrorCode};

/// A reason for refusing an upload.
#[derive(Debug)]
pub(crate) enum Refusal {
    NotFound,
    MethodNotAllowed,
    /// The client left before the end, or its message is not HTTP.
    BrokenOff,
    Unstorable(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Unstorable(error)
    }
}

impl Refusal {
    /// Returns the status of the answer.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::BrokenOff => 400,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Unstorable(error) => match error.code() {
                Some(ErrorCode::FileTooLarge | ErrorCode::InsufficientSpace | ErrorCode::Quota) => {
                    507
                }
                _ => 500,
            },
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is only /"),
            Self::MethodNotAllowed => f.write_str("POST something"),
            Self::BrokenOff => f.write_str("the upload broke off"),
            Self::Unstorable(error) => write!(f, "the upload cannot be stored: {error}"),
        }
    }
}
