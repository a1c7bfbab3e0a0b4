//! Line ends: the parameter `newline`, and CPython's `IncrementalNewlineDecoder`.

use alloc::{format, string::String, vec::Vec};

use memchr::{memchr_iter, memchr2};

use crate::bytes::{find, reserve};
use crate::coding::codec::Decoder;
use crate::coding::string::Text;
use crate::error::{Error, Result};

/// The strings that end a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Newline {
    /// `\n`, `\r` and `\r\n`, all read as `\n`: `newline=None`.
    Universal,
    /// The same three, read as they are: `newline=''`.
    Untranslated,
    Lf,
    Cr,
    CrLf,
}

impl Newline {
    pub(crate) fn parse(newline: Option<&str>) -> Result<Self> {
        Ok(match newline {
            None => Self::Universal,
            Some("") => Self::Untranslated,
            Some("\n") => Self::Lf,
            Some("\r") => Self::Cr,
            Some("\r\n") => Self::CrLf,
            Some(other) => {
                return Err(Error::value(format!("illegal newline value: {other}")));
            }
        })
    }

    /// Returns the string that is written for `\n`, if it is another one. On WASI a line ends with
    /// `\n`.
    pub(crate) fn written(self) -> Option<&'static str> {
        match self {
            Self::Cr => Some("\r"),
            Self::CrLf => Some("\r\n"),
            _ => None,
        }
    }

    /// Returns the end of the first line of `text`. With `after_cr` the text follows a `\r` of the
    /// same line.
    pub(crate) fn find_end(self, text: &[u8], after_cr: bool) -> Option<usize> {
        match self {
            Self::Universal | Self::Lf => find(b'\n', text).map(|at| at + 1),
            Self::Cr => find(b'\r', text).map(|at| at + 1),
            Self::CrLf if after_cr && text.first() == Some(&b'\n') => Some(1),
            Self::CrLf => memchr_iter(b'\r', text)
                .find(|at| text.get(at + 1) == Some(&b'\n'))
                .map(|at| at + 2),
            Self::Untranslated => memchr2(b'\n', b'\r', text).map(|at| {
                let pair = text[at..].starts_with(b"\r\n");
                at + 1 + usize::from(pair)
            }),
        }
    }
}

/// A decoder that keeps `\r\n` together and, where line ends are universal, makes `\n` of them.
#[derive(Clone)]
pub(crate) struct NewlineDecoder {
    decoder: Decoder,
    newline: Newline,
    /// A `\r` was decoded, and the next character is not known yet.
    pending_cr: bool,
    seen: Seen,
}

/// The line ends that were read.
#[derive(Clone, Copy, Default)]
struct Seen {
    cr: bool,
    lf: bool,
    crlf: bool,
}

impl NewlineDecoder {
    pub(crate) fn new(decoder: Decoder, newline: Newline) -> Self {
        Self { decoder, newline, pending_cr: false, seen: Seen::default() }
    }

    fn universal(&self) -> bool {
        matches!(self.newline, Newline::Universal | Newline::Untranslated)
    }

    /// Decodes `input` and returns the text, with the number of its characters where that is known.
    pub(crate) fn decode(&mut self, input: Vec<u8>, last: bool) -> Result<(Text, Option<usize>)> {
        let (mut text, look) = self.decoder.decode(input, last)?;
        let characters = look.map(|look| look.characters);
        if !self.universal() {
            return Ok((text, characters));
        }
        if !self.pending_cr && look.is_some_and(|look| !look.has_cr) {
            self.seen.lf = self.seen.lf || find(b'\n', text.as_bytes()).is_some();
            return Ok((text, characters));
        }
        if self.pending_cr && (last || !text.is_empty()) {
            let mut joined = Text::Utf8(String::from("\r"));
            joined.append(text)?;
            text = joined;
            self.pending_cr = false;
        }
        if !last && text.as_bytes().ends_with(b"\r") {
            text = text.slice(0, text.len() - 1)?;
            self.pending_cr = true;
        }
        self.look(text.as_bytes());
        Ok((if self.newline == Newline::Universal { translate(text)? } else { text }, None))
    }

    /// Notes the line ends in a text.
    fn look(&mut self, text: &[u8]) {
        let mut rest = text;
        while let Some(at) = find(b'\r', rest) {
            self.seen.lf |= find(b'\n', &rest[..at]).is_some();
            let pair = rest[at..].starts_with(b"\r\n");
            self.seen.crlf |= pair;
            self.seen.cr |= !pair;
            rest = &rest[at + 1 + usize::from(pair)..];
        }
        self.seen.lf = self.seen.lf || find(b'\n', rest).is_some();
    }

    /// Returns the line ends that were read, in Python's order.
    pub(crate) fn newlines(&self) -> Vec<&'static str> {
        let Seen { cr, lf, crlf } = self.seen;
        let mut newlines = Vec::new();
        for (seen, newline) in [(cr, "\r"), (lf, "\n"), (crlf, "\r\n")] {
            if seen {
                newlines.push(newline);
            }
        }
        newlines
    }

    /// Returns the bytes held back, and the flags that decide how the next ones are decoded.
    pub(crate) fn state(&self) -> (&[u8], u32) {
        let (held, flags) = self.decoder.state();
        (held, flags << 1 | u32::from(self.pending_cr))
    }

    /// Sets the state in which nothing is held back.
    pub(crate) fn set_state(&mut self, flags: u32) {
        self.decoder.set_state(flags >> 1);
        self.pending_cr = self.universal() && flags & 1 == 1;
    }

    pub(crate) fn reset(&mut self) {
        self.decoder.reset();
        self.pending_cr = false;
        self.seen = Seen::default();
    }
}

/// Replaces every line end by `\n`.
fn translate(text: Text) -> Result<Text> {
    let Some(first) = find(b'\r', text.as_bytes()) else {
        return Ok(text);
    };
    let mut translated = Vec::new();
    reserve(&mut translated, text.len())?;
    let (start, mut rest) = text.as_bytes().split_at(first);
    translated.extend_from_slice(start);
    while !rest.is_empty() {
        // The piece begins with a `\r`.
        translated.push(b'\n');
        rest = rest.strip_prefix(b"\r\n").unwrap_or(&rest[1..]);
        let (before, after) = rest.split_at(find(b'\r', rest).unwrap_or(rest.len()));
        translated.extend_from_slice(before);
        rest = after;
    }
    Ok(Text::from_wtf8(translated))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn the_first_line_feed_is_found_whatever_is_around_it() {
        for length in 0..40 {
            for around in [0x00, 0x09, 0x0b, 0x0d, 0x80, 0x8a, 0xff] {
                let mut text = vec![around; length];
                assert_eq!(find(b'\n', &text), None);
                for at in (0..length).rev() {
                    // The line ends behind it follow in later rounds.
                    text[at] = b'\n';
                    assert_eq!(find(b'\n', &text), Some(at), "{around} {length}");
                }
            }
        }
    }
}
