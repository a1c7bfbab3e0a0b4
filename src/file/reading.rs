//! Reading binary files: the methods that Python's file objects have for it.

use alloc::vec::Vec;

use crate::bytes::{check_room, length, reserve};
use crate::error::{Error, Result};
use crate::file::closed::Method;
use crate::file::open::{BinaryFile, Held};
use crate::stream::{Class, Stream};

impl BinaryFile {
    /// Reads `size` bytes, or fewer at the end of the file; everything to the end where `size`
    /// is `None` or -1. An unbuffered file reads once and may return fewer.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed file, and for a `size` below -1 on a buffered one;
    /// [`Error::Unsupported`] where the mode does not read; the filesystem's refusal, after which
    /// the position is where it was.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// file.write(b"Hello world!")?;
    /// file.seek(0, 0)?;
    /// assert_eq!(file.read(Some(5))?, b"Hello");
    /// assert_eq!(file.read(None)?, b" world!");
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn read(&self, size: Option<i64>) -> Result<Vec<u8>> {
        let mut open = self.lock();
        let below = size.is_some_and(|size| size < -1);
        if below
            && open.class == Class::Buffered
            && open.mode.readable()
            && !matches!(open.held, Held::Detached)
        {
            return Err(Error::value("read length must be non-negative or -1"));
        }
        open.stream(Method::Read)?.read(at_most(size))
    }

    /// Reads into `buffer` and returns the number of bytes: all of the buffer, or fewer at the end
    /// of the file. An unbuffered file reads once.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// let mut header = [0; 512];
    /// let length = file.readinto(&mut header)?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readinto(&self, buffer: &mut [u8]) -> Result<usize> {
        let bytes = self.read_bounded(length(buffer))?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    /// Reads as [`readinto`](Self::readinto) does, and returns the bytes.
    pub(crate) fn read_bounded(&self, length: u64) -> Result<Vec<u8>> {
        self.lock().stream(Method::Readinto)?.read(Some(length))
    }

    /// Reads everything to the end.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// let rest = file.readall()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readall(&self) -> Result<Vec<u8>> {
        let mut open = self.lock();
        // CPython's FileIO.readall does not ask whether the file is open for reading.
        let method = if open.class == Class::Raw { Method::Ask } else { Method::Read };
        open.stream(method)?.read(None)
    }

    /// Reads with at most one call of the host: the bytes in the buffer, or else one read of at
    /// most `size` bytes.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); [`Error::Unsupported`] on an unbuffered file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// let some = file.read1(Some(4096))?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn read1(&self, size: Option<i64>) -> Result<Vec<u8>> {
        self.lock().stream(Method::Read1)?.read1(at_most(size))
    }

    /// Reads into `buffer` with at most one call of the host and returns the number of bytes.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); [`Error::Unsupported`] on an unbuffered file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// let mut buffer = [0; 4096];
    /// let length = file.readinto1(&mut buffer)?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readinto1(&self, buffer: &mut [u8]) -> Result<usize> {
        let bytes = self.read1_bounded(length(buffer))?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    /// Reads as [`readinto1`](Self::readinto1) does, and returns the bytes.
    pub(crate) fn read1_bounded(&self, length: u64) -> Result<Vec<u8>> {
        self.lock().stream(Method::Readinto1)?.readinto1(length)
    }

    /// Returns the bytes in the buffer, after one read if it is empty. The position stays.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); [`Error::Unsupported`] on an unbuffered file, and on a spooled one
    /// in memory.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// let is_gzip = file.peek()?.starts_with(&[0x1f, 0x8b]);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn peek(&self) -> Result<Vec<u8>> {
        let mut open = self.lock();
        open.stream(Method::Peek)?.peek().map(<[u8]>::to_vec)
    }

    /// Reads up to and with the next line feed, or to the end, or at most `size` bytes. The result
    /// is empty only at the end, or where `size` is 0.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// file.write(b"one\ntwo")?;
    /// file.seek(0, 0)?;
    /// assert_eq!(file.readline(None)?, b"one\n");
    /// assert_eq!(file.readline(None)?, b"two");
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readline(&self, size: Option<i64>) -> Result<Vec<u8>> {
        let mut open = self.lock();
        // Raw files, and those that only write, have the method of their base class, which checks
        // nothing for a size of 0.
        let own =
            open.class == Class::Spooled || open.class == Class::Buffered && open.mode.readable();
        if size == Some(0) {
            return if own {
                open.stream(Method::Readline).map(|_| Vec::new())
            } else {
                Ok(Vec::new())
            };
        }
        open.stream(Method::Readline)?.readline(at_most(size))
    }

    /// Reads lines to the end, or stops after the line with which they total more than `hint`
    /// bytes, if `hint` is above 0.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// file.write(b"one\ntwo\n")?;
    /// file.seek(0, 0)?;
    /// assert_eq!(file.readlines(None)?, [b"one\n", b"two\n"]);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readlines(&self, hint: Option<i64>) -> Result<Vec<Vec<u8>>> {
        let mut open = self.lock();
        let start = open.stream(Method::Readlines)?.tell();
        let stream = open.stream(Method::Readline)?;
        let lines = read_lines(stream, at_most(hint).filter(|hint| *hint > 0));
        if lines.is_err() {
            // The error of the read says more than that of the way back.
            let _ = stream.seek(i64::try_from(start).unwrap_or(i64::MAX), 0);
        }
        lines
    }
}

fn read_lines(stream: &mut Stream, hint: Option<u64>) -> Result<Vec<Vec<u8>>> {
    let (mut lines, mut total) = (Vec::new(), 0);
    // `BytesIO` stops with the line that reaches the hint, the other classes with the next.
    let reached = u64::from(matches!(stream, Stream::Memory(_)));
    while hint.is_none_or(|hint| total + reached <= hint) {
        let line = stream.readline(None)?;
        if line.is_empty() {
            break;
        }
        total += length(&line);
        reserve(&mut lines, 1)?;
        lines.push(line);
    }
    // Passing them on to another component takes an array of their places.
    check_room(lines.len() * size_of::<&[u8]>()).map_err(Error::os)?;
    Ok(lines)
}

/// Returns a size as CPython takes it: `None`, for no limit, where it is missing or negative.
pub(crate) fn at_most(size: Option<i64>) -> Option<u64> {
    size.and_then(|size| u64::try_from(size).ok())
}
