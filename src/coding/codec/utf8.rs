//! UTF-8, with and without a byte order mark.

use alloc::vec::Vec;

use super::decode::{Characters, Decode, Input, Piece, Wrong};
use super::encode::Encode;
use super::extend;
use crate::bytes::append;
use crate::code_points;
use crate::coding::string::Text;
use crate::coding::utf8;
use crate::error::Result;

/// One of the encodings of this family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Utf8 {
    Plain,
    /// `utf-8-sig`: with a byte order mark at the start.
    Marked,
}

const NAME: &str = "utf-8";

/// The byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The additional state of `utf-8-sig` where the mark may still come; 0 after that.
const AT_START: u32 = 1;

impl Decode for Utf8 {
    fn start(&self) -> u32 {
        match self {
            Self::Plain => 0,
            Self::Marked => AT_START,
        }
    }

    fn state(&self, flags: u32) -> u32 {
        match self {
            Self::Plain => 0,
            Self::Marked => flags,
        }
    }

    fn decode(&self, mut input: Input<'_>, flags: &mut u32) -> Result<Piece> {
        if *flags != 0 {
            if input.bytes.len() < MARK.len() && MARK.starts_with(&input.bytes) {
                // Held back even if these are the last.
                return Ok(Piece { held: input.bytes, ..Piece::default() });
            }
            *flags = 0;
            if input.bytes.starts_with(MARK) {
                input.bytes.drain(..MARK.len());
            }
        }
        // Mostly all of it is valid, and then no byte is copied but those held back.
        let incomplete = if input.last { 0 } else { incomplete(&input.bytes) };
        let held = input.bytes.split_off(input.bytes.len().saturating_sub(incomplete));
        input.bytes = match utf8::string(input.bytes) {
            Ok((text, look)) => {
                return Ok(Piece { text: Text::Utf8(text), look: Some(look), held });
            }
            Err(bytes) => bytes,
        };
        append(&mut input.bytes, held)?;
        let mut text = Vec::new();
        let decoded = input.characters(0, self, &mut text);
        input.finish(text, decoded, NAME)
    }
}

impl Characters for Utf8 {
    fn decode(&self, bytes: &[u8], text: &mut Vec<u8>) -> Result<(usize, Option<Wrong>)> {
        let (valid, error) = match str::from_utf8(bytes) {
            Ok(_) => (bytes.len(), None),
            Err(error) => (error.valid_up_to(), Some(error)),
        };
        let (valid, rest) = bytes.split_at(valid);
        extend(text, valid)?;
        let (Some(error), [first, ..]) = (error, rest) else { return Ok((valid.len(), None)) };
        let (length, reason) = match (error.error_len(), first) {
            (None, _) => (rest.len(), "unexpected end of data"),
            (Some(length), 0xc2..=0xf4) => (length, "invalid continuation byte"),
            (Some(length), _) => (length, "invalid start byte"),
        };
        let open = incomplete(rest) == rest.len();
        Ok((valid.len(), Some(Wrong { length, reason, open })))
    }

    fn surrogate(&self, bytes: &[u8]) -> Option<(u32, usize)> {
        match bytes {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => Some((code_points::split_first(bytes)?.0, 3)),
            _ => None,
        }
    }
}

/// Returns the number of bytes at the end that more bytes may complete to a character.
fn incomplete(bytes: &[u8]) -> usize {
    for length in 1..=bytes.len().min(3) {
        let tail = &bytes[bytes.len() - length..];
        match tail[0] {
            0x80..=0xbf => {}
            // Python waits for the third byte of a surrogate.
            0xed if matches!(tail, [_, 0xa0..=0xbf]) => return length,
            0xc0..=0xff => match str::from_utf8(tail) {
                Err(error) if error.error_len().is_none() => return length,
                _ => return 0,
            },
            _ => return 0,
        }
    }
    0
}

impl Encode for Utf8 {
    fn name(&self, _: bool) -> &'static str {
        NAME
    }

    fn mark(&self) -> &'static [u8] {
        match self {
            Self::Plain => b"",
            Self::Marked => MARK,
        }
    }

    fn is_verbatim(&self, text: &[u8]) -> bool {
        !has_surrogate(text)
    }

    fn encode<'a>(&self, text: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8]> {
        let surrogate = text.windows(2).position(begins_surrogate).unwrap_or(text.len());
        extend(out, text.get(..surrogate).unwrap_or_default())?;
        Ok(text.get(surrogate..).unwrap_or_default())
    }

    fn push_surrogate(&self, surrogate: u32, out: &mut Vec<u8>) -> bool {
        code_points::push(out, surrogate);
        true
    }
}

/// Tells whether a surrogate begins with these two bytes.
fn begins_surrogate(pair: &[u8]) -> bool {
    matches!(pair, [0xed, 0xa0..=0xff])
}

/// Tells whether there is a surrogate. It looks at eight bytes at a time, since there is mostly no
/// 0xed.
fn has_surrogate(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks();
    let has_lead = |word: &[u8; 8]| {
        let zero_where_lead = u64::from_ne_bytes(*word) ^ u64::from_ne_bytes([0xed; 8]);
        let borrow = zero_where_lead.wrapping_sub(u64::from_ne_bytes([1; 8]));
        borrow & !zero_where_lead & u64::from_ne_bytes([0x80; 8]) != 0
    };
    let begins = |bytes: &[u8]| bytes.windows(2).any(begins_surrogate);
    let mut words = words.iter().enumerate();
    words.any(|(at, word)| has_lead(word) && begins(&text[8 * at..text.len().min(8 * at + 9)]))
        || begins(rest)
}
