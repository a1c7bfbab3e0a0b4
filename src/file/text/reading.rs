//! Reading text: everything, by characters and by lines, as strings and as WTF-8.

use alloc::{string::String, vec::Vec};

use super::{TextFile, characters};
use crate::bytes::{check_room, reserve};
use crate::coding::stream::{Mark, TextStream};
use crate::coding::string::Text;
use crate::error::{Error, Result};
use crate::file::reading::at_most;
use crate::stream::Stream;

/// A piece of text that one call reads.
#[derive(Clone, Copy)]
enum Piece {
    Characters(Option<u64>),
    Line(Option<u64>),
    Next,
}

impl Piece {
    /// Reads the piece and returns it with the way back. After [`Error::Os`] the place stays.
    #[inline(never)]
    fn read(self, text: &mut TextStream, stream: &mut Stream) -> Result<(Text, Mark)> {
        if matches!(self, Self::Characters(_)) {
            text.check_readable()?;
        }
        text.pass_all_on(stream)?;
        let before = text.mark(stream);
        let read = match self {
            Self::Characters(size) => text.read(size, stream),
            Self::Line(size) => text.readline(size, stream),
            Self::Next => text.next(stream),
        };
        if let Err(error @ Error::Os(_)) = read {
            text.go_back(before, stream);
            return Err(error);
        }
        Ok((read?, before))
    }
}

impl TextFile {
    fn text(&self, what: Piece) -> Result<Text> {
        let mut parts = self.parts();
        let (text, stream) = parts.get()?;
        what.read(text, stream).map(|(text, _)| text)
    }

    /// Reads a string. Goes back if the text has lone surrogates.
    fn string(&self, what: Piece) -> Result<String> {
        let mut parts = self.parts();
        let (text, stream) = parts.get()?;
        let iterates = matches!(what, Piece::Next);
        if (iterates || matches!(what, Piece::Line(None)))
            && let Some(line) = text.line_ahead(iterates)?
        {
            return Ok(line);
        }
        match what.read(text, stream)? {
            (Text::Utf8(string), _) => Ok(string),
            (Text::Wtf8(_), before) => {
                text.go_back(before, stream);
                Err(surrogates())
            }
        }
    }

    /// Reads `size` characters, or fewer at the end; everything to the end where `size` is `None`
    /// or negative.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed or detached file, and for lone surrogates;
    /// [`Error::Unsupported`] where the mode does not read; [`Error::Unicode`] for bytes that the
    /// encoding does not have; [`Error::Lookup`] and [`Error::Type`] for an error handler; the
    /// filesystem's refusal.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// let first = file.read(Some(1))?;
    /// let rest = file.read(None)?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn read(&self, size: Option<i64>) -> Result<String> {
        self.string(Piece::Characters(at_most(size)))
    }

    /// Reads as [`read`](Self::read) does and returns WTF-8.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), but lone surrogates are read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// let text = file.read_wtf8(None)?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn read_wtf8(&self, size: Option<i64>) -> Result<Vec<u8>> {
        self.text(Piece::Characters(at_most(size))).map(Text::into_bytes)
    }

    /// Reads a line with its end, at most `size` characters of it. The result is empty at the end.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// let line = file.readline(None)?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readline(&self, size: Option<i64>) -> Result<String> {
        self.string(Piece::Line(at_most(size)))
    }

    /// Reads as [`readline`](Self::readline) does and returns WTF-8.
    ///
    /// # Errors
    ///
    /// As [`read_wtf8`](Self::read_wtf8).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// let line = file.readline_wtf8(None)?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readline_wtf8(&self, size: Option<i64>) -> Result<Vec<u8>> {
        self.text(Piece::Line(at_most(size))).map(Text::into_bytes)
    }

    /// Returns the next line, `None` at the end: Python's `next(file)`. After the first line
    /// [`tell`](Self::tell) is refused, as in Python, until the end or a `flush` or `seek`.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// while let Some(line) = file.next()? {
    ///     println!("{}", line.trim_end());
    /// }
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn next(&self) -> Result<Option<String>> {
        let line = self.string(Piece::Next)?;
        Ok(Some(line).filter(|line| !line.is_empty()))
    }

    /// Reads as [`next`](Self::next) does and returns WTF-8.
    ///
    /// # Errors
    ///
    /// As [`read_wtf8`](Self::read_wtf8).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// let line = file.next_wtf8()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn next_wtf8(&self) -> Result<Option<Vec<u8>>> {
        let line = self.text(Piece::Next)?;
        Ok(Some(line.into_bytes()).filter(|line| !line.is_empty()))
    }

    /// Reads lines to the end, or stops after the line with which they total more than `hint`
    /// characters, if `hint` is above 0.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read). The place stays, except after [`Error::Unicode`], [`Error::Lookup`]
    /// and [`Error::Type`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// for line in file.readlines(None)? {
    ///     println!("{}", line.trim_end());
    /// }
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readlines(&self, hint: Option<i64>) -> Result<Vec<String>> {
        self.lines(hint, |line| match line {
            Text::Utf8(line) => Ok(line),
            Text::Wtf8(_) => Err(surrogates()),
        })
    }

    /// Reads as [`readlines`](Self::readlines) does and returns WTF-8.
    ///
    /// # Errors
    ///
    /// As [`readlines`](Self::readlines), but lone surrogates are read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// let lines = file.readlines_wtf8(None)?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readlines_wtf8(&self, hint: Option<i64>) -> Result<Vec<Vec<u8>>> {
        self.lines(hint, |line| Ok(line.into_bytes()))
    }

    fn lines<T>(&self, hint: Option<i64>, convert: fn(Text) -> Result<T>) -> Result<Vec<T>> {
        let hint = at_most(hint).filter(|hint| *hint > 0);
        let mut parts = self.parts();
        let (text, stream) = parts.get()?;
        text.pass_all_on(stream)?;
        let before = text.mark(stream);
        let lines = read_lines(text, stream, hint, convert);
        if matches!(lines, Err(Error::Os(_) | Error::Value(_))) {
            text.go_back(before, stream);
        }
        lines
    }
}

fn read_lines<T>(
    text: &mut TextStream,
    stream: &mut Stream,
    hint: Option<u64>,
    convert: fn(Text) -> Result<T>,
) -> Result<Vec<T>> {
    let (mut lines, mut total) = (Vec::new(), 0);
    while hint.is_none_or(|hint| total <= hint) {
        let line = match text.line_ahead(true)? {
            Some(line) => Text::Utf8(line),
            None => Piece::Next.read(text, stream)?.0,
        };
        if line.is_empty() {
            break;
        }
        if hint.is_some() {
            total += characters(line.as_bytes());
        }
        reserve(&mut lines, 1)?;
        lines.push(convert(line)?);
    }
    // Passing them on to another component takes an array of their places.
    check_room(lines.len() * size_of::<&[u8]>()).map_err(Error::os)?;
    Ok(lines)
}

fn surrogates() -> Error {
    Error::value("the text has lone surrogates, which a string cannot hold: read it as WTF-8")
}
