//! Text to bytes.

use alloc::{boxed::Box, vec::Vec};

use super::charmap::Table;
use super::handler::{Form, unknown};
use super::{Encoding, Failure, Handler, MARK, Order, is_surrogate};
use crate::error::{Conversion, Result};
use crate::raw::reserve;
use crate::wtf8;

/// Python's incremental encoder, as `TextIOWrapper` uses it.
#[derive(Clone)]
pub(crate) struct Encoder {
    encoding: Encoding,
    handler: Handler,
    /// The next text is preceded by a byte order mark, where the encoding has one.
    at_start: bool,
    table: Option<Box<Table>>,
}

impl Encoder {
    /// At the start of a stream.
    pub(crate) fn new(encoding: Encoding, handler: Handler) -> Self {
        Self { encoding, handler, at_start: true, table: Table::of(encoding).map(Box::new) }
    }

    /// Whether the next text stands at the start of the stream.
    pub(crate) fn reset(&mut self, at_start: bool) {
        self.at_start = at_start;
    }

    /// As [`encode`](Self::encode), of text without surrogates.
    pub(crate) fn encode_str(&mut self, text: &str, out: &mut Vec<u8>) -> Result<()> {
        match self.encoding {
            Encoding::Utf8 => extend(out, text.as_bytes()),
            _ => self.encode(text.as_bytes(), out),
        }
    }

    /// Appends the bytes of `text`, which is well-formed WTF-8, or nothing where it fails; the
    /// stream's start is over also then.
    pub(crate) fn encode(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let before = out.len();
        let done = self.append(text, out);
        if done.is_err() {
            out.truncate(before);
        }
        let name = self.name();
        self.at_start = false;
        match done {
            Ok(()) => Ok(()),
            Err(Failure::Other(error)) => Err(error),
            Err(failure) => {
                let mut object = Vec::new();
                extend(&mut object, text)?;
                Err(failure.of(Conversion::Encode, name, object))
            }
        }
    }

    /// The encoding as Python's errors name it.
    fn name(&self) -> &'static str {
        match self.encoding {
            Encoding::Utf8 | Encoding::Utf8Sig => "utf-8",
            Encoding::Utf16(None) if self.at_start => "utf-16",
            Encoding::Utf32(None) if self.at_start => "utf-32",
            Encoding::Utf16(order) => order.unwrap_or(Order::Little).name16(),
            Encoding::Utf32(order) => order.unwrap_or(Order::Little).name32(),
            Encoding::Ascii | Encoding::Latin1 | Encoding::Charmap(_) => self.encoding.of_bytes().0,
        }
    }

    fn append(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let form = self.form();
        if self.at_start {
            match self.encoding {
                Encoding::Utf8Sig => extend(out, MARK)?,
                Encoding::Utf16(None) => extend(out, b"\xff\xfe")?,
                Encoding::Utf32(None) => extend(out, b"\xff\xfe\0\0")?,
                _ => {}
            }
        }
        let verbatim = match form {
            Form::Utf8 => surrogate(text).is_none(),
            Form::Bytes => self.table.as_ref().is_some_and(|it| it.is_ascii()) && text.is_ascii(),
            _ => false,
        };
        if verbatim {
            return Ok(extend(out, text)?);
        }
        reserve(out, form.width() * wtf8::count(text))?;
        let mut rest = text;
        while let Some((code_point, after)) = wtf8::split_first(rest) {
            reserve(out, 4)?;
            rest = match self.put(code_point, out) {
                true => after,
                false => self.recover(text, rest, after, out)?,
            };
        }
        Ok(())
    }

    fn form(&self) -> Form {
        match self.encoding {
            Encoding::Utf8 | Encoding::Utf8Sig => Form::Utf8,
            Encoding::Utf16(order) => Form::Utf16(order.unwrap_or(Order::Little)),
            Encoding::Utf32(order) => Form::Utf32(order.unwrap_or(Order::Little)),
            Encoding::Ascii | Encoding::Latin1 | Encoding::Charmap(_) => Form::Bytes,
        }
    }

    /// Appends a character, or nothing where the encoding does not have it; room for four bytes
    /// must be there.
    fn put(&self, code_point: u32, out: &mut Vec<u8>) -> bool {
        match (self.form(), &self.table) {
            (Form::Bytes, Some(table)) => match table.byte(code_point) {
                Some(byte) => out.push(byte),
                None => return false,
            },
            (form, _) => return !is_surrogate(code_point) && form.push(code_point, out),
        }
        true
    }

    /// Writes what stands for the first character of `rest`, which cannot be encoded and has
    /// `after` after it, and for all such characters after it. Returns what is left.
    fn recover<'a>(
        &self,
        text: &[u8],
        rest: &'a [u8],
        mut after: &'a [u8],
        out: &mut Vec<u8>,
    ) -> Result<&'a [u8], Failure> {
        let form = self.form();
        let before = out.len();
        // UTF-16 and UTF-32 hand over one character at a time.
        while let (Form::Bytes | Form::Utf8, Some((next, beyond))) = (form, wtf8::split_first(after))
        {
            reserve(out, 4)?;
            if self.put(next, out) {
                out.truncate(before);
                break;
            }
            after = beyond;
        }
        let run = rest.get(..rest.len() - after.len()).unwrap_or_default();
        let start = wtf8::count(text) - wtf8::count(rest);
        let end = start + wtf8::count(run);
        let (_, reason) = self.encoding.of_bytes();
        let reason = if matches!(form, Form::Bytes) { reason } else { "surrogates not allowed" };
        let refused = |start| Err(Failure::Unicode { start, end, reason });
        for (at, code_point) in wtf8::code_points(run).enumerate() {
            // What a handler writes takes ten characters at the most.
            reserve(out, 40)?;
            match (&self.handler, code_point) {
                (Handler::Ignore, _) => {}
                (Handler::SurrogateEscape, 0xdc80..=0xdcff) if form.width() == 1 => {
                    let [.., byte] = code_point.to_be_bytes();
                    out.push(byte);
                }
                (Handler::SurrogateEscape, _) => match self.encoding {
                    // What these took before it stays taken.
                    Encoding::Ascii | Encoding::Latin1 => return refused(start + at),
                    _ if matches!(form, Form::Utf8) => return refused(start + at),
                    _ => return refused(start),
                },
                (Handler::SurrogatePass, 0xd800..=0xdfff) if form.push(code_point, out) => {}
                (Handler::Unknown(name), _) => return Err(unknown(name)),
                (handler, _) => {
                    let Some(replacement) = handler.replacement(code_point) else {
                        return refused(start);
                    };
                    for character in replacement.as_bytes() {
                        if !self.put((*character).into(), out) {
                            return refused(start);
                        }
                    }
                }
            }
        }
        Ok(after)
    }
}

/// Where the first surrogate is.
fn surrogate(text: &[u8]) -> Option<usize> {
    text.windows(2).position(|pair| pair[0] == 0xed && pair[1] >= 0xa0)
}

/// Appends, if there is memory for it.
fn extend(out: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    reserve(out, bytes.len())?;
    out.extend_from_slice(bytes);
    Ok(())
}
