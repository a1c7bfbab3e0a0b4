//! Between text and bytes: Python's text encodings and error handlers, as `codecs` gives them to
//! `TextIOWrapper`, piece by piece.

mod charmap;
mod decode;
mod encode;
mod handler;
mod names;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use decode::Decoder;
pub(crate) use encode::Encoder;
pub(crate) use handler::Handler;

use alloc::{boxed::Box, vec::Vec};

use crate::error::{Conversion, Error, UnicodeError};

/// An encoding of text that Python has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// With a byte order mark at the start.
    Utf8Sig,
    /// In this order of bytes; in the one that a mark at the start tells where it is `None`.
    Utf16(Option<Order>),
    Utf32(Option<Order>),
    Ascii,
    Latin1,
    Charmap(charmap::Charmap),
}

/// Which byte of a unit comes first: the least (native here) or the most significant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Encoding {
    pub(crate) const UTF_8: Self = Self::Utf8;

    /// The encoding and the reason as Python's errors name them where it has one byte a character.
    fn of_bytes(self) -> (&'static str, &'static str) {
        match self {
            Self::Ascii => ("ascii", "ordinal not in range(128)"),
            Self::Latin1 => ("latin-1", "ordinal not in range(256)"),
            _ => ("charmap", "character maps to <undefined>"),
        }
    }
}

impl Order {
    fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    fn name16(self) -> &'static str {
        match self {
            Self::Little => "utf-16-le",
            Self::Big => "utf-16-be",
        }
    }

    fn name32(self) -> &'static str {
        match self {
            Self::Little => "utf-32-le",
            Self::Big => "utf-32-be",
        }
    }
}

/// The byte order mark as UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Why a conversion ended: at a place that the handler does not take, or for another reason.
enum Failure {
    Unicode { start: usize, end: usize, reason: &'static str },
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Failure {
    /// The error of a conversion of `object`.
    fn of(self, operation: Conversion, encoding: &'static str, object: Vec<u8>) -> Error {
        match self {
            Self::Unicode { start, end, reason } => {
                let error = UnicodeError { operation, encoding, object, start, end, reason };
                Error::Unicode(Box::new(error))
            }
            Self::Other(error) => error,
        }
    }
}

fn is_surrogate(code_point: u32) -> bool {
    matches!(code_point, 0xd800..=0xdfff)
}

/// What Python's `PyErr_Format` keeps of a name.
fn shortened(name: &str) -> alloc::borrow::Cow<'_, str> {
    let name = name.as_bytes();
    alloc::string::String::from_utf8_lossy(&name[..name.len().min(400)])
}
