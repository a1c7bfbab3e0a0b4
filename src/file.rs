//! Binary files: the methods that Python's file objects have.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;

use spin::MutexGuard;

use crate::closed::{self, Class, Method, State};
use crate::error::{Error, Result};
use crate::lifecycle::Lifecycle;
use crate::lock::Lock;
use crate::mode::{Buffering, Mode};
use crate::raw::{Raw, length, reserve};
use crate::register;
use crate::spooled::Spool;
use crate::storage::{Storage, check_room};
use crate::stream::{self, Stream};

/// An open binary file, as [`temporary_file`](crate::temporary_file) and its kin return it.
///
/// Its methods are those of Python's `FileIO` where it is unbuffered, and of `BufferedRandom`,
/// `BufferedReader` or `BufferedWriter` otherwise; while a spooled file is in memory, those of
/// `SpooledTemporaryFile` over `BytesIO`. They fail with
///
/// * [`Error::Value`] on a closed or detached file, and for an argument that Python refuses so,
/// * [`Error::Unsupported`] where the mode or the class does not offer the operation,
/// * [`Error::Os`] where the filesystem refuses.
///
/// Dropping it writes what waits, closes it, and deletes it if that is its duty; errors are lost
/// then, so call [`close`](Self::close) or [`exit`](Self::exit) where they matter.
pub struct BinaryFile(Arc<Lock<Open>>);

/// What a file is for all who hold it: its handles, and the register.
pub(crate) struct Open {
    pub(crate) stream: Option<Stream>,
    /// What the file is, or was before it was closed.
    pub(crate) class: Class,
    pub(crate) mode: Mode,
    /// What a spooled file was made with.
    pub(crate) spool: Option<Spool>,
    /// Its entry in the register.
    id: Option<register::Id>,
    /// After `detach`: every call is an error, `close` too.
    detached: bool,
    /// A text file above decides about the name: ending this one only closes it.
    pub(crate) below_text: bool,
    /// How many text files are detached from it, and hold it for its name only.
    pub(crate) left: usize,
    pub(crate) lifecycle: Lifecycle,
}

impl Open {
    pub(crate) fn new(
        storage: Storage,
        mode: Mode,
        buffering: Buffering,
        lifecycle: Lifecycle,
    ) -> Self {
        Self::with_stream(Stream::new(storage, buffering, mode), mode, lifecycle)
    }

    pub(crate) fn with_stream(stream: Stream, mode: Mode, lifecycle: Lifecycle) -> Self {
        let mut open = Self::without_stream(lifecycle);
        (open.class, open.mode) = (stream.class(), mode);
        open.stream = Some(stream);
        open
    }

    /// A closed file.
    pub(crate) fn without_stream(lifecycle: Lifecycle) -> Self {
        Self {
            stream: None,
            class: Class::Raw,
            mode: Mode::READ_WRITE,
            spool: None,
            id: None,
            detached: false,
            below_text: false,
            left: 0,
            lifecycle,
        }
    }

    /// Takes the file out of the register.
    pub(crate) fn strike(&mut self) {
        if let Some(id) = self.id.take() {
            register::strike(id);
        }
    }

    /// The stream, if `method` may be called on it.
    pub(crate) fn stream(&mut self, method: Method) -> Result<&mut Stream> {
        let state = match self.stream {
            Some(_) => State::Open,
            None if self.detached => State::Detached,
            None => State::Closed,
        };
        closed::check(method, self.class, self.mode, state)?;
        Ok(self.stream.as_mut().expect("BUG: what is neither closed nor detached has a stream"))
    }

    /// Whether `direction` is one of the mode's. A buffered file of the other direction says no
    /// in any state: its class has no more to say.
    fn allows(&mut self, direction: fn(Mode) -> bool) -> Result<bool> {
        let allowed = direction(self.mode);
        if allowed || self.class == Class::Raw {
            self.stream(Method::Ask)?;
        }
        Ok(allowed)
    }

    /// The stream of an open file, whatever its mode.
    pub(crate) fn open_stream(&mut self) -> Option<&mut Stream> {
        self.stream.as_mut()
    }

    /// Whether the file is closed.
    pub(crate) fn closed(&self) -> Result<bool> {
        if self.detached {
            return Err(Error::value(closed::DETACHED));
        }
        Ok(self.stream.is_none())
    }

    /// The mode as the class spells it: a spooled file as it was given, until it is on the disk.
    pub(crate) fn mode_name(&self) -> &str {
        match &self.spool {
            Some(spool) if self.class == Class::Spooled => spool.options().mode,
            _ => self.mode.name(),
        }
    }

    /// Closes the stream as `file.close()` does: what waits is written, and whether or not that
    /// succeeds the file is closed. Nothing is deleted.
    pub(crate) fn close_stream(&mut self) -> Result<()> {
        if self.detached {
            return Err(Error::value(closed::DETACHED));
        }
        let Some(mut stream) = self.stream.take() else {
            return Ok(());
        };
        let flushed = stream.flush();
        if let Some(raw) = stream.into_raw() {
            raw.storage.close();
        }
        flushed
    }

    /// Takes the stream away, flushed and without its buffer; the file is detached from then on.
    pub(crate) fn detach_stream(&mut self) -> Result<Raw> {
        let stream = self.stream(Method::Flush)?;
        stream.flush()?;
        if stream.storage().is_none() {
            return Err(Error::unsupported("detach"));
        }
        self.detached = true;
        let stream = self.stream.take().and_then(Stream::into_raw);
        Ok(stream.expect("BUG: a stream with storage is one without its buffer"))
    }
}

impl fmt::Debug for BinaryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.lock();
        let mut shown = f.debug_struct("BinaryFile");
        shown.field("name", &open.lifecycle.name()).field("mode", &open.mode_name());
        shown.field("closed", &open.stream.is_none()).finish()
    }
}

impl BinaryFile {
    /// The first handle on a file.
    pub(crate) fn new(open: Open) -> Self {
        let shared = Arc::new(Lock::new(open));
        let id = register::enter_file(&shared);
        shared.lock().id = Some(id);
        Self(shared)
    }

    /// One more handle on the same file.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// How many handles there are on the file.
    pub(crate) fn handles(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    #[inline(never)]
    #[track_caller]
    pub(crate) fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock()
    }

    /// Reads `size` bytes, or fewer at the end of the file; everything to the end where `size`
    /// is `None` or -1. An unbuffered file reads once and may return fewer.
    pub fn read(&self, size: Option<i64>) -> Result<Vec<u8>> {
        let mut open = self.lock();
        let below = size.is_some_and(|size| size < -1);
        if below && open.class == Class::Buffered && open.mode.readable() && !open.detached {
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

    /// Reads into `buffer` with at most one call of the host and tells how many bytes came: Python's
    /// `readinto1`. Buffered files only.
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
        // Their base class's method, which raw files and those that only write have, asks nothing then.
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
        let written = match &mut open.stream {
            Some(Stream::Memory(memory)) => {
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
        if !open.detached {
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
        if open.detached {
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
        Ok(Self::new(Open::with_stream(raw, open.mode, open.lifecycle.second())))
    }

    /// What entering a context checks: that the file is open.
    pub fn enter(&self) -> Result<()> {
        let mut open = self.lock();
        match open.closed() {
            Ok(true) if open.spool.is_some() => Err(Error::value(closed::ENTER_CLOSED)),
            _ => open.stream(Method::Enter).map(|_| ()),
        }
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
