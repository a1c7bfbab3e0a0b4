//! Text files: CPython's `TextIOWrapper` over a binary file, with the methods and answers that
//! Python's have.

mod reading;

use alloc::{format, string::String, vec::Vec};
use core::fmt;

use spin::MutexGuard;

use crate::code_points;
use crate::error::{Error, Result};
use crate::file::closed::{CLOSED_STOP, Method};
use crate::file::lifecycle::End;
use crate::file::open::{BinaryFile, Open};
use crate::lock::Lock;
use crate::options::{Delete, UNBUFFERED};
use crate::stream::{Class, Stream};
use crate::text::cookie::Cookie;
use crate::text::newlines::Newline;
use crate::text::stream::{Conversion, TextStream};

/// An open text file, as [`temporary_text_file`](crate::temporary_text_file) and its kin return it,
/// or [`wrap`](Self::wrap).
///
/// Sizes are characters: Unicode code points. A `String` cannot hold a lone surrogate, which the
/// error handlers `surrogateescape` and `surrogatepass` read: then [`read`](Self::read) and its kin
/// are a value error, the position stays, and their twins give the text as WTF-8, each surrogate by
/// itself in three bytes. Beyond the errors of a [`BinaryFile`] there are [`Error::Unicode`] for
/// what the encoding does not have, [`Error::Lookup`] for an error handler that is not known, at
/// its first use, and [`Error::Type`] for one that cannot decode.
///
/// Dropping it writes what waits, closes it, and deletes it if that is its duty; errors are lost
/// then.
pub struct TextFile {
    file: BinaryFile,
    /// The file was there before, and is not this object's to end once it is detached.
    wraps: bool,
    mode: String,
    text: Lock<TextStream>,
}

/// What makes text of bytes: the parameters of `TextIOWrapper`, with its defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions<'a> {
    /// Python's name of the encoding, or an alias; `UTF-8` where `None`.
    pub encoding: Option<&'a str>,
    /// What becomes of text that cannot be converted; `strict` where `None`.
    pub errors: Option<&'a str>,
    /// Where `None`, every line end is read as `\n`; where empty, every line end counts and is read
    /// as it is; with `\n`, `\r` or `\r\n` only that one ends a line, and is written for `\n`.
    pub newline: Option<&'a str>,
    /// Writing a line end flushes.
    pub line_buffering: bool,
    /// Text does not wait to be passed to the binary file.
    pub write_through: bool,
}

/// What [`reconfigure`](TextFile::reconfigure) changes: where `None`, nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReconfigureOptions<'a> {
    /// As in [`TextOptions`]; without `errors` those become `strict`.
    pub encoding: Option<&'a str>,
    /// As in [`TextOptions`].
    pub errors: Option<&'a str>,
    /// As in [`TextOptions`], where `Some`.
    pub newline: Option<Option<&'a str>>,
    /// As in [`TextOptions`].
    pub line_buffering: Option<bool>,
    /// As in [`TextOptions`].
    pub write_through: Option<bool>,
}

impl fmt::Debug for TextFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("TextFile");
        shown.field("name", &self.name()).field("mode", &self.mode);
        shown.field("encoding", &self.encoding()).finish()
    }
}

/// What a method works on: the text, and the binary file below.
struct Parts<'a> {
    text: MutexGuard<'a, TextStream>,
    open: MutexGuard<'a, Open>,
}

impl Parts<'_> {
    /// The text and the stream of an open file.
    fn get(&mut self) -> Result<(&mut TextStream, &mut Stream)> {
        if self.text.detached {
            return Err(detached());
        }
        if self.open.closed()? {
            return Err(Error::value(CLOSED_STOP));
        }
        let stream = self.open.open_stream().expect("BUG: a file that is not closed has a stream");
        Ok((&mut self.text, stream))
    }

    /// Moves a spooled file to the disk, if it is in memory.
    fn roll_over(&mut self) -> Result<()> {
        let (text, stream) = self.get()?;
        if !matches!(stream, Stream::Memory(_)) {
            return Ok(());
        }
        text.check_telling()?;
        let conversion = text.conversion.clone();
        let line_buffering =
            self.open.spool.as_ref().is_some_and(|spool| spool.options().buffering == 1);
        self.open.roll_over()?;
        let mode = self.open.mode;
        // The bytes on the disk are those in memory, so what was read ahead is so still.
        let (text, stream) = self.get()?;
        let place = text.tell(stream)?;
        *text = TextStream::new(conversion, (mode.readable(), mode.writable()), 0);
        text.line_buffering = line_buffering;
        text.seek(place, stream).map(|_| ())
    }

    /// What `SpooledTemporaryFile` checks after every write.
    fn check_position(&mut self) -> Result<()> {
        if self.open.class == Class::Spooled
            && let Some(limit) = self.open.spool.as_ref().map(|spool| spool.limit)
            && !limit.allows_position(u64::MAX)
        {
            let (text, stream) = self.get()?;
            let place = text.tell(stream)?;
            // CPython compares the number that `tell` returns: a state of the decoder makes it
            // huge.
            let position = u64::try_from(place.position).unwrap_or(0);
            if place.decoder.is_some() || !limit.allows_position(position) {
                self.roll_over()?;
            }
        }
        Ok(())
    }
}

impl TextFile {
    /// Text over an open, buffered binary file, which is shared and not taken: Python's
    /// `TextIOWrapper(file)`. Dropping the text file closes both. [`BinaryFile::reopen`] makes a
    /// buffered file of an unbuffered one.
    ///
    /// # Errors
    ///
    /// [`Error::Lookup`] for an encoding that is not known; a value error for a wrong `newline`,
    /// and for a binary file that is closed or has no buffer.
    pub fn wrap(file: &BinaryFile, options: &TextOptions<'_>) -> Result<Self> {
        let mode = file.mode()?;
        let unbuffered = {
            let open = file.lock();
            let spool = open.spool.as_ref();
            open.class == Class::Raw || spool.is_some_and(|spool| spool.options().buffering == 0)
        };
        if unbuffered {
            return Err(Error::value(UNBUFFERED));
        }
        let mut text = Self::over(file.share(), mode, options)?;
        text.wraps = true;
        Ok(text)
    }

    pub(crate) fn over(file: BinaryFile, mode: String, options: &TextOptions<'_>) -> Result<Self> {
        refuse_nul([options.encoding, options.errors, options.newline])?;
        let newline = Newline::parse(options.newline)?;
        let conversion = Conversion::new(options.encoding, options.errors, newline)?;
        let text = {
            let mut open = file.lock();
            let directions = (open.mode.readable(), open.mode.writable());
            let position = open.stream(Method::Ask)?.tell();
            let mut text = TextStream::new(conversion, directions, position);
            text.line_buffering = options.line_buffering;
            text.write_through = options.write_through;
            text
        };
        Ok(Self { file, wraps: false, mode, text: Lock::new(text) })
    }

    /// Decides anew whether and when the file is deleted.
    pub(crate) fn set_delete(&self, delete: Delete) {
        self.file.lock().lifecycle.set_delete(delete);
    }

    #[inline(never)]
    fn parts(&self) -> Parts<'_> {
        Parts { text: self.text.lock(), open: self.file.lock() }
    }

    /// Calls `ask` on the binary file, unless it is detached.
    #[inline(never)]
    fn below<T>(&self, ask: fn(&BinaryFile) -> Result<T>) -> Result<T> {
        if self.text.lock().detached {
            return Err(detached());
        }
        ask(&self.file)
    }

    /// Writes `text` and tells how many characters. Nothing of it is written where it cannot be
    /// encoded. After a read it goes, as in Python, where the binary file is: behind what was read
    /// ahead. [`seek`](Self::seek) first.
    pub fn write(&self, text: &str) -> Result<u64> {
        self.put(text.as_bytes())?;
        Ok(characters(text.as_bytes()))
    }

    /// [`write`](Self::write) of WTF-8.
    ///
    /// # Errors
    ///
    /// A value error for bytes that are none.
    pub fn write_wtf8(&self, text: &[u8]) -> Result<u64> {
        self.put(checked_wtf8(text)?)?;
        Ok(characters(text))
    }

    fn put(&self, text: &[u8]) -> Result<()> {
        let mut parts = self.parts();
        let (stream_of_text, stream) = parts.get()?;
        stream_of_text.write(text, stream)?;
        parts.check_position()
    }

    /// Writes every item, with nothing between them.
    pub fn writelines<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) -> Result<()> {
        self.put_all(lines, |line| Ok(line.as_ref().as_bytes()))
    }

    /// [`writelines`](Self::writelines) of WTF-8.
    ///
    /// # Errors
    ///
    /// A value error at the first item that is none; those before it are written.
    pub fn writelines_wtf8<B: AsRef<[u8]>>(
        &self,
        lines: impl IntoIterator<Item = B>,
    ) -> Result<()> {
        self.put_all(lines, |line| checked_wtf8(line.as_ref()))
    }

    fn put_all<T>(
        &self,
        lines: impl IntoIterator<Item = T>,
        bytes: impl Fn(&T) -> Result<&[u8]>,
    ) -> Result<()> {
        self.parts().get()?;
        // The caller's iterator may use this very file, so it is not locked meanwhile.
        for line in lines {
            let line = bytes(&line)?;
            let mut parts = self.parts();
            let (text, stream) = parts.get()?;
            text.write(line, stream)?;
        }
        self.parts().check_position()
    }

    /// Moves to a place that [`tell`](Self::tell) gave, or to any byte position (`whence` 0); with
    /// the empty cookie to where it is (1) or to the end (2). Returns the new place.
    pub fn seek(&self, place: Cookie, whence: i32) -> Result<Cookie> {
        let mut parts = self.parts();
        let (text, stream) = parts.get()?;
        let somewhere = place != Cookie::default();
        match whence {
            0 if place.position < 0 => {
                Err(Error::value(format!("negative seek position {}", place.position)))
            }
            0 => text.seek(place, stream),
            1 if somewhere => Err(Error::unsupported("can't do nonzero cur-relative seeks")),
            1 => {
                let place = text.tell(stream)?;
                text.seek(place, stream)
            }
            2 if somewhere => Err(Error::unsupported("can't do nonzero end-relative seeks")),
            2 => text.seek_to_end(stream),
            _ => Err(Error::value(format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
        }
    }

    /// The place, to be given back to [`seek`](Self::seek).
    pub fn tell(&self) -> Result<Cookie> {
        let mut parts = self.parts();
        let (text, stream) = parts.get()?;
        text.tell(stream)
    }

    /// Makes the file `size` bytes long; where `None`, up to where the binary file is, behind what
    /// was read ahead. Returns the size.
    pub fn truncate(&self, size: Option<i64>) -> Result<u64> {
        let mut parts = self.parts();
        parts.get()?;
        let limit = parts.open.spool.as_ref().map(|spool| spool.limit);
        if limit.zip(size).is_some_and(|(limit, size)| !limit.allows_size(size)) {
            parts.roll_over()?;
        }
        let (text, stream) = parts.get()?;
        text.flush(stream)?;
        parts.open.stream(Method::Truncate)?.truncate(size)
    }

    /// Writes what waits, here and in the binary file.
    pub fn flush(&self) -> Result<()> {
        let mut parts = self.parts();
        let (text, stream) = parts.get()?;
        text.flush(stream)
    }

    /// Ends the file, or only closes its stream where `end` is `None`, after what waits was
    /// written. Of a detached file only a duty to delete is left.
    fn finish(&self, end: Option<End>) -> Result<()> {
        let mut parts = self.parts();
        let Parts { text, open } = &mut parts;
        let end = match (self.wraps, text.detached) {
            (true, true) => return Err(detached()),
            // Whatever ends it, it closes the file below.
            (true, false) => Some(End::Close),
            (false, _) => end,
        };
        let mut close = |open: &mut Open| {
            if text.detached {
                return Err(detached());
            }
            let flushed = open.open_stream().map_or(Ok(()), |stream| text.flush(stream));
            // Of two errors Python shows the later.
            open.close_stream().and(flushed)
        };
        match end {
            Some(end) => open.end_by(end, &mut close),
            None => close(open),
        }
    }

    /// As [`BinaryFile::close`].
    pub fn close(&self) -> Result<()> {
        self.finish(Some(End::Close))
    }

    /// As [`BinaryFile::close_file`].
    pub fn close_file(&self) -> Result<()> {
        self.finish(None)
    }

    /// As [`BinaryFile::exit`].
    pub fn exit(&self) -> Result<()> {
        self.finish(Some(End::Exit))
    }

    /// As [`BinaryFile::enter`].
    pub fn enter(&self) -> Result<()> {
        match self.below(BinaryFile::closed)? {
            true if self.file.lock().spool.is_some() => self.file.enter(),
            true => Err(Error::value(CLOSED_STOP)),
            false => Ok(()),
        }
    }

    /// Whether the file is closed.
    pub fn closed(&self) -> Result<bool> {
        self.below(BinaryFile::closed)
    }

    /// As [`BinaryFile::name`].
    pub fn name(&self) -> Option<String> {
        self.file.name()
    }

    /// The mode as it was given.
    pub fn mode(&self) -> &str {
        &self.mode
    }

    /// The encoding as it was given, `UTF-8` by default.
    pub fn encoding(&self) -> String {
        self.text.lock().conversion.encoding_name.clone()
    }

    /// The error handler as it was given, `strict` by default.
    pub fn errors(&self) -> String {
        self.text.lock().conversion.errors_name.clone()
    }

    /// Which line ends were read so far, where they are translated or all count: those of `\r`,
    /// `\n`, `\r\n` that occurred, in this order.
    pub fn newlines(&self) -> Result<Vec<&'static str>> {
        let text = self.text.lock();
        if text.detached { Err(detached()) } else { Ok(text.newlines()) }
    }

    /// Whether writing a line end flushes.
    pub fn line_buffering(&self) -> bool {
        self.text.lock().line_buffering
    }

    /// Whether text does not wait.
    pub fn write_through(&self) -> bool {
        self.text.lock().write_through
    }

    /// Whether the mode allows reading.
    pub fn readable(&self) -> Result<bool> {
        self.below(BinaryFile::readable)
    }

    /// Whether the mode allows writing.
    pub fn writable(&self) -> Result<bool> {
        self.below(BinaryFile::writable)
    }

    /// Always, while the file is open.
    pub fn seekable(&self) -> Result<bool> {
        self.below(BinaryFile::seekable)
    }

    /// Never: no temporary file is a terminal.
    pub fn isatty(&self) -> Result<bool> {
        self.below(BinaryFile::isatty)
    }

    /// Changes what is given, and flushes.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] for an encoding, error handler or line end while something is read
    /// ahead; as [`wrap`](Self::wrap).
    pub fn reconfigure(&self, options: &ReconfigureOptions<'_>) -> Result<()> {
        let mut parts = self.parts();
        let ReconfigureOptions { encoding, errors, newline, line_buffering, write_through } =
            *options;
        refuse_nul([encoding, errors, newline.flatten()])?;
        let converts = encoding.is_some() || errors.is_some() || newline.is_some();
        if converts && parts.text.has_decoded() {
            return Err(Error::unsupported(
                "It is not possible to set the encoding or newline of stream after the first read",
            ));
        }
        let newline = newline.map(Newline::parse).transpose()?;
        let (text, stream) = parts.get()?;
        text.flush(stream)?;
        if let Some(newline) = newline {
            text.conversion.newline = newline;
        }
        if converts {
            let before = &text.conversion;
            let errors = match (encoding, errors) {
                (_, Some(errors)) => errors,
                (Some(_), None) => "strict",
                (None, None) => &before.errors_name,
            };
            let encoding = encoding.unwrap_or(&before.encoding_name);
            let conversion = Conversion::new(Some(encoding), Some(errors), before.newline)?;
            text.convert(conversion, stream.tell());
        }
        text.line_buffering = line_buffering.unwrap_or(text.line_buffering);
        text.write_through = write_through.unwrap_or(text.write_through);
        Ok(())
    }

    /// Flushes, and hands the binary file over; this object is useless afterwards, but a duty to
    /// delete stays with it, unless it wraps a file.
    pub fn detach(&self) -> Result<BinaryFile> {
        let mut parts = self.parts();
        let (text, stream) = parts.get()?;
        text.flush(stream)?;
        parts.text.detached = true;
        parts.open.left += 1;
        Ok(self.file.share())
    }

    /// The binary file below, shared: for [`keep`](BinaryFile::keep),
    /// [`persist`](BinaryFile::persist) and [`reopen`](BinaryFile::reopen). What waits here is not
    /// there yet: [`flush`](Self::flush) first.
    pub fn buffer(&self) -> Result<BinaryFile> {
        self.below(|file| Ok(file.share()))
    }

    /// As [`BinaryFile::rollover`].
    pub fn rollover(&self) -> Result<()> {
        let mut parts = self.parts();
        if parts.open.spool.is_none() {
            return Err(Error::unsupported("rollover"));
        }
        if parts.open.class == Class::Spooled { parts.roll_over() } else { Ok(()) }
    }
}

impl Drop for TextFile {
    fn drop(&mut self) {
        // Nobody is left to hear of an error, as in a Python finalizer.
        let _ = self.finish(Some(End::Drop));
        let Parts { text, mut open } = self.parts();
        open.left -= usize::from(text.detached);
    }
}

fn checked_wtf8(text: &[u8]) -> Result<&[u8]> {
    if code_points::is_well_formed(text) { Ok(text) } else { Err(Error::value("not WTF-8")) }
}

fn refuse_nul(given: [Option<&str>; 3]) -> Result<()> {
    match given.into_iter().flatten().any(|given| given.contains('\0')) {
        true => Err(Error::value("embedded null character")),
        false => Ok(()),
    }
}

fn detached() -> Error {
    Error::value("underlying buffer has been detached")
}

fn characters(text: &[u8]) -> u64 {
    u64::try_from(code_points::count(text)).unwrap_or(u64::MAX)
}
