//! Binary files: the methods that Python's file objects have.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::bytes::{check_room, length, reserve};
use crate::error::{Error, Result};
use crate::file::closed::{self, Method};
use crate::file::open::{BinaryFile, Held, Made, Open};
use crate::options::Mode;
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
    /// Reads `size` bytes, or fewer at the end of the file; everything to the end where `size`
    /// is `None` or -1. An unbuffered file reads once and may return fewer.
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

    /// Reads into `buffer` and tells how many bytes came: all of it, or fewer at the end of the
    /// file. An unbuffered file reads once.
    pub fn readinto(&self, buffer: &mut [u8]) -> Result<usize> {
        let bytes = self.read_bounded(length(buffer))?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    /// `readinto` without the buffer.
    pub(crate) fn read_bounded(&self, length: u64) -> Result<Vec<u8>> {
        let mut open = self.lock();
        let stream = open.stream(Method::Readinto)?;
        stream.flush()?;
        stream.read(Some(length))
    }

    /// Reads everything to the end.
    pub fn readall(&self) -> Result<Vec<u8>> {
        let mut open = self.lock();
        // CPython's FileIO.readall does not ask whether the file is open for reading.
        let method = if open.class == Class::Raw { Method::Ask } else { Method::Read };
        open.stream(method)?.read(None)
    }

    /// Reads with at most one call of the host: what the buffer holds, or else one read of at
    /// most `size` bytes. Buffered files only.
    pub fn read1(&self, size: Option<i64>) -> Result<Vec<u8>> {
        self.lock().stream(Method::Read1)?.read1(at_most(size))
    }

    /// Reads into `buffer` with at most one call of the host and tells how many bytes came:
    /// Python's `readinto1`. Buffered files only.
    pub fn readinto1(&self, buffer: &mut [u8]) -> Result<usize> {
        let bytes = self.read1_bounded(length(buffer))?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    /// `readinto1` without the buffer.
    pub(crate) fn read1_bounded(&self, length: u64) -> Result<Vec<u8>> {
        self.lock().stream(Method::Readinto1)?.readinto1(length)
    }

    /// What the buffer holds, after one read where it is empty; the position stays. Buffered
    /// files only.
    pub fn peek(&self) -> Result<Vec<u8>> {
        let mut open = self.lock();
        open.stream(Method::Peek)?.peek().map(<[u8]>::to_vec)
    }

    /// Reads to the next line feed and returns it too, or to the end, or at most `size` bytes.
    /// Empty only at the end, or where `size` is 0.
    pub fn readline(&self, size: Option<i64>) -> Result<Vec<u8>> {
        let mut open = self.lock();
        // Their base class's method, which raw files and those that only write have, asks nothing
        // then.
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
    /// bytes, if `hint` is above 0. Where it fails, the position stays.
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

    /// Writes `bytes` and tells how many were taken: all of them, unless the file is unbuffered.
    pub fn write(&self, bytes: &[u8]) -> Result<usize> {
        let mut open = self.0.lock();
        // In memory it is a matter of nanoseconds, and all is allowed.
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

    /// Writes every item, with nothing between them; an unbuffered file, too, takes all of each.
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
    pub fn seek(&self, offset: i64, whence: i32) -> Result<u64> {
        let mut open = self.lock();
        if !matches!(open.held, Held::Detached) {
            stream::check_whence(open.class, whence)?;
        }
        open.stream(Method::Seek)?.seek(offset, whence)
    }

    /// The position, in bytes from the start.
    pub fn tell(&self) -> Result<u64> {
        Ok(self.lock().stream(Method::Ask)?.tell())
    }

    /// Cuts the file to `size` bytes, or fills it up with zeros; to the position where `size` is
    /// `None`. Returns the size; the position stays.
    pub fn truncate(&self, size: Option<i64>) -> Result<u64> {
        let mut open = self.lock();
        open.stream(Method::Truncate)?;
        open.check_size(size)?;
        open.stream(Method::Truncate)?.truncate(size)
    }

    /// Writes what waits in the buffer.
    pub fn flush(&self) -> Result<()> {
        self.lock().stream(Method::Flush)?.flush()
    }

    /// Whether the file is closed.
    pub fn closed(&self) -> Result<bool> {
        self.lock().closed()
    }

    /// The mode as `FileIO` spells it, such as `rb+`, and as it was given for a spooled file in
    /// memory; it stays when the file is closed.
    pub fn mode(&self) -> Result<String> {
        let open = self.lock();
        if matches!(open.held, Held::Detached) {
            return Err(Error::value(closed::DETACHED));
        }
        Ok(String::from(open.mode_name()))
    }

    /// The path that the file was made under, absolute; `None` for a file without a name.
    pub fn name(&self) -> Option<String> {
        self.lock().lifecycle.name().map(String::from)
    }

    /// Whether the mode allows reading.
    pub fn readable(&self) -> Result<bool> {
        self.lock().allows(Mode::readable)
    }

    /// Whether the mode allows writing.
    pub fn writable(&self) -> Result<bool> {
        self.lock().allows(Mode::writable)
    }

    /// Always, while the file is open.
    pub fn seekable(&self) -> Result<bool> {
        self.lock().stream(Method::Ask).map(|_| true)
    }

    /// Never: no temporary file is a terminal.
    pub fn isatty(&self) -> Result<bool> {
        self.lock().stream(Method::Ask).map(|_| false)
    }

    /// Flushes, and hands the file over without its buffer; this object is useless afterwards,
    /// but a duty to delete stays with it. Buffered files only.
    pub fn detach(&self) -> Result<BinaryFile> {
        let mut open = self.lock();
        if matches!(open.class, Class::Raw | Class::Spooled) {
            return Err(Error::unsupported("detach"));
        }
        let raw = Stream::Raw(open.detach_stream()?);
        let (mode, lifecycle) = (open.mode, open.lifecycle.second());
        Ok(Self::new(Open::of(Made { stream: raw, mode, lifecycle })))
    }

    /// What entering a context checks: that the file is open.
    pub fn enter(&self) -> Result<()> {
        let mut open = self.lock();
        match open.closed() {
            Ok(true) if open.spool.is_some() => Err(Error::value(closed::ENTER_CLOSED)),
            _ => open.stream(Method::Enter).map(|_| ()),
        }
    }

    /// Moves a spooled file from memory to the disk, whatever its size; nothing where it is there
    /// already.
    ///
    /// # Errors
    ///
    /// As [`temporary_file`](crate::temporary_file), after which the file is in memory still;
    /// [`Error::Unsupported`] for a file that was never spooled; a value error on a closed one.
    pub fn rollover(&self) -> Result<()> {
        self.lock().roll_over()
    }

    /// Tells whether a spooled file has moved to the disk; `false` for a file that was never
    /// spooled. CPython keeps this in `_rolled`.
    pub fn rolled(&self) -> bool {
        let open = self.lock();
        open.spool.is_some() && open.class != Class::Spooled
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

/// A size that CPython takes as one: `None` where it is missing or negative, for no limit.
fn at_most(size: Option<i64>) -> Option<u64> {
    size.and_then(|size| u64::try_from(size).ok())
}
