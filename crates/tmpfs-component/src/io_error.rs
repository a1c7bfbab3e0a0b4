//! `wasi:io/error`: errors of the space's streams and of the host's.

use alloc::string::{String, ToString as _};

use crate::Component;
use crate::bindings::exports::wasi::filesystem::types::ErrorCode;
use crate::bindings::exports::wasi::io::error::{Guest, GuestError};
use crate::bindings::wasi::io::error as host;
use crate::convert;

/// The reason why a stream failed.
pub(crate) enum Error {
    Ours(tmpfs::Error),
    Host(host::Error),
}

impl Error {
    /// Returns the code if the filesystem refused.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Ours(error) => Some(convert::code(*error)),
            Self::Host(_) => None,
        }
    }
}

impl Guest for Component {
    type Error = Error;
}

impl GuestError for Error {
    fn to_debug_string(&self) -> String {
        match self {
            Self::Ours(error) => error.to_string(),
            Self::Host(error) => error.to_debug_string(),
        }
    }
}
