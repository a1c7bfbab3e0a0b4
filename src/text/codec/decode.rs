//! Bytes to text.

use alloc::vec::Vec;

use super::charmap::Table;
use super::form::{Form, Order};
use super::{Encoding, Failure, Handler, MARK, ascii_block, extend};
use crate::bytes::{append, reserve};
use crate::code_points;
use crate::error::{Conversion, Result};
use crate::text::string::Text;
use crate::text::utf8::{self, Look};

/// What the additional state says where no byte order is known yet. Otherwise 0 is the native
/// one, the little-endian, and 1 the other.
const UNDECIDED: u32 = 2;

/// Python's incremental decoder.
#[derive(Clone)]
pub(crate) struct Decoder {
    encoding: Encoding,
    handler: Handler,
    /// The first bytes of a character that is not complete: three at the most.
    held: Vec<u8>,
    flags: u32,
    /// What each byte means, where every byte is a character.
    table: Option<Table>,
}

impl Decoder {
    pub(crate) fn new(encoding: Encoding, handler: Handler) -> Self {
        let table = Table::of(encoding);
        let mut decoder = Self { encoding, handler, held: Vec::new(), flags: 0, table };
        decoder.reset();
        decoder
    }

    /// Decodes `input` after the bytes held back. What is incomplete at the end is held back,
    /// unless these are the last bytes. On an error `input` is lost, and what was held back stays.
    /// With the text comes what is known of it already.
    pub(crate) fn decode(&mut self, input: Vec<u8>, last: bool) -> Result<(Text, Option<Look>)> {
        let mut bytes = Vec::new();
        if !self.held.is_empty() {
            reserve(&mut bytes, self.held.len() + input.len())?;
            bytes.extend_from_slice(&self.held);
        }
        append(&mut bytes, input)?;
        let text = match self.encoding {
            Encoding::Utf8 => return self.utf_8(bytes, last),
            Encoding::Utf8Sig => return self.utf_8_sig(bytes, last),
            Encoding::Utf16(order) => self.units(bytes, order, 2, last),
            Encoding::Utf32(order) => self.units(bytes, order, 4, last),
            Encoding::Ascii | Encoding::Latin1 | Encoding::Charmap(_) => self.single(bytes),
        };
        Ok((text?, None))
    }

    /// The bytes held back, and the additional state.
    pub(crate) fn state(&self) -> (&[u8], u32) {
        (&self.held, self.flags)
    }

    /// Python's `setstate((b"", flags))`.
    pub(crate) fn set_state(&mut self, flags: u32) {
        self.held.clear();
        self.flags = match self.encoding {
            Encoding::Utf16(None) | Encoding::Utf32(None) => flags.min(UNDECIDED),
            Encoding::Utf8Sig => flags,
            _ => 0,
        };
    }

    /// To the start of a stream.
    pub(crate) fn reset(&mut self) {
        self.set_state(match self.encoding {
            Encoding::Utf8Sig => 1,
            _ => UNDECIDED,
        });
    }

    fn utf_8_sig(&mut self, mut bytes: Vec<u8>, last: bool) -> Result<(Text, Option<Look>)> {
        if self.flags != 0 {
            if bytes.len() < MARK.len() && MARK.starts_with(&bytes) {
                // Held back even if these are the last.
                self.held = bytes;
                return Ok((Text::default(), None));
            }
            self.flags = 0;
            if bytes.starts_with(MARK) {
                bytes.drain(..MARK.len());
            }
        }
        self.utf_8(bytes, last)
    }

    fn utf_8(&mut self, mut bytes: Vec<u8>, last: bool) -> Result<(Text, Option<Look>)> {
        // Mostly all of it is valid, and then no byte is copied but those held back.
        let incomplete = if last { 0 } else { incomplete(&bytes) };
        let tail = bytes.split_off(bytes.len().saturating_sub(incomplete));
        let mut bytes = match utf8::string(bytes) {
            Ok((text, look)) => {
                self.held = tail;
                return Ok((Text::Utf8(text), Some(look)));
            }
            Err(bytes) => bytes,
        };
        append(&mut bytes, tail)?;
        let mut text = Vec::new();
        let decoded = utf_8(&bytes, last, &self.handler, &mut text);
        Ok((self.finish(bytes, text, decoded, "utf-8")?, None))
    }

    /// UTF-16 or UTF-32, of units of `width` bytes.
    fn units(
        &mut self,
        bytes: Vec<u8>,
        fixed: Option<Order>,
        width: usize,
        last: bool,
    ) -> Result<Text> {
        let known = fixed.or(match self.flags {
            0 => Some(Order::Little),
            1 => Some(Order::Big),
            _ => None,
        });
        let mark = match (width, &bytes[..]) {
            (2, [0xff, 0xfe, ..]) | (4, [0xff, 0xfe, 0, 0, ..]) => Some(Order::Little),
            (2, [0xfe, 0xff, ..]) | (4, [0, 0, 0xfe, 0xff, ..]) => Some(Order::Big),
            _ => None,
        };
        let (order, start) = match (known, mark) {
            (Some(order), _) => (order, 0),
            (None, Some(order)) => (order, width),
            (None, None) => (Order::Little, 0),
        };
        let form = if width == 2 { Form::Utf16(order) } else { Form::Utf32(order) };
        let mut name = form.name();
        let mut text = Vec::new();
        let mut decoded = units(&bytes, start, form, last, &self.handler, &mut text);
        match decoded {
            Ok(_) if start > 0 => self.flags = u32::from(order == Order::Big),
            Ok(length) if known.is_none() && length >= width => {
                // Whatever the handler is.
                let reason = "Stream does not start with BOM";
                decoded = Err(Failure::Unicode { start: 0, end: width, reason });
                name = if width == 2 { "utf-16" } else { "utf-32" };
            }
            _ => {}
        }
        self.finish(bytes, text, decoded, name)
    }

    fn single(&mut self, bytes: Vec<u8>) -> Result<Text> {
        let Some(table) = &self.table else { return Ok(Text::default()) };
        if table.is_ascii && bytes.is_ascii() {
            return Ok(Text::from_wtf8(bytes));
        }
        let (name, reason) = self.encoding.of_bytes();
        let mut text = Vec::new();
        let decoded = single(&bytes, table, reason, &self.handler, &mut text);
        self.finish(bytes, text, decoded, name)
    }

    /// Holds back what was not decoded.
    fn finish(
        &mut self,
        bytes: Vec<u8>,
        text: Vec<u8>,
        decoded: Result<usize, Failure>,
        encoding: &'static str,
    ) -> Result<Text> {
        match decoded {
            Ok(decoded) => {
                self.held.clear();
                self.held.extend_from_slice(bytes.get(decoded..).unwrap_or_default());
                Ok(Text::from_wtf8(text))
            }
            Err(failure) => Err(failure.of(Conversion::Decode, encoding, bytes)),
        }
    }
}

/// How many bytes at the end begin a character that more bytes may complete.
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

fn utf_8(
    bytes: &[u8],
    last: bool,
    handler: &Handler,
    text: &mut Vec<u8>,
) -> Result<usize, Failure> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let (valid, error) = match str::from_utf8(rest) {
            Ok(_) => (rest.len(), None),
            Err(error) => (error.valid_up_to(), Some(error)),
        };
        let (valid, rest) = rest.split_at(valid);
        extend(text, valid)?;
        at += valid.len();
        let (Some(error), [first, ..]) = (error, rest) else { return Ok(at) };
        if !last && incomplete(rest) == rest.len() {
            return Ok(at);
        }
        let (length, reason) = match (error.error_len(), first) {
            (None, _) => (rest.len(), "unexpected end of data"),
            (Some(length), 0xc2..=0xf4) => (length, "invalid continuation byte"),
            (Some(length), _) => (length, "invalid start byte"),
        };
        at = handler.decode(bytes, (at, at + length), reason, Form::Utf8, text)?;
    }
}

fn units(
    bytes: &[u8],
    mut at: usize,
    form: Form,
    last: bool,
    handler: &Handler,
    text: &mut Vec<u8>,
) -> Result<usize, Failure> {
    reserve(text, bytes.len() / form.width())?;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let next = match form {
            Form::Utf16(order) => utf_16(rest, order),
            Form::Utf32(order) => utf_32(rest, order),
            Form::Bytes | Form::Utf8 => return Ok(bytes.len()),
        };
        let (length, reason) = match next {
            Next::Character(character, length) => {
                push(text, character)?;
                at += length;
                continue;
            }
            Next::Wrong(length, reason) => (length, reason),
            Next::Incomplete(reason) if last && !rest.is_empty() => (rest.len(), reason),
            Next::Incomplete(_) => return Ok(at),
        };
        at = handler.decode(bytes, (at, at + length), reason, form, text)?;
    }
}

/// What stands at the start of some bytes.
enum Next {
    /// A character of so many bytes.
    Character(u32, usize),
    /// So many bytes that are none.
    Wrong(usize, &'static str),
    /// Less than a character, or nothing; and why it is wrong if nothing follows.
    Incomplete(&'static str),
}

fn utf_16(bytes: &[u8], order: Order) -> Next {
    let [a, b, rest @ ..] = bytes else { return Next::Incomplete("truncated data") };
    match (order.u16([*a, *b]), rest) {
        (high @ 0xd800..=0xdbff, [c, d, ..]) => match order.u16([*c, *d]) {
            low @ 0xdc00..=0xdfff => {
                let bits = u32::from(high & 0x3ff) << 10 | u32::from(low & 0x3ff);
                Next::Character(0x1_0000 + bits, 4)
            }
            _ => Next::Wrong(2, "illegal UTF-16 surrogate"),
        },
        (0xd800..=0xdbff, _) => Next::Incomplete("unexpected end of data"),
        (0xdc00..=0xdfff, _) => Next::Wrong(2, "illegal encoding"),
        (unit, _) => Next::Character(unit.into(), 2),
    }
}

fn utf_32(bytes: &[u8], order: Order) -> Next {
    let [a, b, c, d, ..] = bytes else { return Next::Incomplete("truncated data") };
    match order.u32([*a, *b, *c, *d]) {
        0xd800..=0xdfff => {
            Next::Wrong(4, "code point in surrogate code point range(0xd800, 0xe000)")
        }
        0x11_0000.. => Next::Wrong(4, "code point not in range(0x110000)"),
        character => Next::Character(character, 4),
    }
}

fn single(
    bytes: &[u8],
    table: &Table,
    reason: &'static str,
    handler: &Handler,
    text: &mut Vec<u8>,
) -> Result<usize, Failure> {
    reserve(text, bytes.len())?;
    let mut at = 0;
    while let Some(rest @ [byte, ..]) = bytes.get(at..) {
        if let Some((block, _)) = ascii_block(rest).filter(|_| table.is_ascii) {
            extend(text, block)?;
            at += block.len();
            continue;
        }
        match table.character(*byte) {
            Some(character) => {
                push(text, character)?;
                at += 1;
            }
            None => at = handler.decode(bytes, (at, at + 1), reason, Form::Bytes, text)?,
        }
    }
    Ok(at)
}

/// Appends a code point, if there is memory for it.
pub(super) fn push(text: &mut Vec<u8>, code_point: u32) -> Result<()> {
    reserve(text, 4)?;
    code_points::push(text, code_point);
    Ok(())
}
