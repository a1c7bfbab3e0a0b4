//! Text to bytes.

use alloc::vec::Vec;

use super::charmap::{Inverse, Table};
use super::form::{Form, Order, is_surrogate};
use super::handler::unknown;
use super::{Encoding, Failure, Handler, MARK, ascii_block, extend};
use crate::bytes::reserve;
use crate::code_points;
use crate::error::{Conversion, Result};

/// Python's incremental encoder, as `TextIOWrapper` uses it.
#[derive(Clone)]
pub(crate) struct Encoder {
    encoding: Encoding,
    handler: Handler,
    /// The next text is preceded by a byte order mark, where the encoding has one.
    at_start: bool,
    /// Which byte each character is, where every character is one byte.
    inverse: Option<Inverse>,
}

impl Encoder {
    /// At the start of a stream.
    pub(crate) fn new(encoding: Encoding, handler: Handler) -> Self {
        Self { encoding, handler, at_start: true, inverse: Table::of(encoding).map(Inverse::of) }
    }

    /// Whether the next text stands at the start of the stream.
    pub(crate) fn reset(&mut self, at_start: bool) {
        self.at_start = at_start;
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

    /// What Python's errors call the encoding.
    fn name(&self) -> &'static str {
        match (self.encoding, self.form()) {
            (_, Form::Bytes) => self.encoding.of_bytes().0,
            (Encoding::Utf16(None), _) if self.at_start => "utf-16",
            (Encoding::Utf32(None), _) if self.at_start => "utf-32",
            (_, form) => form.name(),
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
        let keeps_ascii = match &self.inverse {
            Some(inverse) => inverse.is_ascii(),
            None => matches!(form, Form::Utf8),
        };
        let verbatim = match form {
            Form::Utf8 => !has_surrogate(text),
            _ => keeps_ascii && text.is_ascii(),
        };
        if verbatim {
            return Ok(extend(out, text)?);
        }
        reserve(out, form.width().saturating_mul(code_points::count(text)))?;
        let mut rest = text;
        while let Some((code_point, after)) = code_points::split_first(rest) {
            if let Some((block, after)) = ascii_block(rest).filter(|_| keeps_ascii) {
                extend(out, block)?;
                rest = after;
                continue;
            }
            reserve(out, 4)?;
            rest = match self.put(code_point, out) {
                true => after,
                false => self.recover(text, rest, out)?,
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
        match &self.inverse {
            Some(inverse) => match inverse.byte(code_point) {
                Some(byte) => out.push(byte),
                None => return false,
            },
            None => return !is_surrogate(code_point) && self.form().push(code_point, out),
        }
        true
    }

    fn has(&self, code_point: u32) -> bool {
        match &self.inverse {
            Some(inverse) => inverse.byte(code_point).is_some(),
            None => !is_surrogate(code_point),
        }
    }

    /// Writes what stands for the first character of `rest`, a part of `text`, which cannot be
    /// encoded, and for those like it that follow at once. Returns what is left.
    fn recover<'a>(
        &self,
        text: &[u8],
        rest: &'a [u8],
        out: &mut Vec<u8>,
    ) -> Result<&'a [u8], Failure> {
        let form = self.form();
        let after = match form {
            Form::Bytes | Form::Utf8 => self.after_run(rest),
            // One at a time.
            Form::Utf16(_) | Form::Utf32(_) => {
                code_points::split_first(rest).map_or(rest, |it| it.1)
            }
        };
        let run = &rest[..rest.len() - after.len()];
        let refused = |taken: usize| {
            let start = code_points::count(text) - code_points::count(rest);
            let reason = match form {
                Form::Bytes => self.encoding.of_bytes().1,
                _ => "surrogates not allowed",
            };
            Err(Failure::Unicode {
                start: start + taken,
                end: start + code_points::count(run),
                reason,
            })
        };
        for (at, code_point) in code_points::code_points(run).enumerate() {
            // The longest replacement has ten characters of at most four bytes.
            reserve(out, 40)?;
            match (&self.handler, code_point) {
                (Handler::Ignore, _) => {}
                (Handler::SurrogateEscape, 0xdc80..=0xdcff) if form.width() == 1 => {
                    let [.., byte] = code_point.to_be_bytes();
                    out.push(byte);
                }
                // Most encodings take as many as they can before they fail, these all or none.
                (Handler::SurrogateEscape, _) => match self.encoding {
                    Encoding::Charmap(_) => return refused(0),
                    _ => return refused(at),
                },
                (Handler::SurrogatePass, _) => {
                    if !is_surrogate(code_point) || !form.push(code_point, out) {
                        return refused(0);
                    }
                }
                (Handler::Unknown(name), _) => return Err(unknown(name)),
                (handler, _) => {
                    let put = |character: u8| self.put(character.into(), out);
                    if !handler.replace(code_point, put) {
                        return refused(0);
                    }
                }
            }
        }
        Ok(after)
    }

    /// What follows the characters at the start of `rest` that cannot be encoded.
    fn after_run<'a>(&self, mut rest: &'a [u8]) -> &'a [u8] {
        while let Some((code_point, after)) = code_points::split_first(rest)
            && !self.has(code_point)
        {
            rest = after;
        }
        rest
    }
}

/// Whether there is a surrogate: 0xed and more than 0x9f. Eight bytes at a time, as there mostly is
/// no 0xed.
fn has_surrogate(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks();
    let has_lead = |word: &[u8; 8]| {
        let zero_where_lead = u64::from_ne_bytes(*word) ^ u64::from_ne_bytes([0xed; 8]);
        let borrow = zero_where_lead.wrapping_sub(u64::from_ne_bytes([1; 8]));
        borrow & !zero_where_lead & u64::from_ne_bytes([0x80; 8]) != 0
    };
    let begins = |bytes: &[u8]| bytes.windows(2).any(|pair| pair[0] == 0xed && pair[1] > 0x9f);
    let mut words = words.iter().enumerate();
    words.any(|(at, word)| has_lead(word) && begins(&text[8 * at..text.len().min(8 * at + 9)]))
        || begins(rest)
}
