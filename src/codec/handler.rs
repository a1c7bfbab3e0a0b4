//! Error handlers: what becomes of that which cannot be converted.

use alloc::{format, string::String, vec::Vec};

use super::decode::Writer;
use super::{Failure, Order, is_surrogate, shortened};
use crate::error::Error;
use crate::wtf8;

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
    /// Not known, which matters only where one is needed.
    Unknown(String),
}

/// What surrogates look like in bytes.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// There are none.
    Bytes,
    Utf8,
    Utf16(Order),
    Utf32(Order),
}

impl Handler {
    /// Every name is accepted; one without NUL is the caller's duty.
    pub(crate) fn parse(name: &str) -> Self {
        match name {
            "strict" => Self::Strict,
            "ignore" => Self::Ignore,
            "replace" => Self::Replace,
            "backslashreplace" => Self::BackslashReplace,
            "xmlcharrefreplace" => Self::XmlCharRefReplace,
            "surrogateescape" => Self::SurrogateEscape,
            "surrogatepass" => Self::SurrogatePass,
            _ => Self::Unknown(name.into()),
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
        out: &mut Writer,
    ) -> Result<usize, Failure> {
        let refused = Err(Failure::Unicode { start, end, reason });
        let wrong = bytes.get(start..end).unwrap_or_default();
        match self {
            Self::Strict => refused,
            Self::Ignore => Ok(end),
            Self::Replace => {
                out.push(0xfffd)?;
                Ok(end)
            }
            Self::BackslashReplace => {
                for byte in wrong {
                    let [high, low] = [byte >> 4, byte & 0xf].map(hexadecimal);
                    for character in [b'\\', b'x', high, low] {
                        out.push(character.into())?;
                    }
                }
                Ok(end)
            }
            Self::SurrogateEscape => {
                let escaped = wrong.iter().take(4).take_while(|byte| !byte.is_ascii());
                let mut at = start;
                for byte in escaped {
                    out.push(0xdc00 + u32::from(*byte))?;
                    at += 1;
                }
                if at == start { refused } else { Ok(at) }
            }
            Self::SurrogatePass => {
                let found = form.surrogate(bytes.get(start..).unwrap_or_default());
                let Some((surrogate, length)) = found.filter(|(found, _)| is_surrogate(*found))
                else {
                    return refused;
                };
                out.push(surrogate)?;
                Ok(start + length)
            }
            Self::Unknown(name) if name != "namereplace" => Err(unknown(name)),
            Self::XmlCharRefReplace | Self::Unknown(_) => Err(Failure::Other(Error::Type(
                "don't know how to handle UnicodeDecodeError in error callback".into(),
            ))),
        }
    }

    /// The ASCII text that stands for a character that cannot be encoded; `None` for handlers that
    /// do otherwise.
    pub(super) fn replacement(&self, code_point: u32) -> Option<Replacement> {
        let mut text = Replacement { text: [0; 10], length: 0 };
        match self {
            Self::Replace => text.push(b'?'),
            Self::BackslashReplace => {
                let (letter, digits) = match code_point {
                    0..=0xff => (b'x', 2),
                    0x100..=0xffff => (b'u', 4),
                    _ => (b'U', 8),
                };
                text.push(b'\\');
                text.push(letter);
                for digit in (0..digits).rev() {
                    let [.., low] = (code_point >> (4 * digit)).to_be_bytes();
                    text.push(hexadecimal(low & 0xf));
                }
            }
            Self::XmlCharRefReplace => {
                text.push(b'&');
                text.push(b'#');
                let mut unit = 1_000_000;
                while unit > 0 {
                    let [.., digit] = (code_point / unit % 10).to_be_bytes();
                    if code_point >= unit {
                        text.push(b'0' + digit);
                    }
                    unit /= 10;
                }
                text.push(b';');
            }
            _ => return None,
        }
        Some(text)
    }
}

impl Form {
    /// What may be a surrogate at the start of `bytes`, and how many bytes it takes.
    fn surrogate(self, bytes: &[u8]) -> Option<(u32, usize)> {
        match (self, bytes) {
            (Self::Utf8, [a @ 0xe0..=0xef, b @ 0x80..=0xbf, c @ 0x80..=0xbf, ..]) => {
                let [a, b, c] = [a & 0xf, b & 0x3f, c & 0x3f].map(u32::from);
                Some((a << 12 | b << 6 | c, 3))
            }
            (Self::Utf16(order), [a, b, ..]) => Some((order.u16([*a, *b]).into(), 2)),
            (Self::Utf32(order), [a, b, c, d, ..]) => Some((order.u32([*a, *b, *c, *d]), 4)),
            _ => None,
        }
    }

    /// How many bytes it takes at least for each character.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Bytes | Self::Utf8 => 1,
            Self::Utf16(_) => 2,
            Self::Utf32(_) => 4,
        }
    }

    /// Appends a character or surrogate, or nothing where each byte has a meaning of its own; room
    /// for four bytes must be there.
    pub(super) fn push(self, code_point: u32, out: &mut Vec<u8>) -> bool {
        let code_units = |bits: u32| {
            let [high, low] = [0xd800 | bits >> 10, 0xdc00 | bits & 0x3ff].map(u32::to_be_bytes);
            [high[2], high[3], low[2], low[3]]
        };
        match (self, code_point) {
            (Self::Bytes, _) => return false,
            (Self::Utf8, _) => wtf8::push(out, code_point),
            (Self::Utf16(order), 0x1_0000..) => {
                let [a, b, c, d] = code_units(code_point - 0x1_0000);
                out.extend_from_slice(&match order {
                    Order::Big => [a, b, c, d],
                    Order::Little => [b, a, d, c],
                });
            }
            (Self::Utf16(order), _) => {
                let [.., high, low] = code_point.to_be_bytes();
                out.extend_from_slice(&match order {
                    Order::Big => [high, low],
                    Order::Little => [low, high],
                });
            }
            (Self::Utf32(Order::Big), _) => out.extend_from_slice(&code_point.to_be_bytes()),
            (Self::Utf32(Order::Little), _) => out.extend_from_slice(&code_point.to_le_bytes()),
        }
        true
    }
}

/// A short text in ASCII.
pub(super) struct Replacement {
    text: [u8; 10],
    length: usize,
}

impl Replacement {
    fn push(&mut self, character: u8) {
        if let Some(place) = self.text.get_mut(self.length) {
            *place = character;
            self.length += 1;
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

pub(super) fn unknown(name: &str) -> Failure {
    let text = format!("unknown error handler name '{}'", shortened(name));
    Failure::Other(Error::Lookup(text.into()))
}

fn hexadecimal(digit: u8) -> u8 {
    match digit {
        0..=9 => b'0' + digit,
        _ => b'a' - 10 + digit,
    }
}
