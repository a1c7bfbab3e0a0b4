//! Text to bytes: the part that all encodings have in common.

use alloc::{sync::Arc, vec::Vec};
use core::mem;

use super::handler::unknown;
use super::{Encoding, Failure, Handler, extend, is_surrogate};
use crate::bytes::reserve;
use crate::code_points;
use crate::error::{Conversion, Result};

/// Python's incremental encoder, as `TextIOWrapper` uses it.
#[derive(Clone)]
pub(crate) struct Encoder {
    encoding: Arc<dyn Encode>,
    handler: Handler,
    /// The next text is preceded by a byte order mark, where the encoding has one.
    at_start: bool,
    /// ASCII is encoded as it is.
    keeps_ascii: bool,
}

/// An encoding as an encoder.
pub(super) trait Encode: Send + Sync {
    /// Returns the encoding's name in Python's errors.
    fn name(&self, at_start: bool) -> &'static str;

    /// Returns the reason in Python's errors.
    fn reason(&self) -> &'static str {
        "surrogates not allowed"
    }

    /// Returns the byte order mark at the start of a stream.
    fn mark(&self) -> &'static [u8] {
        b""
    }

    /// Returns the least number of bytes of a character.
    fn width(&self) -> usize {
        1
    }

    /// Tells whether `text` is known to be encoded as its own bytes.
    fn is_verbatim(&self, _text: &[u8]) -> bool {
        false
    }

    /// Appends the characters at the start of `text` that the encoding has, and returns the rest.
    fn encode<'a>(&self, text: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8]>;

    /// Tells whether the encoding has a character.
    fn has(&self, code_point: u32) -> bool {
        !is_surrogate(code_point)
    }

    /// Appends a surrogate and returns true, if the encoding can. The caller has reserved four
    /// bytes.
    fn push_surrogate(&self, _surrogate: u32, _out: &mut Vec<u8>) -> bool {
        false
    }

    /// Tells whether `surrogateescape` takes all of a row of characters or none, instead of as many
    /// as it can.
    fn escapes_all_or_none(&self) -> bool {
        false
    }
}

impl Encoder {
    /// Makes an encoder at the start of a stream.
    pub(crate) fn new(encoding: Encoding, handler: Handler) -> Self {
        let encoding = encoding.encoder();
        let keeps_ascii = encoding.is_verbatim(b"?");
        Self { encoding, handler, at_start: true, keeps_ascii }
    }

    /// Tells whether the next text stands at the start of the stream.
    pub(crate) fn reset(&mut self, at_start: bool) {
        self.at_start = at_start;
    }

    /// Appends the bytes of `text`, which is well-formed WTF-8, or nothing after an error. In both
    /// cases the start of the stream is over.
    pub(crate) fn encode(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let before = out.len();
        let done = self.append(text, out);
        if done.is_err() {
            out.truncate(before);
        }
        let at_start = mem::replace(&mut self.at_start, false);
        match done {
            Ok(()) => Ok(()),
            Err(Failure::Other(error)) => Err(error),
            Err(failure) => {
                let mut object = Vec::new();
                extend(&mut object, text)?;
                let name = self.encoding.name(at_start);
                Err(failure.of(Conversion::Encode, name, object))
            }
        }
    }

    fn append(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        if self.at_start {
            extend(out, self.encoding.mark())?;
        }
        if self.encoding.is_verbatim(text) {
            return Ok(extend(out, text)?);
        }
        reserve(out, self.encoding.width().saturating_mul(code_points::count(text)))?;
        let mut rest = self.encoding.encode(text, out)?;
        while !rest.is_empty() {
            rest = self.recover(text, rest, out)?;
            rest = self.encoding.encode(rest, out)?;
        }
        Ok(())
    }

    /// Writes the replacement of the first character of `rest`, a part of `text`, which cannot be
    /// encoded, and of the characters like it that follow at once. Returns the rest.
    fn recover<'a>(
        &self,
        text: &[u8],
        rest: &'a [u8],
        out: &mut Vec<u8>,
    ) -> Result<&'a [u8], Failure> {
        let is_of_bytes = self.encoding.width() == 1;
        let after = match is_of_bytes {
            true => self.after_run(rest),
            // One at a time.
            false => code_points::split_first(rest).map_or(rest, |it| it.1),
        };
        let run = &rest[..rest.len() - after.len()];
        let refused = |taken: usize| {
            let start = code_points::count(text) - code_points::count(rest);
            Err(Failure::Unicode {
                start: start + taken,
                end: start + code_points::count(run),
                reason: self.encoding.reason(),
            })
        };
        for (at, code_point) in code_points::code_points(run).enumerate() {
            // A byte, a surrogate, or the longest replacement as ASCII.
            reserve(out, 10)?;
            match (&self.handler, code_point) {
                (Handler::Ignore, _) => {}
                (Handler::SurrogateEscape, 0xdc80..=0xdcff) if is_of_bytes => {
                    let [.., byte] = code_point.to_be_bytes();
                    out.push(byte);
                }
                (Handler::SurrogateEscape, _) => {
                    return refused(if self.encoding.escapes_all_or_none() { 0 } else { at });
                }
                (Handler::SurrogatePass, _) => {
                    if !is_surrogate(code_point) || !self.encoding.push_surrogate(code_point, out) {
                        return refused(0);
                    }
                }
                (Handler::Unknown(name), _) => return Err(unknown(name)),
                (handler, _) => {
                    let replacement = handler.replace(code_point);
                    match replacement.as_bytes() {
                        [] => return refused(0),
                        ascii if self.keeps_ascii => out.extend_from_slice(ascii),
                        ascii if self.encoding.encode(ascii, out)?.is_empty() => {}
                        _ => return refused(0),
                    }
                }
            }
        }
        Ok(after)
    }

    /// Returns the text after the characters at the start of `rest` that cannot be encoded.
    fn after_run<'a>(&self, mut rest: &'a [u8]) -> &'a [u8] {
        while let Some((code_point, after)) = code_points::split_first(rest)
            && !self.encoding.has(code_point)
        {
            rest = after;
        }
        rest
    }
}
