//! Python's text: code points, which may be lone surrogates. Without surrogates it is a `String`;
//! otherwise WTF-8, which writes a surrogate as UTF-8 would.

use alloc::{string::String, vec::Vec};

use crate::bytes::{self, reserve};
use crate::error::{Error, ErrorCode, Result};

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Utf8(String),
    /// With at least one surrogate.
    Wtf8(Vec<u8>),
}

impl Default for Text {
    fn default() -> Self {
        Self::Utf8(String::new())
    }
}

impl Text {
    /// Makes text of well-formed WTF-8.
    pub(crate) fn from_wtf8(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(string) => Self::Utf8(string),
            Err(error) => Self::Wtf8(error.into_bytes()),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Utf8(string) => string.as_bytes(),
            Self::Wtf8(bytes) => bytes,
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Utf8(string) => string.into_bytes(),
            Self::Wtf8(bytes) => bytes,
        }
    }

    /// Returns the length in bytes of WTF-8.
    pub(crate) fn len(&self) -> usize {
        self.as_bytes().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// Copies the bytes from `start` to `end`, both between characters.
    pub(crate) fn slice(&self, start: usize, end: usize) -> Result<Self> {
        match self {
            Self::Utf8(string) => {
                let part = string.get(start..end).expect("BUG: text is cut between characters");
                copy(part).map(Self::Utf8)
            }
            Self::Wtf8(bytes) => bytes::copy(&bytes[start..end]).map(Self::from_wtf8),
        }
    }

    /// Appends text, without a copy if there is none yet.
    pub(crate) fn append(&mut self, other: Self) -> Result<()> {
        if self.is_empty() {
            *self = other;
            return Ok(());
        }
        match (&mut *self, other) {
            (Self::Utf8(all), Self::Utf8(other)) => {
                all.try_reserve(other.len())
                    .map_err(|_| Error::os(ErrorCode::InsufficientMemory))?;
                all.push_str(&other);
            }
            (_, other) => {
                let mut bytes = core::mem::take(self).into_bytes();
                reserve(&mut bytes, other.len())?;
                bytes.extend_from_slice(other.as_bytes());
                *self = Self::Wtf8(bytes);
            }
        }
        Ok(())
    }
}

/// Copies text, or fails if no memory is left.
pub(crate) fn copy(text: &str) -> Result<String> {
    let mut copy = String::new();
    copy.try_reserve_exact(text.len()).map_err(|_| Error::os(ErrorCode::InsufficientMemory))?;
    copy.push_str(text);
    Ok(copy)
}
