//! Error handlers: replacements for text and bytes that cannot be converted.

use alloc::{string::String, vec::Vec};

use super::decode::{Characters, Wrong, push};
use super::{Failure, lookup_error, shortened};
use crate::error::Error;

/// An error handler of Python's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Handler {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    SurrogateEscape,
    SurrogatePass,
    /// An unknown handler, by the name that errors show. It is an error only when a handler is
    /// needed.
    Unknown(String),
}

impl Handler {
    /// Returns the handler of a name. Every name is accepted; the caller has refused NUL.
    pub(crate) fn parse(name: &str) -> Self {
        match name {
            "strict" => Self::Strict,
            "ignore" => Self::Ignore,
            "replace" => Self::Replace,
            "backslashreplace" => Self::BackslashReplace,
            "xmlcharrefreplace" => Self::XmlCharRefReplace,
            "surrogateescape" => Self::SurrogateEscape,
            "surrogatepass" => Self::SurrogatePass,
            _ => Self::Unknown(shortened(name).concat()),
        }
    }

    /// Writes the replacement of the bytes at `start`, which are not text, and returns the index at
    /// which decoding continues.
    pub(super) fn decode(
        &self,
        bytes: &[u8],
        start: usize,
        &Wrong { length, reason, .. }: &Wrong,
        characters: &dyn Characters,
        text: &mut Vec<u8>,
    ) -> Result<usize, Failure> {
        let end = start + length;
        let wrong = bytes.get(start..end).unwrap_or_default();
        let next = match self {
            Self::Strict => None,
            Self::Ignore => Some(end),
            Self::Replace => {
                push(text, 0xfffd)?;
                Some(end)
            }
            Self::BackslashReplace => {
                for byte in wrong {
                    for character in [b'\\', b'x', hexadecimal(byte >> 4), hexadecimal(*byte)] {
                        push(text, character.into())?;
                    }
                }
                Some(end)
            }
            Self::SurrogateEscape => {
                let escaped = wrong.iter().take(4).take_while(|byte| !byte.is_ascii());
                let mut at = start;
                for byte in escaped {
                    push(text, 0xdc00 + u32::from(*byte))?;
                    at += 1;
                }
                Some(at).filter(|at| *at > start)
            }
            Self::SurrogatePass => {
                match characters.surrogate(bytes.get(start..).unwrap_or_default()) {
                    Some((surrogate, length)) => {
                        push(text, surrogate)?;
                        Some(start + length)
                    }
                    None => None,
                }
            }
            Self::Unknown(name) if name != "namereplace" => return Err(unknown(name)),
            Self::XmlCharRefReplace | Self::Unknown(_) => {
                let text = "don't know how to handle UnicodeDecodeError in error callback";
                return Err(Failure::Other(Error::Type(text.into())));
            }
        };
        next.ok_or(Failure::Unicode { start, end, reason })
    }

    /// Returns the ASCII that replaces a character that cannot be encoded; `None` for a handler
    /// without a replacement.
    pub(super) fn replace(&self, code_point: u32) -> Replacement {
        let mut ascii = Replacement::default();
        match self {
            Self::Replace => ascii.push(b'?'),
            Self::BackslashReplace => {
                let (letter, digits) = match code_point {
                    ..=0xff => (b'x', 2),
                    0x100..=0xffff => (b'u', 4),
                    _ => (b'U', 8),
                };
                ascii.push(b'\\');
                ascii.push(letter);
                for place in (0..digits).rev() {
                    ascii.push(hexadecimal((code_point >> (4 * place)).to_le_bytes()[0]));
                }
            }
            Self::XmlCharRefReplace => {
                ascii.push(b'&');
                ascii.push(b'#');
                let units = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1].into_iter();
                for unit in units.skip_while(|unit| *unit > code_point) {
                    ascii.push(b'0' + (code_point / unit % 10).to_le_bytes()[0]);
                }
                ascii.push(b';');
            }
            _ => {}
        }
        ascii
    }
}

/// The ASCII that stands for a character: ten bytes at the most.
#[derive(Default)]
pub(super) struct Replacement {
    bytes: [u8; 10],
    length: usize,
}

impl Replacement {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

pub(super) fn unknown(name: &str) -> Failure {
    Failure::Other(lookup_error(&["unknown error handler name '", name, "'"]))
}

/// Returns the hexadecimal digit of the lower half of a byte.
fn hexadecimal(byte: u8) -> u8 {
    match byte & 0xf {
        digit @ ..10 => b'0' + digit,
        letter => b'a' - 10 + letter,
    }
}
