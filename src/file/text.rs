//! Text files: CPython's `TextIOWrapper` over a binary file, with the methods and answers that
//! Python's have.

mod attributes;
mod reading;
mod writing;

use alloc::string::String;
use core::fmt;

use spin::MutexGuard;

use crate::code_points;
use crate::coding::newlines::Newline;
use crate::coding::stream::{Conversion, TextStream};
use crate::error::{Error, Result};
use crate::file::closed::{CLOSED_STOP, Method};
use crate::file::lifecycle::End;
use crate::file::open::{BinaryFile, Open};
use crate::lock::Lock;
use crate::mode::UNBUFFERED;
use crate::options::Delete;
use crate::stream::{Class, Stream};
use crate::text_options::{ReconfigureOptions, TextOptions};

/// An open text file, as [`temporary_text_file`](crate::text::temporary_text_file) and similar
/// functions return it, or [`wrap`](Self::wrap).
///
/// Sizes count characters, which are Unicode code points. Beyond the errors of a [`BinaryFile`]
/// there are [`Error::Unicode`] for text or bytes that the encoding does not have,
/// [`Error::Lookup`] for an unknown error handler, at its first use, and [`Error::Type`] for a
/// handler that cannot decode.
///
/// The error handlers `surrogateescape` and `surrogatepass` read lone surrogates, which a `String`
/// cannot hold. [`read`](Self::read) and similar methods then return [`Error::Value`] and the place
/// stays; [`read_wtf8`](Self::read_wtf8) and similar methods return the text as WTF-8, with three
/// bytes for each surrogate.
///
/// Dropping it writes the text that waits, closes the file, and deletes it if that is its duty.
/// Errors are lost then: call [`close`](Self::close) or [`exit`](Self::exit) where they matter.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::FileOptions;
/// use wasi_tempfile::text::{Cookie, temporary_text_file};
///
/// let file = temporary_text_file(&FileOptions::new().newline("\r\n"))?;
/// file.write("one\ntwo\n")?;
/// file.seek(Cookie::default(), 0)?;
/// assert_eq!(file.readline(None)?, "one\r\n");
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub struct TextFile {
    file: BinaryFile,
    /// The file was there before, and is not this object's to end once it is detached.
    wraps: bool,
    mode: String,
    text: Lock<TextStream>,
}

impl fmt::Debug for TextFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("TextFile");
        shown.field("name", &self.name()).field("mode", &self.mode);
        shown.field("encoding", &self.encoding()).finish()
    }
}

/// The text and the binary file below it, locked for a method.
struct Parts<'a> {
    text: MutexGuard<'a, TextStream>,
    open: MutexGuard<'a, Open>,
}

impl Parts<'_> {
    /// Returns the text and the stream of an open file.
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

    /// Moves the file to the disk as [`Open::roll_over`] does, and the text with it.
    fn roll_over(&mut self) -> Result<()> {
        if self.open.class != Class::Spooled {
            return self.open.roll_over();
        }
        let (text, _) = self.get()?;
        text.check_telling()?;
        let conversion = text.conversion.clone();
        let line_buffering =
            self.open.spool.as_ref().is_some_and(|spool| spool.options().buffering == 1);
        self.open.roll_over()?;
        let mode = self.open.mode;
        // The bytes on the disk are those in memory, so text that was read ahead stays valid.
        let (text, stream) = self.get()?;
        let place = text.tell(stream)?;
        *text = TextStream::new(conversion, (mode.readable(), mode.writable()), 0);
        text.line_buffering = line_buffering;
        text.seek(place, stream).map(|_| ())
    }

    /// Moves a spooled file to the disk if its position is beyond the limit of memory: CPython's
    /// check after every write.
    fn check_position(&mut self) -> Result<()> {
        if let Some(limit) = self.open.limit()
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
    /// Makes a text file over an open, buffered binary file, which both share: Python's
    /// `TextIOWrapper(file)`. Dropping the text file closes both. [`BinaryFile::reopen`] makes a
    /// buffered file of an unbuffered one.
    ///
    /// # Errors
    ///
    /// [`Error::Lookup`] for an unknown encoding; [`Error::Value`] for a wrong `newline`, and for a
    /// binary file that is closed or has no buffer.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use wasi_tempfile::text::{TextFile, TextOptions};
    ///
    /// let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// let text = TextFile::wrap(&file, &TextOptions::new().encoding("utf-16"))?;
    /// text.write("naïve")?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
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

    /// Sets when the file is deleted, if at all.
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

    /// Writes the text that waits and ends the file, or only closes its stream where `end` is
    /// `None`. A detached file has only a duty to delete left.
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

    /// Writes the text that waits, closes the file, and deletes it if that is its duty at `close`.
    /// A second call does nothing.
    ///
    /// # Errors
    ///
    /// As [`BinaryFile::close`]; [`Error::Unicode`] for text that cannot be encoded. The file is
    /// closed and deleted nevertheless.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// file.close()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn close(&self) -> Result<()> {
        self.finish(Some(End::Close))
    }

    /// Closes the stream alone, as [`BinaryFile::close_file`] does.
    ///
    /// # Errors
    ///
    /// As [`close`](Self::close).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::named_temporary_text_file(&Default::default())?;
    /// file.close_file()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn close_file(&self) -> Result<()> {
        self.finish(None)
    }

    /// Leaves the context: closes the file, and deletes it unless it is to stay.
    ///
    /// # Errors
    ///
    /// As [`close`](Self::close).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::named_temporary_text_file(&Default::default())?;
    /// file.exit()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn exit(&self) -> Result<()> {
        self.finish(Some(End::Exit))
    }

    /// Checks that the file is open, as Python's `with` does when it enters a context.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed or detached file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// file.enter()?;
    /// file.write("within the context")?;
    /// file.exit()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn enter(&self) -> Result<()> {
        match self.below(BinaryFile::closed)? {
            true if self.file.lock().spool.is_some() => self.file.enter(),
            true => Err(Error::value(CLOSED_STOP)),
            false => Ok(()),
        }
    }

    /// Changes the parameters that `options` set, and flushes.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] for an encoding, error handler or line end while text is read ahead;
    /// as [`wrap`](Self::wrap).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// use wasi_tempfile::text::ReconfigureOptions;
    ///
    /// file.reconfigure(&ReconfigureOptions::new().line_buffering(true))?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
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

    /// Flushes, and returns the binary file below. Every later call on this object is an error, but
    /// a duty to delete the file stays with it, unless it wraps a file.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// let bytes = file.detach()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn detach(&self) -> Result<BinaryFile> {
        let mut parts = self.parts();
        let (text, stream) = parts.get()?;
        text.flush(stream)?;
        parts.text.detached = true;
        parts.open.left += 1;
        Ok(self.file.share())
    }

    /// Returns the binary file below, shared, for [`keep`](BinaryFile::keep),
    /// [`persist`](BinaryFile::persist) and [`reopen`](BinaryFile::reopen). [`flush`](Self::flush)
    /// first: text that waits here is not there yet.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a detached file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::named_temporary_text_file(&Default::default())?;
    /// file.write("draft")?;
    /// file.flush()?;
    /// file.buffer()?.persist("/data/draft.txt")?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn buffer(&self) -> Result<BinaryFile> {
        self.below(|file| Ok(file.share()))
    }

    /// Moves a spooled file from memory to the disk, whatever its size. Does nothing where the file
    /// is there already.
    ///
    /// # Errors
    ///
    /// As [`BinaryFile::rollover`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::spooled_temporary_text_file(&Default::default())?;
    /// file.rollover()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn rollover(&self) -> Result<()> {
        self.parts().roll_over()
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
