//! Streams of files in a space, for wasmtime-wasi-io. A file is always ready.

use async_trait::async_trait;
use bytes::Bytes;
use tmpfs::{Error, Result, Source, Zeros};
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

use crate::number::count;
use crate::open::{MOST, Open, Position};

/// A stream that reads a file from a position on. It holds the file open.
pub(crate) struct Reader {
    file: Open,
    offset: u64,
    /// True after the end was reached or a read failed. The file may grow, but a stream that
    /// returned `closed` stays closed (WIT, stream-error).
    closed: bool,
}

/// A stream that writes a file from a position on. It holds the file open.
pub(crate) struct Writer {
    file: Open,
    position: Position,
    /// The number of bytes that `check-write` permitted and that were not written yet.
    permit: usize,
    /// True after a write failed.
    closed: bool,
}

fn failed(error: Error) -> StreamError {
    StreamError::LastOperationFailed(error.into())
}

impl Reader {
    pub(crate) fn of(file: &Open, offset: u64) -> Result<Self> {
        let file = file.for_stream(|flags| flags.read)?;
        Ok(Self { file, offset, closed: false })
    }

    /// Reads at most `length` bytes with `read`, and moves the position on by the number that it
    /// returns.
    fn advance<T: Default>(
        &mut self,
        length: usize,
        read: impl FnOnce(&Open, u64) -> Result<(u64, T)>,
    ) -> StreamResult<T> {
        if self.closed {
            return Err(StreamError::Closed);
        }
        if length == 0 {
            return Ok(T::default());
        }
        match read(&self.file, self.offset) {
            Ok((taken, value)) if taken > 0 => {
                self.offset += taken;
                Ok(value)
            }
            Ok(_) => {
                self.closed = true;
                Err(StreamError::Closed)
            }
            Err(error) => {
                self.closed = true;
                Err(failed(error))
            }
        }
    }
}

#[async_trait]
impl Pollable for Reader {
    async fn ready(&mut self) {}
}

#[async_trait]
impl InputStream for Reader {
    fn read(&mut self, length: usize) -> StreamResult<Bytes> {
        self.advance(length, |file, offset| {
            let bytes = file.read(count(length), offset)?;
            Ok((count(bytes.len()), Bytes::from(bytes)))
        })
    }

    async fn blocking_read(&mut self, length: usize) -> StreamResult<Bytes> {
        self.read(length)
    }

    fn skip(&mut self, length: usize) -> StreamResult<usize> {
        self.advance(length, |file, offset| {
            let left = file.size()?.saturating_sub(offset);
            let skipped = length.min(usize::try_from(left).unwrap_or(usize::MAX));
            Ok((count(skipped), skipped))
        })
    }

    async fn blocking_skip(&mut self, length: usize) -> StreamResult<usize> {
        self.skip(length)
    }
}

impl Writer {
    pub(crate) fn of(file: &Open, position: Position) -> Result<Self> {
        let file = file.for_stream(|flags| flags.write)?;
        Ok(Self { file, position, permit: 0, closed: false })
    }

    fn open(&self) -> StreamResult<()> {
        if self.closed { Err(StreamError::Closed) } else { Ok(()) }
    }

    /// Uses up the permit of `check-write`. If it permitted less, the interface requires a trap.
    fn spend(&mut self, length: usize) -> StreamResult<()> {
        self.open()?;
        let left = self.permit.checked_sub(length);
        self.permit = left.ok_or_else(|| StreamError::trap("check-write permitted less"))?;
        Ok(())
    }

    /// Writes all bytes of a source, or returns the error. Bytes that were written before it stay.
    fn put<R: Source>(&mut self, source: &mut R, length: usize) -> StreamResult<()> {
        self.write_all(source, length).map_err(|error| {
            self.closed = true;
            failed(error)
        })
    }

    fn write_all<R: Source>(&mut self, source: &mut R, mut length: usize) -> Result<()> {
        while length > 0 {
            let written = self.file.write_from(self.position, length, source)?;
            if let Position::At(offset) = &mut self.position {
                *offset = offset.checked_add(count(written)).ok_or(Error::FileTooLarge)?;
            }
            length -= written;
        }
        Ok(())
    }
}

#[async_trait]
impl Pollable for Writer {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for Writer {
    fn check_write(&mut self) -> StreamResult<usize> {
        self.open()?;
        self.permit = MOST;
        Ok(MOST)
    }

    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.spend(bytes.len())?;
        self.put(&mut &bytes[..], bytes.len())
    }

    fn write_zeroes(&mut self, length: usize) -> StreamResult<()> {
        self.spend(length)?;
        self.put(&mut Zeros, length)
    }

    /// Nothing to do: writes are not buffered.
    fn flush(&mut self) -> StreamResult<()> {
        self.open()
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.open()?;
        self.put(&mut &bytes[..], bytes.len())
    }

    async fn write_ready(&mut self) -> StreamResult<usize> {
        self.check_write()
    }
}
