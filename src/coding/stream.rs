//! Text over a binary stream: the work of CPython's `TextIOWrapper` between its checks.
//!
//! Text to be written waits, encoded, in `pending`; bytes that were read ahead wait, decoded, in
//! `decoded`. At most one of them holds anything. `snapshot` remembers how the bytes came to be
//! decoded, so that [`tell`](TextStream::tell) can say where in them the text was read up to.

#[cfg(test)]
mod tests;

use alloc::{string::String, vec::Vec};
use core::mem;

use crate::error::ErrorCode;
use memchr::memchr2;

use crate::bytes::{self, copy, reserve};
use crate::code_points;
use crate::coding::codec::{Decoder, Encoder, Encoding, Handler};
use crate::coding::cookie::{Cookie, Snapshot};
use crate::coding::newlines::{Newline, NewlineDecoder};
use crate::coding::string::{self, Text};
use crate::error::{Error, Result};
use crate::stream::Stream;

/// The number of bytes that are read, or may wait to be written, at a time: CPython's
/// `_CHUNK_SIZE`.
const CHUNK: usize = 8192;

pub(crate) struct TextStream {
    pub(crate) conversion: Conversion,
    pub(crate) line_buffering: bool,
    pub(crate) write_through: bool,
    /// `detach` was called: nearly every call is an error.
    pub(crate) detached: bool,
    /// `None` where the mode does not allow writing.
    encoder: Option<Encoder>,
    /// `None` where the mode does not allow reading.
    decoder: Option<NewlineDecoder>,
    pending: Vec<u8>,
    decoded: Option<Decoded>,
    /// The number of times that text was read ahead.
    chunks: u64,
    snapshot: Option<Snapshot>,
    /// CPython has a snapshot, too: it takes none during an iteration, and forgets text that was
    /// read ahead only if it has one.
    remembered: bool,
    /// An iteration has not reached its end: `tell` is refused, as in CPython.
    iterating: bool,
    /// The bytes per character in the text that was read last.
    ratio: f64,
}

/// The parameters of the conversion between text and bytes.
#[derive(Clone)]
pub(crate) struct Conversion {
    pub(crate) encoding_name: String,
    pub(crate) errors_name: String,
    pub(crate) newline: Newline,
    encoding: Encoding,
}

/// A mark to which reading can go back.
pub(crate) struct Mark {
    /// The position of the first byte that is read ahead; that of the stream if there is none.
    start: u64,
    /// The number of bytes that are read ahead.
    length: u64,
    flags: u32,
    last: bool,
    /// The number of bytes of the decoded text that were read.
    used: Option<usize>,
    /// The number of the text that was read ahead at the time.
    chunk: u64,
    remembered: bool,
    iterating: bool,
}

/// Text that was read ahead, of which `used` bytes of WTF-8 are read.
#[derive(Clone)]
struct Decoded {
    text: Text,
    used: usize,
    /// The number of characters that are not read, where it is known.
    left: Option<usize>,
}

impl Decoded {
    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.used..]
    }

    /// Takes the next `length` bytes of the text.
    fn advance(&mut self, length: usize) -> Result<Text> {
        let part = self.text.slice(self.used, self.used + length)?;
        self.used += length;
        self.left = None;
        Ok(part)
    }
}

impl Conversion {
    /// Checks the parameters in CPython's order.
    pub(crate) fn new(
        encoding: Option<&str>,
        errors: Option<&str>,
        newline: Newline,
    ) -> Result<Self> {
        // Python's encoding of the locale is UTF-8 on WASI.
        let encoding_name = match encoding {
            None | Some("locale") => "UTF-8",
            Some(name) => name,
        };
        Ok(Self {
            encoding: Encoding::find(encoding_name)?,
            encoding_name: String::from(encoding_name),
            errors_name: String::from(errors.unwrap_or("strict")),
            newline,
        })
    }

    fn encoder(&self) -> Encoder {
        Encoder::new(self.encoding, Handler::parse(&self.errors_name))
    }

    fn decoder(&self) -> NewlineDecoder {
        let decoder = Decoder::new(self.encoding, Handler::parse(&self.errors_name));
        NewlineDecoder::new(decoder, self.newline)
    }
}

impl TextStream {
    /// Makes text over a stream that is at `position`.
    pub(crate) fn new(
        conversion: Conversion,
        (readable, writable): (bool, bool),
        position: u64,
    ) -> Self {
        let mut stream = Self {
            encoder: writable.then(|| conversion.encoder()),
            decoder: readable.then(|| conversion.decoder()),
            conversion,
            line_buffering: false,
            write_through: false,
            detached: false,
            pending: Vec::new(),
            decoded: None,
            chunks: 0,
            snapshot: None,
            remembered: false,
            iterating: false,
            ratio: 0.0,
        };
        stream.set_start(position == 0);
        stream
    }

    /// Returns a mark from which a read can be undone.
    pub(crate) fn mark(&self, stream: &Stream) -> Mark {
        let Self { remembered, iterating, chunks: chunk, .. } = *self;
        let position = stream.tell();
        let used = self.decoded.as_ref().map(|decoded| decoded.used);
        match (&self.snapshot, &self.decoder) {
            (Some(Snapshot { flags, input, last, .. }), _) if used.is_some() => {
                let (length, flags, last) = (crate::bytes::length(input), *flags, *last);
                let start = position.saturating_sub(length);
                Mark { start, length, flags, last, used, chunk, remembered, iterating }
            }
            (_, decoder) => {
                let (held, flags) = decoder.as_ref().map_or((0, 0), |decoder| {
                    let (held, flags) = decoder.state();
                    (crate::bytes::length(held), flags)
                });
                let start = position.saturating_sub(held);
                let used = None;
                let (length, last) = (held, false);
                Mark { start, length, flags, last, used, chunk, remembered, iterating }
            }
        }
    }

    /// Undoes the reads since the mark, as far as the file can be read again.
    pub(crate) fn go_back(&mut self, mark: Mark, stream: &mut Stream) {
        let Mark { start, length, flags, last, used, chunk, remembered, iterating } = mark;
        // If nothing was read ahead since, nothing has to be read again.
        if let (Some(used), Some(decoded)) = (used, &mut self.decoded)
            && self.chunks == chunk
            && stream.tell() == start + length
        {
            (decoded.used, decoded.left) = (used, None);
            (self.remembered, self.iterating) = (remembered, iterating);
            return;
        }
        self.forget();
        let Some(decoder) = &mut self.decoder else { return };
        decoder.set_state(flags);
        let again = stream.seek(i64::try_from(start).unwrap_or(i64::MAX), 0);
        let again = again.and_then(|_| stream.read(Some(length))).and_then(|input| {
            let (text, _) = decoder.decode(copy(&input)?, last)?;
            Ok((input, text))
        });
        if let Ok((input, text)) = again {
            self.decoded =
                used.map(|used| Decoded { used: used.min(text.len()), text, left: None });
            self.snapshot = used.map(|_| Snapshot::new(flags, input, last));
        }
        (self.remembered, self.iterating) = (remembered, iterating);
    }

    pub(crate) fn check_readable(&mut self) -> Result<()> {
        self.decoder().map(|_| ())
    }

    /// Refuses to tell the place during an iteration, as CPython does.
    pub(crate) fn check_telling(&self) -> Result<()> {
        if self.iterating {
            return Err(Error::unnumbered("telling position disabled by next() call"));
        }
        Ok(())
    }

    /// Tells whether text that was read ahead, or its place, is remembered: then `reconfigure` may
    /// not change the conversion.
    pub(crate) fn has_decoded(&self) -> bool {
        self.decoded.is_some()
    }

    pub(crate) fn newlines(&self) -> Vec<&'static str> {
        self.decoder.as_ref().map(NewlineDecoder::newlines).unwrap_or_default()
    }

    /// Continues with another conversion.
    pub(crate) fn convert(&mut self, conversion: Conversion, position: u64) {
        self.encoder = self.encoder.as_ref().map(|_| conversion.encoder());
        self.decoder = self.decoder.as_ref().map(|_| conversion.decoder());
        self.conversion = conversion;
        self.ratio = 0.0;
        self.set_start(position == 0);
    }

    /// Sets whether the next text written is the first of the file: only the first gets a byte
    /// order mark.
    fn set_start(&mut self, start: bool) {
        if let Some(encoder) = &mut self.encoder {
            encoder.reset(start);
        }
    }

    /// Forgets the text that was read ahead.
    fn forget(&mut self) {
        self.decoded = None;
        self.snapshot = None;
        self.remembered = false;
    }

    pub(crate) fn write(&mut self, text: &[u8], stream: &mut Stream) -> Result<()> {
        let encoder = self.encoder.as_mut().ok_or_else(|| Error::unsupported("not writable"))?;
        let ends_line = self.line_buffering && memchr2(b'\n', b'\r', text).is_some();
        let waiting = self.pending.len();
        match self.conversion.newline.written() {
            Some(newline) if bytes::find(b'\n', text).is_some() => {
                encoder.encode(&replace_line_feeds(text, newline)?, &mut self.pending)?;
            }
            _ => encoder.encode(text, &mut self.pending)?,
        }
        if self.remembered {
            self.forget();
        }
        if let Some(decoder) = &mut self.decoder {
            decoder.reset();
        }
        if waiting > 0 && self.pending.len() - waiting >= CHUNK {
            self.pass_on(waiting, stream)?;
        }
        if self.pending.len() >= CHUNK || ends_line || self.write_through {
            self.pass_on(self.pending.len(), stream)?;
        }
        if ends_line {
            stream.flush()?;
        }
        Ok(())
    }

    /// Passes the first `length` of the bytes that wait to the binary stream. After an error the
    /// bytes that it did not take still wait, unless no file could ever take them.
    fn pass_on(&mut self, length: usize, stream: &mut Stream) -> Result<()> {
        let start = stream.tell();
        let written = stream.write(&self.pending[..length]);
        let taken = usize::try_from(stream.tell().saturating_sub(start)).unwrap_or(usize::MAX);
        let never = matches!(&written, Err(error) if error.code() == Some(ErrorCode::FileTooLarge));
        if taken < self.pending.len() && !never {
            self.pending.drain(..taken);
        } else if self.pending.capacity() > 8 * CHUNK {
            self.pending = Vec::new();
        } else {
            self.pending.clear();
        }
        written.map(|_| ())
    }

    /// Passes all bytes that wait to the binary stream.
    pub(crate) fn pass_all_on(&mut self, stream: &mut Stream) -> Result<()> {
        if self.pending.is_empty() { Ok(()) } else { self.pass_on(self.pending.len(), stream) }
    }

    pub(crate) fn flush(&mut self, stream: &mut Stream) -> Result<()> {
        self.iterating = false;
        self.pass_all_on(stream)?;
        stream.flush()
    }

    fn decoder(&mut self) -> Result<&mut NewlineDecoder> {
        self.decoder.as_mut().ok_or_else(|| Error::unsupported("not readable"))
    }

    /// Reads `size` characters, or fewer at the end; all to the end where `size` is `None`.
    pub(crate) fn read(&mut self, size: Option<u64>, stream: &mut Stream) -> Result<Text> {
        let Some(size) = size else {
            let bytes = stream.read(None)?;
            let (rest, _) = self.decoder()?.decode(bytes, true)?;
            let mut text = self.take(None)?;
            text.append(rest)?;
            if self.remembered {
                self.forget();
            }
            return Ok(text);
        };
        let mut wanted = usize::try_from(size).unwrap_or(usize::MAX);
        let mut text = self.take(Some(&mut wanted))?;
        while wanted > 0 && self.read_chunk(wanted, stream)? {
            text.append(self.take(Some(&mut wanted))?)?;
        }
        Ok(text)
    }

    /// Takes up to `wanted` characters of the text that was read ahead, and subtracts their number.
    fn take(&mut self, wanted: Option<&mut usize>) -> Result<Text> {
        let Some(decoded) = &mut self.decoded else {
            return Ok(Text::default());
        };
        let rest = decoded.rest();
        let (end, left) = match (wanted, decoded.left) {
            (None, _) => (rest.len(), Some(0)),
            (Some(wanted), Some(left)) if left <= *wanted => {
                *wanted -= left;
                (rest.len(), Some(0))
            }
            // The count starts at the nearer end.
            (Some(wanted), Some(left)) if left - *wanted < *wanted => {
                let left = left - mem::take(wanted);
                (code_points::suffix(rest, left), Some(left))
            }
            (Some(wanted), left) => {
                let (end, characters) = code_points::prefix(rest, *wanted);
                *wanted -= characters;
                (end, left.map(|left| left - characters))
            }
        };
        let text = decoded.advance(end)?;
        decoded.left = left;
        Ok(text)
    }

    /// Reads ahead with one call of the binary stream, for at least [`CHUNK`] bytes and about
    /// `wanted` characters. Returns false at the end.
    fn read_chunk(&mut self, wanted: usize, stream: &mut Stream) -> Result<bool> {
        let ratio = self.ratio.max(1.0);
        let decoder = self.decoder()?;
        let (held, flags) = decoder.state();
        let mut input = held.to_vec();
        let bytes = stream.read1(Some(length_of(CHUNK.max(scaled(wanted, ratio)))))?;
        let last = bytes.is_empty();
        reserve(&mut input, bytes.len())?;
        input.extend_from_slice(&bytes);
        let read = bytes.len();
        let (text, characters) = decoder.decode(bytes, last)?;
        let characters = characters.unwrap_or_else(|| code_points::count(text.as_bytes()));
        self.ratio = ratio_of(read, characters);
        self.chunks += 1;
        self.decoded = Some(Decoded { text, used: 0, left: Some(characters) });
        self.snapshot = Some(Snapshot::new(flags, input, last));
        self.remembered |= !self.iterating;
        Ok(!last || characters > 0)
    }

    /// Reads a line with its end, or the rest of the file; at most `size` characters of it.
    pub(crate) fn readline(&mut self, size: Option<u64>, stream: &mut Stream) -> Result<Text> {
        let mut wanted = usize::try_from(size.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let mut line = Text::default();
        loop {
            while self.decoded.as_ref().is_none_or(|decoded| decoded.text.is_empty()) {
                if !self.read_chunk(0, stream)? {
                    self.forget();
                    return Ok(line);
                }
            }
            let decoded = self.decoded.as_mut().expect("BUG: something was read ahead");
            let rest = decoded.rest();
            // No character takes more than four bytes.
            let window = &rest[..rest.len().min(wanted.saturating_mul(4))];
            let end = self.conversion.newline.find_end(window, line.as_bytes().ends_with(b"\r"));
            let part = &rest[..end.unwrap_or(rest.len())];
            let (cut, characters) = match size {
                Some(_) => code_points::prefix(part, wanted),
                None => (part.len(), 0),
            };
            let whole = cut == part.len();
            wanted -= characters;
            line.append(decoded.advance(cut)?)?;
            if end.is_some() || !whole || wanted == 0 {
                return Ok(line);
            }
            self.decoded = None;
        }
    }

    /// Reads a line if all of it was read ahead, as most are; `None` otherwise. After an error
    /// nothing has changed.
    pub(crate) fn line_ahead(&mut self, iterates: bool) -> Result<Option<String>> {
        let Some(decoded) = self.decoded.as_mut().filter(|_| self.pending.is_empty()) else {
            return Ok(None);
        };
        let Text::Utf8(text) = &decoded.text else { return Ok(None) };
        let rest = text.get(decoded.used..).unwrap_or_default();
        let Some(end) = self.conversion.newline.find_end(rest.as_bytes(), false) else {
            return Ok(None);
        };
        let line = string::copy(rest.get(..end).unwrap_or_default())?;
        decoded.used += end;
        decoded.left = None;
        self.iterating |= iterates;
        Ok(Some(line))
    }

    /// Reads the next line of an iteration, which is empty at its end.
    pub(crate) fn next(&mut self, stream: &mut Stream) -> Result<Text> {
        self.iterating = true;
        let line = self.readline(None, stream)?;
        if line.is_empty() {
            self.snapshot = None;
            self.remembered = false;
            self.iterating = false;
        }
        Ok(line)
    }

    pub(crate) fn tell(&mut self, stream: &mut Stream) -> Result<Cookie> {
        self.check_telling()?;
        self.flush(stream)?;
        let position = stream.tell();
        match (&self.decoder, &mut self.snapshot) {
            (Some(decoder), Some(snapshot)) => {
                let read = self.decoded.as_ref();
                let read = read.map_or(&[][..], |decoded| &decoded.text.as_bytes()[..decoded.used]);
                let all = self.decoded.as_ref().map_or(0, |decoded| decoded.text.len());
                Cookie::find(position, snapshot, decoder, (read, all))
            }
            _ => Ok(Cookie::plain(position)),
        }
    }

    /// Moves to a place and returns it.
    pub(crate) fn seek(&mut self, place: Cookie, stream: &mut Stream) -> Result<Cookie> {
        self.flush(stream)?;
        stream.seek(place.position, 0)?;
        self.forget();
        let Cookie { position, decoder: state } = place;
        let state = state.unwrap_or_default();
        let start = position == 0 && state.flags == 0;
        if let Some(decoder) = &mut self.decoder {
            if start {
                decoder.reset();
            } else {
                decoder.set_state(state.flags);
            }
            let mut input = Vec::new();
            if state.chars_to_skip > 0 {
                input = stream.read(Some(state.bytes_to_feed.into()))?;
                let (text, _) = decoder.decode(copy(&input)?, state.need_eof)?;
                let skip = usize::try_from(state.chars_to_skip).unwrap_or(usize::MAX);
                let (used, characters) = code_points::prefix(text.as_bytes(), skip);
                self.decoded = Some(Decoded { text, used, left: None });
                if characters < skip {
                    self.snapshot = Some(Snapshot::new(state.flags, input, state.need_eof));
                    self.remembered = true;
                    return Err(Error::unnumbered("can't restore logical file position"));
                }
            }
            self.snapshot = Some(Snapshot::new(state.flags, input, state.need_eof));
            self.remembered = true;
        }
        self.set_start(start);
        Ok(place)
    }

    /// Moves to the end and returns it.
    pub(crate) fn seek_to_end(&mut self, stream: &mut Stream) -> Result<Cookie> {
        self.flush(stream)?;
        self.forget();
        if let Some(decoder) = &mut self.decoder {
            decoder.reset();
        }
        let end = stream.seek(0, 2)?;
        self.set_start(end == 0);
        Ok(Cookie::plain(end))
    }
}

fn replace_line_feeds(text: &[u8], newline: &str) -> Result<Vec<u8>> {
    let feeds = memchr::memchr_iter(b'\n', text).count();
    let mut replaced = Vec::new();
    reserve(&mut replaced, text.len() + feeds * (newline.len() - 1))?;
    for (number, part) in text.split(|byte| *byte == b'\n').enumerate() {
        if number > 0 {
            replaced.extend_from_slice(newline.as_bytes());
        }
        replaced.extend_from_slice(part);
    }
    Ok(replaced)
}

/// Estimates the number of bytes of so many characters.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "an estimate; casts from floating point saturate"
)]
fn scaled(characters: usize, ratio: f64) -> usize {
    (characters as f64 * ratio) as usize
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn ratio_of(bytes: usize, characters: usize) -> f64 {
    if characters == 0 { 0.0 } else { bytes as f64 / characters as f64 }
}

fn length_of(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
