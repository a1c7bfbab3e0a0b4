//! Bytes to text.

use alloc::{string::String, vec::Vec};
use core::mem;

use super::charmap::Table;
use super::handler::Form;
use super::{Encoding, Failure, Handler, MARK, Order, is_surrogate};
use crate::error::{Conversion, Error, ErrorCode, Result};
use crate::raw::{append, reserve};
use crate::wtf8::{self, Text};

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
    pub(crate) fn decode(&mut self, input: Vec<u8>, last: bool) -> Result<Text> {
        let mut bytes = Vec::new();
        if !self.held.is_empty() {
            reserve(&mut bytes, self.held.len() + input.len())?;
            bytes.extend_from_slice(&self.held);
        }
        append(&mut bytes, input)?;
        match self.encoding {
            Encoding::Utf8 => self.utf_8(bytes, last),
            Encoding::Utf8Sig => self.utf_8_sig(bytes, last),
            Encoding::Utf16(order) => self.units(bytes, order, 2, last),
            Encoding::Utf32(order) => self.units(bytes, order, 4, last),
            Encoding::Ascii | Encoding::Latin1 | Encoding::Charmap(_) => self.single(bytes),
        }
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

    fn utf_8_sig(&mut self, mut bytes: Vec<u8>, last: bool) -> Result<Text> {
        if self.flags != 0 {
            if bytes.len() < MARK.len() && MARK.starts_with(&bytes) {
                // Held back even if these are the last.
                self.held = bytes;
                return Ok(Text::default());
            }
            self.flags = 0;
            if bytes.starts_with(MARK) {
                bytes.drain(..MARK.len());
            }
        }
        self.utf_8(bytes, last)
    }

    fn utf_8(&mut self, mut bytes: Vec<u8>, last: bool) -> Result<Text> {
        // Mostly all of it is valid, and then no byte is copied but those held back.
        let incomplete = if last { 0 } else { incomplete(&bytes) };
        let tail = bytes.split_off(bytes.len().saturating_sub(incomplete));
        let mut bytes = match String::from_utf8(bytes) {
            Ok(text) => {
                self.held = tail;
                return Ok(Text::Utf8(text));
            }
            Err(error) => error.into_bytes(),
        };
        append(&mut bytes, tail)?;
        let mut out = Writer::for_bytes(&bytes)?;
        let result = utf_8(&bytes, last, &self.handler, &mut out);
        self.finish(bytes, out, result, "utf-8")
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
        let mut out = Writer::for_bytes(&bytes)?;
        let (result, name) = match width {
            2 => (utf_16(&bytes, start, order, last, &self.handler, &mut out), order.name16()),
            _ => (utf_32(&bytes, start, order, last, &self.handler, &mut out), order.name32()),
        };
        match (known, mark, &result) {
            (None, None, Ok(decoded)) if *decoded >= width => {
                // Whatever the handler is.
                let reason = "Stream does not start with BOM";
                let result = Err(Failure::Unicode { start: 0, end: width, reason });
                return self.finish(
                    bytes,
                    out,
                    result,
                    if width == 2 { "utf-16" } else { "utf-32" },
                );
            }
            (None, Some(_), Ok(_)) => self.flags = u32::from(order == Order::Big),
            _ => {}
        }
        self.finish(bytes, out, result, name)
    }

    fn single(&mut self, bytes: Vec<u8>) -> Result<Text> {
        let Some(table) = &self.table else {
            return Ok(Text::default());
        };
        if table.is_ascii && bytes.is_ascii() {
            return Ok(Text::from_wtf8(bytes));
        }
        let (name, reason) = self.encoding.of_bytes();
        let mut out = Writer::for_bytes(&bytes)?;
        let result = single(&bytes, table, reason, &self.handler, &mut out);
        self.finish(bytes, out, result, name)
    }

    /// Holds back what was not decoded.
    fn finish(
        &mut self,
        bytes: Vec<u8>,
        out: Writer,
        decoded: Result<usize, Failure>,
        encoding: &'static str,
    ) -> Result<Text> {
        match decoded {
            Ok(decoded) => {
                self.held.clear();
                self.held.extend_from_slice(bytes.get(decoded..).unwrap_or_default());
                Ok(out.text)
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
            0xc0..=0xff => match core::str::from_utf8(tail) {
                Err(error) if error.error_len().is_none() => return length,
                _ => return 0,
            },
            _ => return 0,
        }
    }
    0
}

fn utf_8(bytes: &[u8], last: bool, handler: &Handler, out: &mut Writer) -> Result<usize, Failure> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let error = match core::str::from_utf8(rest) {
            Ok(text) => {
                out.push_str(text)?;
                return Ok(bytes.len());
            }
            Err(error) => error,
        };
        let (valid, rest) = rest.split_at(error.valid_up_to());
        out.push_str(core::str::from_utf8(valid).unwrap_or_default())?;
        at += valid.len();
        if !last && incomplete(rest) == rest.len() {
            return Ok(at);
        }
        let (length, reason) = match (error.error_len(), rest[0]) {
            (None, _) => (rest.len(), "unexpected end of data"),
            (Some(length), 0xc2..=0xf4) => (length, "invalid continuation byte"),
            (Some(length), _) => (length, "invalid start byte"),
        };
        at = handler.decode(bytes, (at, at + length), reason, Form::Utf8, out)?;
    }
}

fn utf_16(
    bytes: &[u8],
    mut at: usize,
    order: Order,
    last: bool,
    handler: &Handler,
    out: &mut Writer,
) -> Result<usize, Failure> {
    loop {
        let (length, reason) = match bytes.get(at..).unwrap_or_default() {
            [] => return Ok(at),
            [_] if last => (1, "truncated data"),
            [_] => return Ok(at),
            [a, b, rest @ ..] => match (order.u16([*a, *b]), rest) {
                (high @ 0xd800..=0xdbff, [c, d, ..]) => match order.u16([*c, *d]) {
                    low @ 0xdc00..=0xdfff => {
                        let bits = u32::from(high & 0x3ff) << 10 | u32::from(low & 0x3ff);
                        out.push(0x1_0000 + bits)?;
                        at += 4;
                        continue;
                    }
                    _ => (2, "illegal UTF-16 surrogate"),
                },
                (0xd800..=0xdbff, _) if last => (2 + rest.len(), "unexpected end of data"),
                (0xd800..=0xdbff, _) => return Ok(at),
                (0xdc00..=0xdfff, _) => (2, "illegal encoding"),
                (unit, _) => {
                    out.push(unit.into())?;
                    at += 2;
                    continue;
                }
            },
        };
        at = handler.decode(bytes, (at, at + length), reason, Form::Utf16(order), out)?;
    }
}

fn utf_32(
    bytes: &[u8],
    mut at: usize,
    order: Order,
    last: bool,
    handler: &Handler,
    out: &mut Writer,
) -> Result<usize, Failure> {
    loop {
        let (length, reason) = match bytes.get(at..).unwrap_or_default() {
            [a, b, c, d, ..] => match order.u32([*a, *b, *c, *d]) {
                code_point if is_surrogate(code_point) => {
                    (4, "code point in surrogate code point range(0xd800, 0xe000)")
                }
                0x11_0000.. => (4, "code point not in range(0x110000)"),
                code_point => {
                    out.push(code_point)?;
                    at += 4;
                    continue;
                }
            },
            rest if last && !rest.is_empty() => (rest.len(), "truncated data"),
            _ => return Ok(at),
        };
        at = handler.decode(bytes, (at, at + length), reason, Form::Utf32(order), out)?;
    }
}

fn single(
    bytes: &[u8],
    table: &Table,
    reason: &'static str,
    handler: &Handler,
    out: &mut Writer,
) -> Result<usize, Failure> {
    for (at, block) in bytes.chunks(BLOCK).enumerate() {
        // What stands for a byte takes four at the most.
        out.reserve(4 * BLOCK)?;
        if table.is_ascii
            && block.is_ascii()
            && let Ok(block) = str::from_utf8(block)
        {
            out.push_str(block)?;
            continue;
        }
        for (byte, at) in block.iter().zip(BLOCK * at..) {
            match table.character(*byte) {
                Some(character) => out.put(character),
                // Every handler that takes one byte goes on after it.
                None => drop(handler.decode(bytes, (at, at + 1), reason, Form::Bytes, out)?),
            }
        }
    }
    Ok(bytes.len())
}

/// For how many bytes there is made room at a time.
const BLOCK: usize = 32;

/// Text in the making: UTF-8 until there is a surrogate.
#[derive(Default)]
pub(super) struct Writer {
    text: Text,
}

impl Writer {
    /// With room for as many characters in ASCII.
    fn for_bytes(bytes: &[u8]) -> Result<Self> {
        let mut room = Vec::new();
        reserve(&mut room, bytes.len())?;
        Ok(Self { text: Text::from_wtf8(room) })
    }

    pub(super) fn push(&mut self, code_point: u32) -> Result<()> {
        self.reserve(4)?;
        self.put(code_point);
        Ok(())
    }

    /// Room for what is then put there.
    fn reserve(&mut self, bytes: usize) -> Result<()> {
        match &mut self.text {
            Text::Utf8(text) => {
                text.try_reserve(bytes).map_err(|_| Error::os(ErrorCode::InsufficientMemory))
            }
            Text::Wtf8(text) => reserve(text, bytes),
        }
    }

    fn put(&mut self, code_point: u32) {
        match (&mut self.text, char::from_u32(code_point)) {
            (Text::Utf8(text), Some(character)) => text.push(character),
            (text, _) => {
                let mut bytes = mem::take(text).into_bytes();
                wtf8::push(&mut bytes, code_point);
                *text = Text::Wtf8(bytes);
            }
        }
    }

    fn push_str(&mut self, more: &str) -> Result<()> {
        self.reserve(more.len())?;
        match &mut self.text {
            Text::Utf8(text) => text.push_str(more),
            Text::Wtf8(bytes) => bytes.extend_from_slice(more.as_bytes()),
        }
        Ok(())
    }
}
