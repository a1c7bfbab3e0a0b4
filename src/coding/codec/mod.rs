//! Between text and bytes: Python's text encodings and error handlers, as `codecs` gives them to
//! `TextIOWrapper`, piece by piece.

mod decode;
mod encode;
mod handler;
mod names;
mod single_byte;
mod tables;
#[cfg(test)]
mod tests;
mod utf16_32;
mod utf8;

pub(crate) use decode::Decoder;
pub(crate) use encode::Encoder;
pub(crate) use handler::Handler;

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};

use self::single_byte::{Inverse, SingleByte, Table};
use self::utf8::Utf8;
use self::utf16_32::Utf16Or32;
use crate::bytes::reserve;
use crate::error::{Conversion, Error, ErrorCode, Result, UnicodeError};

/// An encoding of text that Python has, by its family: each is a file, for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8(Utf8),
    Utf16Or32(Utf16Or32),
    SingleByte(SingleByte),
}

impl Encoding {
    fn decoder(self) -> Arc<dyn decode::Decode> {
        match self {
            Self::Utf8(encoding) => Arc::new(encoding),
            Self::Utf16Or32(encoding) => Arc::new(encoding),
            Self::SingleByte(encoding) => Arc::new(Table::of(encoding)),
        }
    }

    fn encoder(self) -> Arc<dyn encode::Encode> {
        match self {
            Self::Utf8(encoding) => Arc::new(encoding),
            Self::Utf16Or32(encoding) => Arc::new(encoding),
            Self::SingleByte(encoding) => Arc::new(Inverse::of(Table::of(encoding))),
        }
    }
}

/// The reason for the end of a conversion: a place that the handler refuses, or another one.
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
    /// Returns the error of a conversion of `object`.
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

/// Returns a `LookupError` with a text of these parts.
fn lookup_error(parts: &[&str]) -> Error {
    let mut text = String::new();
    for part in parts {
        if text.try_reserve(part.len()).is_err() {
            return Error::os(ErrorCode::InsufficientMemory);
        }
        text.push_str(part);
    }
    Error::Lookup(text.into())
}

/// Returns the part of a name that Python shows in most errors: 400 bytes, and a sign for a
/// character that they cut.
fn shortened(name: &str) -> [&str; 2] {
    let end = name.floor_char_boundary(400);
    [name.get(..end).unwrap_or_default(), if end < name.len().min(400) { "\u{fffd}" } else { "" }]
}

/// Appends bytes, if there is memory for them.
fn extend(all: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    reserve(all, bytes.len())?;
    all.extend_from_slice(bytes);
    Ok(())
}

/// Splits off some bytes at the start if all of them are ASCII.
fn ascii_block(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(16).filter(|(block, _)| block.is_ascii())
}

fn is_surrogate(code_point: u32) -> bool {
    matches!(code_point, 0xd800..=0xdfff)
}
