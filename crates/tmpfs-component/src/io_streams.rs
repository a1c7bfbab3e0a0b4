//! `wasi:io/streams`: streams of our files, and the host's.

use alloc::vec;
use alloc::vec::Vec;
use core::cell::Cell;

use tmpfs::Kind;

use crate::Component;
use crate::bindings::exports::wasi::filesystem::types::ErrorCode;
use crate::bindings::exports::wasi::io::poll::Pollable as ExportedPollable;
use crate::bindings::exports::wasi::io::streams::{
    Error as ExportedError, Guest, GuestInputStream, GuestOutputStream, InputStreamBorrow,
    StreamError,
};
use crate::bindings::wasi::io::streams as host;
use crate::content::{self, Position};
use crate::convert;
use crate::filesystem_types::Descriptor;
use crate::io_error::Error;
use crate::io_poll::Pollable;
use crate::state::look;

type Result<T, E = StreamError> = core::result::Result<T, E>;

/// What a stream of a file takes at once: so much can come in also when there is no more memory.
const PERMIT: u64 = 64 << 10;

impl Guest for Component {
    type InputStream = InputStream;
    type OutputStream = OutputStream;
}

/// A stream that reads.
pub(crate) enum InputStream {
    File(Reader),
    Host(host::InputStream),
}

/// A stream that writes.
pub(crate) enum OutputStream {
    File(Writer),
    Host(host::OutputStream),
}

/// Reads a file from a position on. It holds the file open.
pub(crate) struct Reader {
    file: Descriptor,
    offset: Cell<u64>,
}

/// Writes a file from a position on. It holds the file open.
pub(crate) struct Writer {
    file: Descriptor,
    position: Cell<Position>,
    /// After a failure there is nothing but the end.
    closed: Cell<bool>,
}

/// A stream that reads a file.
pub(crate) fn read(file: &Descriptor, offset: u64) -> Result<InputStream, ErrorCode> {
    let file = of_file(file, |flags| flags.read)?;
    Ok(InputStream::File(Reader { file, offset: Cell::new(offset) }))
}

/// A stream that writes a file.
pub(crate) fn write(file: &Descriptor, position: Position) -> Result<OutputStream, ErrorCode> {
    let file = of_file(file, |flags| flags.write)?;
    let position = Cell::new(position);
    Ok(OutputStream::File(Writer { file, position, closed: Cell::new(false) }))
}

/// A handle of its own for a stream, if it is of a file and for this.
fn of_file(
    file: &Descriptor,
    permits: impl FnOnce(tmpfs::DescriptorFlags) -> bool,
) -> Result<Descriptor, ErrorCode> {
    let handle = file.handle();
    let asked = look(|space| Ok((space.kind(handle)?, space.flags(handle)?)));
    let (kind, flags) = asked.map_err(convert::code)?;
    if !permits(flags) {
        return Err(ErrorCode::BadDescriptor);
    }
    // POSIX, read: a directory can be open for reading, never for writing.
    if kind == Kind::Directory {
        return Err(ErrorCode::IsDirectory);
    }
    file.duplicate().map_err(convert::code)
}

/// The host's error, as ours.
fn told(error: host::StreamError) -> StreamError {
    match error {
        host::StreamError::Closed => StreamError::Closed,
        host::StreamError::LastOperationFailed(error) => {
            StreamError::LastOperationFailed(ExportedError::new(Error::Host(error)))
        }
    }
}

fn failed(error: tmpfs::Error) -> StreamError {
    StreamError::LastOperationFailed(ExportedError::new(Error::Ours(error)))
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).expect("BUG: a length fits 64 bits")
}

impl Reader {
    /// Something of what is left, up to `length` bytes.
    fn read(&self, length: u64) -> Result<Vec<u8>> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let offset = self.offset.get();
        let (bytes, _) = content::read(self.file.handle(), offset, length).map_err(failed)?;
        if bytes.is_empty() {
            return Err(StreamError::Closed);
        }
        self.offset.set(offset + self::length(bytes.len()));
        Ok(bytes)
    }

    fn skip(&self, length: u64) -> Result<u64> {
        let offset = self.offset.get();
        let stat = look(|space| space.stat(self.file.handle())).map_err(failed)?;
        let skipped = length.min(stat.size.saturating_sub(offset));
        if skipped == 0 && length > 0 {
            return Err(StreamError::Closed);
        }
        self.offset.set(offset + skipped);
        Ok(skipped)
    }
}

impl GuestInputStream for InputStream {
    fn read(&self, length: u64) -> Result<Vec<u8>> {
        match self {
            Self::File(file) => file.read(length),
            Self::Host(stream) => stream.read(length).map_err(told),
        }
    }

    fn blocking_read(&self, length: u64) -> Result<Vec<u8>> {
        match self {
            Self::File(file) => file.read(length),
            Self::Host(stream) => stream.blocking_read(length).map_err(told),
        }
    }

    fn skip(&self, length: u64) -> Result<u64> {
        match self {
            Self::File(file) => file.skip(length),
            Self::Host(stream) => stream.skip(length).map_err(told),
        }
    }

    fn blocking_skip(&self, length: u64) -> Result<u64> {
        match self {
            Self::File(file) => file.skip(length),
            Self::Host(stream) => stream.blocking_skip(length).map_err(told),
        }
    }

    fn subscribe(&self) -> ExportedPollable {
        match self {
            Self::File(_) => ExportedPollable::new(Pollable::Ready),
            Self::Host(stream) => Pollable::host(stream.subscribe()),
        }
    }
}

impl Writer {
    fn check_write(&self) -> Result<u64> {
        if self.closed.get() { Err(StreamError::Closed) } else { Ok(PERMIT) }
    }

    fn write(&self, bytes: &[u8]) -> Result<()> {
        self.check_write()?;
        let mut position = self.position.get();
        let written = content::write_all(self.file.handle(), &mut position, bytes);
        self.position.set(position);
        written.map_err(|error| {
            self.closed.set(true);
            failed(error)
        })
    }

    /// Nothing is held back.
    fn flush(&self) -> Result<()> {
        self.check_write().map(|_| ())
    }

    /// No more than was permitted, as the interface asks: zeros that cost nothing could go on for
    /// ever.
    fn write_zeroes(&self, length: u64) -> Result<()> {
        if length > self.check_write()? {
            self.closed.set(true);
            return Err(failed(tmpfs::Error::Invalid));
        }
        self.write(&vec![0; usize::try_from(length).expect("BUG: it was permitted")])
    }
}

impl OutputStream {
    /// Moves bytes from one stream to another, at least one of them ours, as far as both permit.
    fn move_from(
        &self,
        source: &InputStream,
        length: u64,
        read: impl FnOnce(&InputStream, u64) -> Result<Vec<u8>>,
    ) -> Result<u64> {
        let permitted = self.check_write()?.min(length).min(PERMIT);
        let bytes = read(source, permitted)?;
        let moved = self::length(bytes.len());
        self.write(bytes)?;
        Ok(moved)
    }
}

impl GuestOutputStream for OutputStream {
    fn check_write(&self) -> Result<u64> {
        match self {
            Self::File(file) => file.check_write(),
            Self::Host(stream) => stream.check_write().map_err(told),
        }
    }

    fn write(&self, bytes: Vec<u8>) -> Result<()> {
        match self {
            Self::File(file) => file.write(&bytes),
            Self::Host(stream) => stream.write(&bytes).map_err(told),
        }
    }

    fn blocking_write_and_flush(&self, bytes: Vec<u8>) -> Result<()> {
        match self {
            Self::File(file) => file.write(&bytes),
            Self::Host(stream) => stream.blocking_write_and_flush(&bytes).map_err(told),
        }
    }

    fn flush(&self) -> Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Host(stream) => stream.flush().map_err(told),
        }
    }

    fn blocking_flush(&self) -> Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Host(stream) => stream.blocking_flush().map_err(told),
        }
    }

    fn subscribe(&self) -> ExportedPollable {
        match self {
            Self::File(_) => ExportedPollable::new(Pollable::Ready),
            Self::Host(stream) => Pollable::host(stream.subscribe()),
        }
    }

    fn write_zeroes(&self, length: u64) -> Result<()> {
        match self {
            Self::File(file) => file.write_zeroes(length),
            Self::Host(stream) => stream.write_zeroes(length).map_err(told),
        }
    }

    fn blocking_write_zeroes_and_flush(&self, length: u64) -> Result<()> {
        match self {
            Self::File(file) => file.write_zeroes(length),
            Self::Host(stream) => stream.blocking_write_zeroes_and_flush(length).map_err(told),
        }
    }

    fn splice(&self, source: InputStreamBorrow<'_>, length: u64) -> Result<u64> {
        match (self, source.get::<InputStream>()) {
            (Self::Host(stream), InputStream::Host(source)) => {
                stream.splice(source, length).map_err(told)
            }
            (_, source) => self.move_from(source, length, InputStream::read),
        }
    }

    fn blocking_splice(&self, source: InputStreamBorrow<'_>, length: u64) -> Result<u64> {
        match (self, source.get::<InputStream>()) {
            (Self::Host(stream), InputStream::Host(source)) => {
                stream.blocking_splice(source, length).map_err(told)
            }
            (_, source) => {
                if let Self::Host(stream) = self {
                    stream.subscribe().block();
                }
                self.move_from(source, length, InputStream::blocking_read)
            }
        }
    }
}
