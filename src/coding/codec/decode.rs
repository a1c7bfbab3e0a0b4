//! Bytes to text: the part that all encodings have in common.

use alloc::{sync::Arc, vec::Vec};

use super::{Encoding, Failure, Handler};
use crate::bytes::{append, reserve};
use crate::code_points;
use crate::coding::string::Text;
use crate::coding::utf8::Look;
use crate::error::{Conversion, Result};

/// Python's incremental decoder.
#[derive(Clone)]
pub(crate) struct Decoder {
    encoding: Arc<dyn Decode>,
    handler: Handler,
    /// The first bytes of a character that is not complete: three at the most.
    held: Vec<u8>,
    flags: u32,
}

/// An encoding as a decoder.
pub(super) trait Decode: Send + Sync {
    /// Decodes a piece of a stream in the additional state `flags`.
    fn decode(&self, input: Input<'_>, flags: &mut u32) -> Result<Piece>;

    /// Returns the additional state at the start of a stream.
    fn start(&self) -> u32 {
        0
    }

    /// Returns the additional state after Python's `setstate((b"", flags))`.
    fn state(&self, _flags: u32) -> u32 {
        0
    }
}

/// Characters in bytes, one after another.
pub(super) trait Characters {
    /// Decodes `bytes` as far as they are text, and returns that length and the kind of the bytes
    /// there.
    fn decode(&self, bytes: &[u8], text: &mut Vec<u8>) -> Result<(usize, Option<Wrong>)>;

    /// Returns the surrogate at the start of `bytes`, and the number of its bytes.
    fn surrogate(&self, _bytes: &[u8]) -> Option<(u32, usize)> {
        None
    }
}

/// Bytes that are not text.
pub(super) struct Wrong {
    pub(super) length: usize,
    pub(super) reason: &'static str,
    /// The bytes may be the start of a character, and no bytes follow them.
    pub(super) open: bool,
}

/// Bytes to decode, with those that were held back.
pub(super) struct Input<'a> {
    pub(super) bytes: Vec<u8>,
    /// No bytes follow.
    pub(super) last: bool,
    handler: &'a Handler,
}

/// A piece of a stream, decoded.
#[derive(Default)]
pub(super) struct Piece {
    pub(super) text: Text,
    /// The facts that decoding found out about the text.
    pub(super) look: Option<Look>,
    /// The bytes at the end that are to be held back.
    pub(super) held: Vec<u8>,
}

impl Decoder {
    pub(crate) fn new(encoding: Encoding, handler: Handler) -> Self {
        let encoding = encoding.decoder();
        let flags = encoding.start();
        Self { encoding, handler, held: Vec::new(), flags }
    }

    /// Decodes `input` after the bytes held back. An incomplete character at the end is held back,
    /// unless these are the last bytes. On an error `input` is lost, and the bytes held back stay.
    /// Also returns the facts that decoding found out about the text.
    pub(crate) fn decode(&mut self, input: Vec<u8>, last: bool) -> Result<(Text, Option<Look>)> {
        let mut bytes = Vec::new();
        if !self.held.is_empty() {
            reserve(&mut bytes, self.held.len() + input.len())?;
            bytes.extend_from_slice(&self.held);
        }
        append(&mut bytes, input)?;
        let input = Input { bytes, last, handler: &self.handler };
        let Piece { text, look, held } = self.encoding.decode(input, &mut self.flags)?;
        self.held = held;
        Ok((text, look))
    }

    /// Returns the bytes held back, and the additional state.
    pub(crate) fn state(&self) -> (&[u8], u32) {
        (&self.held, self.flags)
    }

    /// Sets the additional state: Python's `setstate((b"", flags))`.
    pub(crate) fn set_state(&mut self, flags: u32) {
        self.held.clear();
        self.flags = self.encoding.state(flags);
    }

    /// Resets the decoder to the start of a stream.
    pub(crate) fn reset(&mut self) {
        self.held.clear();
        self.flags = self.encoding.start();
    }
}

impl Input<'_> {
    /// Decodes from `at` on, and lets the handler replace bytes that are not text. Returns the
    /// index of the first byte to hold back.
    pub(super) fn characters(
        &self,
        mut at: usize,
        characters: &dyn Characters,
        text: &mut Vec<u8>,
    ) -> Result<usize, Failure> {
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let (decoded, wrong) = characters.decode(rest, text)?;
            at += decoded;
            let Some(wrong) = wrong.filter(|wrong| !wrong.open || self.last) else {
                return Ok(at);
            };
            at = self.handler.decode(&self.bytes, at, &wrong, characters, text)?;
        }
    }

    /// Holds back the bytes that were not decoded.
    pub(super) fn finish(
        self,
        text: Vec<u8>,
        decoded: Result<usize, Failure>,
        encoding: &'static str,
    ) -> Result<Piece> {
        match decoded {
            Ok(decoded) => {
                let held = Vec::from(self.bytes.get(decoded..).unwrap_or_default());
                Ok(Piece { text: Text::from_wtf8(text), look: None, held })
            }
            Err(failure) => Err(failure.of(Conversion::Decode, encoding, self.bytes)),
        }
    }
}

/// Appends a code point, if there is memory for it.
pub(super) fn push(text: &mut Vec<u8>, code_point: u32) -> Result<()> {
    reserve(text, 4)?;
    code_points::push(text, code_point);
    Ok(())
}
