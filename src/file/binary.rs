//! Binary files: writing, positions and attributes, as Python's file objects have them.

use alloc::string::String;
use core::fmt;

use crate::error::{Error, Result};
use crate::file::closed::{self, Method};
use crate::file::open::{BinaryFile, Held, Made, Open};
use crate::mode::Mode;
use crate::stream::{self, Class, Stream};

impl fmt::Debug for BinaryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.lock();
        let mut shown = f.debug_struct("BinaryFile");
        shown.field("name", &open.lifecycle.name()).field("mode", &open.mode_name());
        shown.field("closed", &!matches!(open.held, Held::Open(_))).finish()
    }
}

impl BinaryFile {
    /// Writes `bytes` and returns the number of bytes taken: all of them, unless the file is
    /// unbuffered.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file; [`Error::Unsupported`] where the mode does not write; the
    /// filesystem's refusal.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// assert_eq!(file.write(b"Hello world!")?, 12);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn write(&self, bytes: &[u8]) -> Result<usize> {
        let mut open = self.0.lock();
        // A write to memory takes nanoseconds, and is allowed in every mode.
        let written = match &mut open.held {
            Held::Open(Stream::Memory(memory)) => {
                if memory.append(bytes) {
                    return Ok(bytes.len());
                }
                memory.write(bytes).map(|()| bytes.len())?
            }
            _ => return open.stream(Method::Write)?.write(bytes),
        };
        open.check_position()?;
        Ok(written)
    }

    /// Writes every item, with nothing between them. An unbuffered file, too, takes all of each.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write); the items before the one that failed are written.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// file.writelines(["one\n", "two\n"])?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn writelines<B: AsRef<[u8]>>(&self, lines: impl IntoIterator<Item = B>) -> Result<()> {
        self.lock().stream(Method::Writelines)?;
        // The caller's iterator may use this very file, so it is not locked meanwhile.
        for line in lines {
            let mut open = self.lock();
            let stream = open.stream(Method::Write)?;
            let mut rest = line.as_ref();
            while !rest.is_empty() {
                rest = &rest[stream.write(rest)?..];
            }
        }
        self.lock().check_position()
    }

    /// Moves the position to `offset` from the start (`whence` 0), from the position (1) or from
    /// the end (2), and returns it. It may lie beyond the end: a write there fills the gap with
    /// zeros.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file, and for another `whence` on a buffered one;
    /// [`ErrorCode::Invalid`](crate::ErrorCode::Invalid), or for a spooled file in memory
    /// [`Error::Value`], for a position below 0 or beyond 2⁶³ - 1; the filesystem's refusal to take
    /// the bytes in the buffer.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// file.write(b"Hello world!")?;
    /// file.seek(6, 0)?;
    /// assert_eq!(file.read(None)?, b"world!");
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn seek(&self, offset: i64, whence: i32) -> Result<u64> {
        let mut open = self.lock();
        if !matches!(open.held, Held::Detached) {
            stream::check_whence(open.class, whence)?;
        }
        open.stream(Method::Seek)?.seek(offset, whence)
    }

    /// Returns the position, in bytes from the start.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// file.write(b"12345")?;
    /// assert_eq!(file.tell()?, 5);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn tell(&self) -> Result<u64> {
        Ok(self.lock().stream(Method::Ask)?.tell())
    }

    /// Cuts the file to `size` bytes, or extends it with zeros; to the position where `size` is
    /// `None`. Returns the size. The position stays. A spooled file in memory is only cut.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write); [`ErrorCode::Invalid`](crate::ErrorCode::Invalid), or for a
    /// spooled file in memory [`Error::Value`], where `size` is negative.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// file.write(b"Hello world!")?;
    /// assert_eq!(file.truncate(Some(5))?, 5);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn truncate(&self, size: Option<i64>) -> Result<u64> {
        let mut open = self.lock();
        open.stream(Method::Truncate)?;
        if open.outgrows_memory(size) {
            open.roll_over()?;
        }
        open.stream(Method::Truncate)?.truncate(size)
    }

    /// Writes the bytes that wait in the buffer, so that others see them.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file; the filesystem's refusal, after which the bytes still
    /// wait.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::named_temporary_file(&Default::default())?;
    /// file.write(b"draft")?;
    /// file.flush()?; // others see the draft now
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn flush(&self) -> Result<()> {
        self.lock().stream(Method::Flush)?.flush()
    }

    /// Tells whether the file is closed.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] after [`detach`](Self::detach) or [`take`](Self::take).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// file.close()?;
    /// assert!(file.closed()?);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn closed(&self) -> Result<bool> {
        self.lock().closed()
    }

    /// Returns the mode as `FileIO` spells it, such as `rb+`. A spooled file in memory returns it
    /// as it was given. It stays when the file is closed.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] after [`detach`](Self::detach) or [`take`](Self::take).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// assert_eq!(file.mode()?, "rb+");
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn mode(&self) -> Result<String> {
        let open = self.lock();
        if matches!(open.held, Held::Detached) {
            return Err(Error::value(closed::DETACHED));
        }
        Ok(String::from(open.mode_name()))
    }

    /// Returns the absolute path of the file: that under which it was made, or to which it was last
    /// moved by `persist`; `None` for a file without a name.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let file = wasi_tempfile::named_temporary_file(&Default::default())?;
    /// assert!(file.name().is_some_and(|path| path.starts_with("/tmp/tmp")));
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn name(&self) -> Option<String> {
        self.lock().lifecycle.name().map(String::from)
    }

    /// Tells whether the mode reads.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let file = wasi_tempfile::temporary_file(&wasi_tempfile::FileOptions::new().mode("wb"))?;
    /// assert!(!file.readable()?);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readable(&self) -> Result<bool> {
        self.lock().allows(Mode::readable)
    }

    /// Tells whether the mode writes.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// assert!(file.writable()?);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn writable(&self) -> Result<bool> {
        self.lock().allows(Mode::writable)
    }

    /// Returns `true` while the file is open.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// assert!(file.seekable()?);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn seekable(&self) -> Result<bool> {
        self.lock().stream(Method::Ask).map(|_| true)
    }

    /// Returns `false`: no temporary file is a terminal.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// assert!(!file.isatty()?);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn isatty(&self) -> Result<bool> {
        self.lock().stream(Method::Ask).map(|_| false)
    }

    /// Flushes the file and returns it without its buffer. Every later call on this object is an
    /// error, but a duty to delete the file stays with it.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file; [`Error::Unsupported`] on an unbuffered file, and on a
    /// spooled one in memory; the filesystem's refusal to take the bytes in the buffer.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// let unbuffered = file.detach()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn detach(&self) -> Result<BinaryFile> {
        let mut open = self.lock();
        if matches!(open.class, Class::Raw | Class::Spooled) {
            return Err(Error::unsupported("detach"));
        }
        let raw = Stream::Raw(open.detach_stream()?);
        let (mode, lifecycle) = (open.mode, open.lifecycle.second());
        Ok(Self::new(Open::of(Made { stream: raw, mode, lifecycle })))
    }

    /// Checks that the file is open, as Python's `with` does when it enters a context.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// file.enter()?;
    /// file.write(b"within the context")?;
    /// file.exit()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn enter(&self) -> Result<()> {
        let mut open = self.lock();
        match open.closed() {
            Ok(true) if open.spool.is_some() => Err(Error::value(closed::ENTER_CLOSED)),
            _ => open.stream(Method::Enter).map(|_| ()),
        }
    }

    /// Moves a spooled file from memory to the disk, whatever its size. Does nothing where the file
    /// is there already.
    ///
    /// # Errors
    ///
    /// As [`temporary_file`](crate::temporary_file), after which the file is still in memory;
    /// [`Error::Unsupported`] for a file that was never spooled; [`Error::Value`] on a closed one.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::spooled_temporary_file(&Default::default())?;
    /// file.rollover()?;
    /// assert!(file.rolled());
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn rollover(&self) -> Result<()> {
        self.lock().roll_over()
    }

    /// Tells whether a spooled file has moved to the disk; `false` for a file that was never
    /// spooled. CPython keeps this in `_rolled`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let file = wasi_tempfile::spooled_temporary_file(&Default::default())?;
    /// assert!(!file.rolled());
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn rolled(&self) -> bool {
        let open = self.lock();
        open.spool.is_some() && open.class != Class::Spooled
    }
}
