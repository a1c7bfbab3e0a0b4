//! An open binary stream of any class: the work of a file's methods, once the checks are done.

pub(crate) mod buffered;
pub(crate) mod memory;
pub(crate) mod raw;

use alloc::{format, vec::Vec};

use crate::error::{Error, Result};
use crate::host::storage::Storage;
use crate::mode::{Buffering, Mode};
use crate::stream::buffered::Buffered;
use crate::stream::memory::Memory;
use crate::stream::raw::Raw;

/// CPython's classes of binary files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// `FileIO`.
    Raw,
    /// `BufferedRandom`, `BufferedReader`, `BufferedWriter`.
    Buffered,
    /// `SpooledTemporaryFile` over `BytesIO`.
    Spooled,
}

pub(crate) enum Stream {
    Raw(Raw),
    Buffered(Buffered),
    Memory(Memory),
}

impl Stream {
    pub(crate) fn new(storage: Storage, buffering: Buffering, mode: Mode) -> Self {
        let updating = mode.readable() && mode.writable();
        match buffering {
            Buffering::Unbuffered => Self::Raw(Raw::new(storage)),
            Buffering::Buffer(size) => Self::Buffered(Buffered::new(storage, size, updating)),
        }
    }

    pub(crate) fn class(&self) -> Class {
        match self {
            Self::Raw(_) => Class::Raw,
            Self::Buffered(_) => Class::Buffered,
            Self::Memory(_) => Class::Spooled,
        }
    }

    pub(crate) fn read(&mut self, size: Option<u64>) -> Result<Vec<u8>> {
        match self {
            Self::Raw(raw) => raw.read(size),
            Self::Buffered(buffered) => buffered.read(size),
            Self::Memory(memory) => memory.read(size),
        }
    }

    pub(crate) fn read1(&mut self, size: Option<u64>) -> Result<Vec<u8>> {
        match self {
            Self::Raw(_) => Err(Error::unsupported("read1")),
            Self::Buffered(buffered) => buffered.read1(size),
            Self::Memory(memory) => memory.read(size),
        }
    }

    pub(crate) fn readinto1(&mut self, size: u64) -> Result<Vec<u8>> {
        match self {
            Self::Raw(_) => Err(Error::unsupported("readinto1")),
            Self::Buffered(buffered) => buffered.readinto1(size),
            Self::Memory(memory) => memory.read(Some(size)),
        }
    }

    pub(crate) fn peek(&mut self) -> Result<&[u8]> {
        match self {
            Self::Raw(_) | Self::Memory(_) => Err(Error::unsupported("peek")),
            Self::Buffered(buffered) => buffered.peek(),
        }
    }

    pub(crate) fn readline(&mut self, size: Option<u64>) -> Result<Vec<u8>> {
        match self {
            Self::Raw(raw) => raw.readline(size),
            Self::Buffered(buffered) => buffered.readline(size),
            Self::Memory(memory) => memory.readline(size),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self {
            Self::Raw(raw) => raw.write(bytes),
            Self::Buffered(buffered) => buffered.write(bytes).map(|()| bytes.len()),
            Self::Memory(memory) => memory.write(bytes).map(|()| bytes.len()),
        }
    }

    /// Writes some of `bytes` and returns their number: at least one, unless `bytes` is empty.
    /// After an error none was taken.
    #[cfg(feature = "std")]
    pub(crate) fn write_some(&mut self, bytes: &[u8]) -> Result<usize> {
        match self {
            Self::Buffered(buffered) => buffered.write_some(bytes),
            Self::Raw(_) | Self::Memory(_) => self.write(bytes),
        }
    }

    pub(crate) fn flush(&mut self) -> Result<()> {
        match self {
            Self::Raw(_) | Self::Memory(_) => Ok(()),
            Self::Buffered(buffered) => buffered.sync(),
        }
    }

    pub(crate) fn seek(&mut self, offset: i64, whence: i32) -> Result<u64> {
        match self {
            Self::Raw(raw) => raw.seek(offset, whence),
            Self::Buffered(buffered) => buffered.seek(offset, whence),
            Self::Memory(memory) => memory.seek(offset, whence),
        }
    }

    pub(crate) fn tell(&self) -> u64 {
        match self {
            Self::Raw(raw) => raw.position,
            Self::Buffered(buffered) => buffered.position(),
            Self::Memory(memory) => memory.position(),
        }
    }

    pub(crate) fn truncate(&mut self, size: Option<i64>) -> Result<u64> {
        match self {
            Self::Raw(raw) => raw.truncate(size),
            Self::Buffered(buffered) => buffered.truncate(size),
            Self::Memory(memory) => memory.truncate(size),
        }
    }

    /// Returns the length of the file as far as it is written.
    pub(crate) fn size(&self) -> Option<u64> {
        match self {
            Self::Memory(memory) => Some(memory.size()),
            _ => self.storage()?.size().ok(),
        }
    }

    /// Writes the bytes that wait, and closes the file on the host whether or not that succeeds.
    pub(crate) fn close(mut self) -> Result<()> {
        let flushed = self.flush();
        if let Some(raw) = self.into_raw() {
            raw.storage.close();
        }
        flushed
    }

    /// Returns the stream without its buffer, at the same position; `None` for a file in memory.
    /// Flush first.
    pub(crate) fn into_raw(self) -> Option<Raw> {
        match self {
            Self::Raw(raw) => Some(raw),
            Self::Buffered(buffered) => Some(buffered.into_raw()),
            Self::Memory(_) => None,
        }
    }

    /// Returns the file on the host; `None` for a file in memory.
    pub(crate) fn storage(&self) -> Option<&Storage> {
        match self {
            Self::Raw(raw) => Some(&raw.storage),
            Self::Buffered(buffered) => Some(buffered.storage()),
            Self::Memory(_) => None,
        }
    }
}

/// Refuses a `whence` that is none of `SEEK_SET`, `SEEK_CUR`, `SEEK_END`; a buffered file does
/// so before it is known to be open.
pub(crate) fn check_whence(class: Class, whence: i32) -> Result<()> {
    if class == Class::Buffered && !(0..=2).contains(&whence) {
        return Err(Error::value(format!("whence value {whence} unsupported")));
    }
    Ok(())
}
