//! Writing text, and places in it.

use alloc::format;

use super::{TextFile, characters};
use crate::code_points;
use crate::coding::cookie::Cookie;
use crate::error::{Error, Result};
use crate::file::closed::Method;

impl TextFile {
    /// Writes `text` and returns the number of characters. After a read the text goes, as in
    /// Python, to the place of the binary file, which lies behind what was read ahead:
    /// [`seek`](Self::seek) first.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed or detached file; [`Error::Unsupported`] where the mode does
    /// not write; [`Error::Unicode`] for text that the encoding does not have, none of which is
    /// written; [`Error::Lookup`] for an unknown error handler; the filesystem's refusal.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// assert_eq!(file.write("naïve")?, 5);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn write(&self, text: &str) -> Result<u64> {
        self.put(text.as_bytes())?;
        Ok(characters(text.as_bytes()))
    }

    /// Writes text that is encoded as WTF-8 and returns the number of characters: see
    /// [`write`](Self::write).
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write); [`Error::Value`] for bytes that are not WTF-8.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// file.write_wtf8(b"caf\xc3\xa9")?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
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
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write); the items before the one that failed are written.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// file.writelines(["one\n", "two\n"])?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn writelines<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) -> Result<()> {
        self.put_all(lines, |line| Ok(line.as_ref().as_bytes()))
    }

    /// Writes every item, which is text encoded as WTF-8, with nothing between them.
    ///
    /// # Errors
    ///
    /// As [`writelines`](Self::writelines); [`Error::Value`] at the first item that is not WTF-8.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// file.writelines_wtf8([b"one\n", b"two\n"])?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
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

    /// Moves to a place and returns it. With `whence` 0 the place is one that [`tell`](Self::tell)
    /// gave, or a byte at which a character begins; with the empty [`Cookie`] and `whence` 1 it is
    /// the present place, with 2 the end.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed or detached file, and for a negative place or another `whence`;
    /// [`Error::Unsupported`] for a place that is not empty with `whence` 1 or 2; the filesystem's
    /// refusal.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// use wasi_tempfile::text::Cookie;
    ///
    /// file.write("naïve")?;
    /// file.seek(Cookie::default(), 0)?; // the start
    /// assert_eq!(file.read(None)?, "naïve");
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
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

    /// Returns the place, for [`seek`](Self::seek).
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed or detached file; [`Error::Os`] between the first
    /// [`next`](Self::next) and the end, `flush` or `seek`; the filesystem's refusal.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// let place = file.tell()?;
    /// file.seek(place, 0)?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn tell(&self) -> Result<Cookie> {
        let mut parts = self.parts();
        let (text, stream) = parts.get()?;
        text.tell(stream)
    }

    /// Cuts the file to `size` bytes, or extends it with zeros; where `size` is `None`, to the
    /// place of the binary file, which lies behind what was read ahead. Returns the size.
    ///
    /// # Errors
    ///
    /// As [`BinaryFile::truncate`](crate::BinaryFile::truncate).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// file.truncate(Some(0))?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn truncate(&self, size: Option<i64>) -> Result<u64> {
        let mut parts = self.parts();
        parts.get()?;
        if parts.open.outgrows_memory(size) {
            parts.roll_over()?;
        }
        let (text, stream) = parts.get()?;
        text.flush(stream)?;
        parts.open.stream(Method::Truncate)?.truncate(size)
    }

    /// Writes the text that waits, here and in the binary file, so that others see it.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write), after which the text still waits.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::named_temporary_text_file(&Default::default())?;
    /// file.write("draft")?;
    /// file.flush()?; // others see the draft now
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn flush(&self) -> Result<()> {
        let mut parts = self.parts();
        let (text, stream) = parts.get()?;
        text.flush(stream)
    }
}

fn checked_wtf8(text: &[u8]) -> Result<&[u8]> {
    if code_points::is_well_formed(text) { Ok(text) } else { Err(Error::value("not WTF-8")) }
}
