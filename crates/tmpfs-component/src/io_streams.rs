//! `wasi:io/streams`: streams of files, and those of the host.

use alloc::vec;
use alloc::vec::Vec;
use core::cell::Cell;

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
use crate::descriptor::Descriptor;
use crate::io_error::Error;
use crate::io_poll::Pollable;
use crate::state::{change, look};

type Result<T, E = StreamError> = core::result::Result<T, E>;

/// The bytes that a stream of a file permits at once. That many can come in even if memory is used
/// up.
const PERMIT: u64 = 64 << 10;

/// The most bytes of one call that writes and flushes (WIT, blocking-write-and-flush).
const BLOCKING: u64 = 4096;

impl Guest for Component {
    type InputStream = InputStream;
    type OutputStream = OutputStream;
}

/// An input stream.
pub(crate) enum InputStream {
    File(Reader),
    Host(host::InputStream),
}

/// An output stream.
pub(crate) enum OutputStream {
    File(Writer),
    Host(host::OutputStream),
}

/// A stream that reads a file from a position on. It holds the file open.
pub(crate) struct Reader {
    file: Descriptor,
    offset: Cell<u64>,
    /// True after the end was reached or a read failed. The file may grow, but a stream that
    /// returned `closed` stays closed (WIT, stream-error).
    closed: Cell<bool>,
}

/// A stream that writes a file from a position on. It holds the file open.
pub(crate) struct Writer {
    file: Descriptor,
    position: Cell<Position>,
    /// The number of bytes that `check-write` permitted and that were not written yet.
    permit: Cell<u64>,
    /// True after a write failed.
    closed: Cell<bool>,
}

/// Opens a stream that reads a file.
pub(crate) fn read(file: &Descriptor, offset: u64) -> Result<InputStream, ErrorCode> {
    let file = of_file(file, |flags| flags.read)?;
    Ok(InputStream::File(Reader { file, offset: Cell::new(offset), closed: Cell::new(false) }))
}

/// Opens a stream that writes a file.
pub(crate) fn write(file: &Descriptor, position: Position) -> Result<OutputStream, ErrorCode> {
    let file = of_file(file, |flags| flags.write)?;
    let position = Cell::new(position);
    let (permit, closed) = (Cell::new(0), Cell::new(false));
    Ok(OutputStream::File(Writer { file, position, permit, closed }))
}

/// Opens another handle of a file for a stream, if it is a file and the handle permits it.
fn of_file(
    file: &Descriptor,
    permits: impl FnOnce(tmpfs::DescriptorFlags) -> bool,
) -> Result<Descriptor, ErrorCode> {
    let stream = change(|space| space.duplicate_file(file.handle(), permits));
    stream.map(Descriptor::of).map_err(convert::code)
}

/// Wraps an error of the host.
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
    /// Reads at most `length` of the bytes that are left.
    fn read(&self, length: u64) -> Result<Vec<u8>> {
        self.advance(length, |offset| {
            let bytes = content::read(self.file.handle(), offset, length)?;
            Ok((self::length(bytes.len()), bytes))
        })
    }

    /// Skips at most `length` of the bytes that are left, and returns the number skipped.
    fn skip(&self, length: u64) -> Result<u64> {
        self.advance(length, |offset| {
            let size = look(|space| space.stat(self.file.handle()))?.size;
            let skipped = length.min(size.saturating_sub(offset));
            Ok((skipped, skipped))
        })
    }

    /// Reads at most `length` bytes with `read`, and moves the position on by the number that it
    /// returns.
    fn advance<T: Default>(
        &self,
        length: u64,
        read: impl FnOnce(u64) -> tmpfs::Result<(u64, T)>,
    ) -> Result<T> {
        if self.closed.get() {
            return Err(StreamError::Closed);
        }
        if length == 0 {
            return Ok(T::default());
        }
        let offset = self.offset.get();
        match read(offset) {
            Ok((taken, value)) if taken > 0 => {
                self.offset.set(offset + taken);
                Ok(value)
            }
            Ok(_) => {
                self.closed.set(true);
                Err(StreamError::Closed)
            }
            Err(error) => {
                self.closed.set(true);
                Err(failed(error))
            }
        }
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
    fn open(&self) -> Result<()> {
        if self.closed.get() { Err(StreamError::Closed) } else { Ok(()) }
    }

    fn check_write(&self) -> Result<u64> {
        self.open()?;
        self.permit.set(PERMIT);
        Ok(PERMIT)
    }

    /// Uses up the permit of `check-write`.
    ///
    /// # Panics
    /// If it permitted less: the interface requires a trap.
    fn spend(&self, length: u64) -> Result<()> {
        self.open()?;
        let left = self.permit.get().checked_sub(length);
        self.permit.set(left.expect("check-write permitted less"));
        Ok(())
    }

    fn write(&self, bytes: &[u8]) -> Result<()> {
        self.spend(length(bytes.len()))?;
        self.put(bytes)
    }

    fn write_zeroes(&self, length: u64) -> Result<()> {
        self.spend(length)?;
        self.put(&zeroes(length))
    }

    fn blocking_write(&self, bytes: &[u8]) -> Result<()> {
        self.open()?;
        check_blocking(length(bytes.len()));
        self.put(bytes)
    }

    fn blocking_write_zeroes(&self, length: u64) -> Result<()> {
        self.open()?;
        check_blocking(length);
        self.put(&zeroes(length))
    }

    fn put(&self, bytes: &[u8]) -> Result<()> {
        let mut position = self.position.get();
        let written = content::write_all(self.file.handle(), &mut position, bytes);
        self.position.set(position);
        written.map_err(|error| {
            self.closed.set(true);
            failed(error)
        })
    }
}

/// Traps if one call that writes and flushes has too many bytes, as wasmtime does.
fn check_blocking(length: u64) {
    assert!(length <= BLOCKING, "more than one blocking write takes");
}

/// Returns `length` zeros. At most [`PERMIT`] are ever permitted.
fn zeroes(length: u64) -> Vec<u8> {
    vec![0; usize::try_from(length).expect("BUG: it was permitted")]
}

impl OutputStream {
    /// Moves bytes from one stream to another, as far as both permit. At least one of them is of a
    /// file.
    fn move_from(
        &self,
        source: &InputStream,
        length: u64,
        read: impl FnOnce(&InputStream, u64) -> Result<Vec<u8>>,
    ) -> Result<u64> {
        let permitted = self.check_write()?.min(length).min(PERMIT);
        if permitted == 0 {
            return Ok(0);
        }
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
            Self::File(file) => file.blocking_write(&bytes),
            Self::Host(stream) => stream.blocking_write_and_flush(&bytes).map_err(told),
        }
    }

    fn flush(&self) -> Result<()> {
        match self {
            // Nothing is buffered.
            Self::File(file) => file.open(),
            Self::Host(stream) => stream.flush().map_err(told),
        }
    }

    fn blocking_flush(&self) -> Result<()> {
        match self {
            Self::File(file) => file.open(),
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
            Self::File(file) => file.blocking_write_zeroes(length),
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
