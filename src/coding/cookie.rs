//! Places in a text file: what `tell` returns and `seek` takes.

use alloc::vec::Vec;

use crate::bytes::{copy, length};
use crate::code_points;
use crate::coding::newlines::NewlineDecoder;
use crate::error::{Error, Result};

/// A place in a text file, which [`tell`](crate::text::TextFile::tell) returns and
/// [`seek`](crate::text::TextFile::seek) takes: the number that Python's `tell` returns, taken
/// apart.
///
/// The default is the start of the file. Only [`plain`](Self::plain) places can be made by hand.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::text::Cookie;
///
/// let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
/// file.write("naïve")?;
/// file.seek(Cookie::default(), 0)?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cookie {
    /// The byte at which decoding begins, not below 0. Without a state of the decoder it is the
    /// place.
    pub position: i64,
    /// The way from there to the place; `None` where the place is that byte.
    pub decoder: Option<DecoderState>,
}

/// The way of a decoder from a byte position to a place in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecoderState {
    /// The decoder's flags at that position.
    pub flags: u32,
    /// The number of bytes to decode.
    pub bytes_to_feed: u32,
    /// The number of decoded characters that lie before the place.
    pub chars_to_skip: u32,
    /// The bytes are decoded as the last ones of the file.
    pub need_eof: bool,
}

/// The input of the last decoding: the decoder's flags before it, and the bytes, with those that
/// the decoder had held back. They end at the position of the binary stream.
pub(crate) struct Snapshot {
    pub(crate) flags: u32,
    pub(crate) input: Vec<u8>,
    /// The bytes were the last ones of the file.
    pub(crate) last: bool,
    /// The place that was found last.
    found: Found,
}

impl Snapshot {
    pub(crate) fn new(flags: u32, input: Vec<u8>, last: bool) -> Self {
        Self { flags, input, last, found: Found::default() }
    }
}

/// A place among a snapshot's bytes at which nothing is held back; the beginning at first.
#[derive(Clone, Copy, Default)]
pub(crate) struct Found {
    /// The number of bytes before the place.
    at: usize,
    /// The length of the text before the place, in bytes of WTF-8.
    used: usize,
    /// The decoder's flags there, if it is not the beginning.
    flags: Option<u32>,
}

impl Cookie {
    /// Returns the place of a byte at which a character begins.
    ///
    /// # Examples
    ///
    /// ```
    /// use wasi_tempfile::text::Cookie;
    ///
    /// assert_eq!(Cookie::plain(0), Cookie::default());
    /// ```
    #[must_use]
    pub fn plain(position: u64) -> Self {
        Self { position: i64::try_from(position).unwrap_or(i64::MAX), decoder: None }
    }

    fn new(position: u64, state: DecoderState) -> Self {
        let decoder = (state != DecoderState::default()).then_some(state);
        Self { decoder, ..Self::plain(position) }
    }

    /// Finds the place after `read` in a text of `all` bytes, which is the decoded input of the
    /// snapshot. The input ends at `end`.
    pub(crate) fn find(
        end: u64,
        snapshot: &mut Snapshot,
        decoder: &NewlineDecoder,
        (read, all): (&[u8], usize),
    ) -> Result<Self> {
        let Snapshot { flags, input, found: before, .. } = snapshot;
        // The search starts at the place found last, unless it lies behind this one.
        if before.used > read.len() {
            *before = Found::default();
        }
        let flags = before.flags.unwrap_or(*flags);
        let (start, input) = (end.saturating_sub(length(input)), &input[before.at..]);
        let start = start + u64::try_from(before.at).unwrap_or(u64::MAX);
        let (read, all) = (&read[before.used..], all - before.used);
        let target = code_points::count(read);
        if target == 0 {
            return Ok(Self::new(start, DecoderState { flags, ..Default::default() }));
        }
        let decode = |bytes: usize| -> Result<Partial> {
            let mut decoder = decoder.clone();
            decoder.set_state(flags);
            let (text, characters) = decoder.decode(copy(&input[..bytes])?, false)?;
            let (held, flags) = decoder.state();
            Ok(Partial {
                characters: characters.unwrap_or_else(|| code_points::count(text.as_bytes())),
                start: bytes - held.len(),
                flags,
            })
        };
        // The fewest bytes of which so many characters come lie between `low` and `high`, about
        // where the share of the text that was read says; where bytes are the text, just there.
        let guess = input.len().saturating_mul(read.len()).div_ceil(all.max(1));
        let (mut low, mut high) = (0, guess.max(1).min(input.len()));
        let mut found = decode(high)?;
        let mut step = 1;
        while found.characters < target && high < input.len() {
            (low, high) = (high, high.saturating_add(step).min(input.len()));
            step *= 4;
            found = decode(high)?;
        }
        step = 1;
        while low + 1 < high && found.characters >= target {
            // Close to `high` at first, where the guess mostly is.
            let middle = (low + 1).max(high.saturating_sub(step)).min(high - 1);
            let there = decode(middle)?;
            if there.characters < target {
                low = middle;
                step = (high - low).div_ceil(2);
            } else {
                (high, found) = (middle, there);
                step = step.saturating_mul(4).min((high - low).div_ceil(2)).max(1);
            }
        }
        let position = |at: usize| start + u64::try_from(at).unwrap_or(u64::MAX);
        if found.characters == target {
            *before = Found {
                at: before.at + found.start,
                used: before.used + read.len(),
                flags: Some(found.flags),
            };
            let state = DecoderState { flags: found.flags, ..Default::default() };
            return Ok(Self::new(position(found.start), state));
        }
        // The characters come together with others, or only at the end of the file.
        let need_eof = found.characters < target;
        let ahead = if need_eof { found } else { decode(high - 1)? };
        let narrow = |number: usize| {
            u32::try_from(number)
                .map_err(|_| Error::unnumbered("can't reconstruct logical file position"))
        };
        let state = DecoderState {
            flags: ahead.flags,
            bytes_to_feed: narrow(high - ahead.start)?,
            chars_to_skip: narrow(target - ahead.characters)?,
            need_eof,
        };
        Ok(Self::new(position(ahead.start), state))
    }
}

/// The result of decoding some of the bytes.
struct Partial {
    characters: usize,
    /// The number of bytes that were decoded. The decoder holds back the rest.
    start: usize,
    flags: u32,
}
