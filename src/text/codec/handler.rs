//! Error handlers: what becomes of that which cannot be converted.

use alloc::{string::String, vec::Vec};

use super::decode::push;
use super::form::Form;
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
    /// Not known, which matters only where one is needed: the name, as errors show it.
    Unknown(String),
}

impl Handler {
    /// Every name is accepted; that it is without NUL is the caller's care.
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

    /// Goes on after the bytes from `start` to `end`, which are no text: writes what stands for
    /// them and returns where decoding continues.
    pub(super) fn decode(
        &self,
        bytes: &[u8],
        (start, end): (usize, usize),
        reason: &'static str,
        form: Form,
        text: &mut Vec<u8>,
    ) -> Result<usize, Failure> {
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
            Self::SurrogatePass => match form.surrogate(bytes.get(start..).unwrap_or_default()) {
                Some((surrogate, length)) => {
                    push(text, surrogate)?;
                    Some(start + length)
                }
                None => None,
            },
            Self::Unknown(name) if name != "namereplace" => return Err(unknown(name)),
            Self::XmlCharRefReplace | Self::Unknown(_) => {
                let text = "don't know how to handle UnicodeDecodeError in error callback";
                return Err(Failure::Other(Error::Type(text.into())));
            }
        };
        next.ok_or(Failure::Unicode { start, end, reason })
    }

    /// Gives `put` the ASCII that stands for a character that cannot be encoded, as long as it
    /// takes it; tells whether there is such and all was taken.
    pub(super) fn replace(&self, code_point: u32, mut put: impl FnMut(u8) -> bool) -> bool {
        match self {
            Self::Replace => put(b'?'),
            Self::BackslashReplace => {
                let (letter, digits) = match code_point {
                    ..=0xff => (b'x', 2),
                    0x100..=0xffff => (b'u', 4),
                    _ => (b'U', 8),
                };
                let digit = |place: u32| hexadecimal((code_point >> (4 * place)).to_le_bytes()[0]);
                put(b'\\') && put(letter) && (0..digits).rev().all(|place| put(digit(place)))
            }
            Self::XmlCharRefReplace => {
                let digit = |unit: u32| b'0' + (code_point / unit % 10).to_le_bytes()[0];
                let units = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1].into_iter();
                let mut units = units.skip_while(|unit| *unit > code_point);
                put(b'&') && put(b'#') && units.all(|unit| put(digit(unit))) && put(b';')
            }
            _ => false,
        }
    }
}

pub(super) fn unknown(name: &str) -> Failure {
    Failure::Other(lookup_error(&["unknown error handler name '", name, "'"]))
}

/// The lower half of a byte.
fn hexadecimal(byte: u8) -> u8 {
    match byte & 0xf {
        digit @ ..10 => b'0' + digit,
        letter => b'a' - 10 + letter,
    }
}
