//! A buffered file: CPython's `BufferedRandom`, of which `BufferedReader` and `BufferedWriter`
//! are the halves that the mode allows.
//!
//! One buffer serves both directions. It is empty, holds bytes read ahead, or holds bytes not yet
//! written. Reads and writes mix coherently: bytes read ahead are forgotten before a write, and
//! bytes not yet written are written before a read or a seek.

use alloc::vec::Vec;
use core::mem;

use crate::bytes::{self, append, length};
use crate::error::{Error, ErrorCode, Result};
use crate::host::storage::Storage;
use crate::stream::raw::{self, Raw};

pub(crate) struct Buffered {
    storage: Storage,
    /// The most bytes that `buffer` holds.
    capacity: usize,
    /// The mode allows both directions.
    updating: bool,
    buffer: Vec<u8>,
    /// The number of bytes of `buffer` before the position; all of them while `dirty`.
    at: usize,
    /// The position of the next read or write by the holder of the file.
    position: u64,
    /// `buffer` waits to be written and ends at the position.
    dirty: bool,
}

impl Buffered {
    pub(crate) fn new(storage: Storage, capacity: usize, updating: bool) -> Self {
        let buffer = Vec::new();
        Self { storage, capacity, updating, buffer, at: 0, position: 0, dirty: false }
    }

    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Reads `size` bytes, or fewer at the end; all to the end where `size` is `None`.
    pub(crate) fn read(&mut self, size: Option<u64>) -> Result<Vec<u8>> {
        if size == Some(0) {
            return Ok(Vec::new());
        }
        self.consistently(|file| {
            let Some(size) = size else {
                let mut all = file.consume(u64::MAX)?;
                file.forget();
                let rest = raw::readall(&file.storage, file.position)?;
                file.position += length(&rest);
                append(&mut all, rest)?;
                return Ok(all);
            };
            let mut bytes = Vec::new();
            loop {
                let ahead = file.consume(size - length(&bytes))?;
                append(&mut bytes, ahead)?;
                let wanted = size - length(&bytes);
                // Whole buffers' worth goes past the buffer, the rest through it, as in CPython.
                let past = wanted - wanted % file.capacity();
                if wanted == 0 {
                    return Ok(bytes);
                } else if past > 0 {
                    let read = file.read_past(past)?;
                    if read.is_empty() {
                        return Ok(bytes);
                    }
                    append(&mut bytes, read)?;
                } else if file.fill()? == 0 {
                    return Ok(bytes);
                }
            }
        })
    }

    /// Returns at most `size` bytes of the buffer; if it is empty, the bytes of one read.
    pub(crate) fn read1(&mut self, size: Option<u64>) -> Result<Vec<u8>> {
        self.flush()?;
        let size = size.unwrap_or(self.capacity());
        if self.ahead() > 0 {
            return self.consume(size);
        }
        self.forget();
        let bytes = raw::read_once(&self.storage, self.position, size)?;
        self.position += length(&bytes);
        Ok(bytes)
    }

    /// Returns up to `size` bytes of the buffer, as CPython's `readinto1` does. Makes one read if
    /// the buffer is empty, or if more than a buffer's worth is still wanted.
    pub(crate) fn readinto1(&mut self, size: u64) -> Result<Vec<u8>> {
        self.consistently(|file| {
            let mut bytes = file.consume(size)?;
            let wanted = size - length(&bytes);
            if wanted > file.capacity() {
                file.forget();
                let read = raw::read_once(&file.storage, file.position, wanted)?;
                file.position += length(&read);
                append(&mut bytes, read)?;
            } else if bytes.is_empty() && wanted > 0 {
                file.fill()?;
                bytes = file.consume(wanted)?;
            }
            Ok(bytes)
        })
    }

    /// Returns the bytes in the buffer, after one read if it is empty. The position stays.
    pub(crate) fn peek(&mut self) -> Result<&[u8]> {
        self.sync()?;
        if self.ahead() == 0 {
            self.fill()?;
        }
        Ok(&self.buffer[self.at..])
    }

    pub(crate) fn readline(&mut self, size: Option<u64>) -> Result<Vec<u8>> {
        self.consistently(|file| {
            let mut line = Vec::new();
            loop {
                let limit = size.map_or(u64::MAX, |size| size - length(&line));
                let ahead = &file.buffer[file.at..];
                let ahead = &ahead[..ahead.len().min(usize::try_from(limit).unwrap_or(usize::MAX))];
                let end = bytes::find(b'\n', ahead).map(|at| at + 1);
                let wanted = length(&ahead[..end.unwrap_or(ahead.len())]);
                append(&mut line, file.consume(wanted.min(limit))?)?;
                let ended = end.is_some() && wanted <= limit;
                if ended || size == Some(length(&line)) || file.fill()? == 0 {
                    return Ok(line);
                }
            }
        })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        loop {
            rest = &rest[self.write_some(rest)?..];
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// Writes some of `bytes` and returns their number: at least one, unless `bytes` is empty.
    /// After an error none was taken.
    pub(crate) fn write_some(&mut self, bytes: &[u8]) -> Result<usize> {
        self.storage.check_range(self.position, bytes).map_err(Error::os)?;
        if !self.dirty {
            self.forget();
        }
        // A whole buffer's worth goes past the buffer, as in CPython.
        if self.buffer.len() + bytes.len() > self.capacity || bytes.len() >= self.capacity {
            self.flush()?;
        }
        if bytes.len() >= self.capacity {
            return self.storage.write(&mut self.position, bytes).map_err(Error::os);
        }
        if !bytes.is_empty() {
            bytes::reserve(&mut self.buffer, bytes.len())?;
            self.buffer.extend_from_slice(bytes);
            self.at = self.buffer.len();
            self.position += length(bytes);
            self.dirty = true;
        }
        Ok(bytes.len())
    }

    /// Writes the bytes that wait: Python's `flush`. In a mode of both directions it also forgets
    /// the bytes read ahead, as CPython does.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.flush()?;
        if self.updating {
            self.forget();
        }
        Ok(())
    }

    /// Writes the bytes that wait. After an error those that the host did not take still wait.
    fn flush(&mut self) -> Result<()> {
        if !self.dirty {
            return Ok(());
        }
        let mut position = self.position - length(&self.buffer);
        let (mut written, mut outcome) = (0, Ok(()));
        while outcome.is_ok() && written < self.buffer.len() {
            match self.storage.write(&mut position, &self.buffer[written..]) {
                Ok(more) => written += more,
                Err(code) => outcome = Err(Error::os(code)),
            }
        }
        self.buffer.drain(..written);
        self.position = position + length(&self.buffer);
        self.at = self.buffer.len();
        self.dirty = !self.buffer.is_empty();
        outcome
    }

    pub(crate) fn seek(&mut self, offset: i64, whence: i32) -> Result<u64> {
        self.flush()?;
        let base = match whence {
            0 => 0,
            1 => self.position,
            _ => self.storage.size().map_err(Error::os)?,
        };
        let target = raw::displace(base, offset)?;
        let start = self.position - length(&self.buffer[..self.at]);
        match target.checked_sub(start).map(usize::try_from) {
            // Within what was read ahead, nothing need be read again.
            Some(Ok(at)) if whence != 2 && at <= self.buffer.len() => self.at = at,
            _ => self.forget(),
        }
        self.position = target;
        Ok(target)
    }

    pub(crate) fn truncate(&mut self, size: Option<i64>) -> Result<u64> {
        self.flush()?;
        self.forget();
        raw::truncate(&mut self.storage, size, self.position)
    }

    /// Reads after the bytes that wait are written. If the read fails, the position stays.
    fn consistently<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.flush()?;
        let position = self.position;
        let outcome = read(self);
        if outcome.is_err() {
            self.forget();
            self.position = position;
        }
        outcome
    }

    /// Returns the number of bytes that were read ahead and are not yet consumed.
    fn ahead(&self) -> usize {
        self.buffer.len() - self.at
    }

    fn capacity(&self) -> u64 {
        u64::try_from(self.capacity).expect("BUG: a length fits 64 bits")
    }

    /// Takes up to `size` of the bytes that were read ahead.
    fn consume(&mut self, size: u64) -> Result<Vec<u8>> {
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(self.ahead());
        let bytes = if size == self.buffer.len() {
            self.at = 0;
            mem::take(&mut self.buffer)
        } else {
            let mut bytes = Vec::new();
            let reserved = bytes.try_reserve_exact(size);
            reserved.map_err(|_| Error::os(ErrorCode::InsufficientMemory))?;
            bytes.extend_from_slice(&self.buffer[self.at..self.at + size]);
            self.at += size;
            bytes
        };
        self.position += length(&bytes);
        Ok(bytes)
    }

    /// Reads ahead into the buffer, all of which was consumed, and returns the number of bytes.
    fn fill(&mut self) -> Result<usize> {
        self.at = 0;
        self.buffer.clear();
        self.buffer = self.storage.read_at(self.position, self.capacity()).map_err(Error::os)?;
        Ok(self.buffer.len())
    }

    /// Reads past the buffer, all of which was consumed. The buffer is forgotten, since it no
    /// longer ends at the position.
    fn read_past(&mut self, size: u64) -> Result<Vec<u8>> {
        self.forget();
        let bytes = self.storage.read_at(self.position, size).map_err(Error::os)?;
        self.position += length(&bytes);
        Ok(bytes)
    }

    fn forget(&mut self) {
        self.buffer.clear();
        self.at = 0;
    }

    /// Returns the file without its buffer, at the same position. Bytes that wait are lost: flush
    /// first.
    pub(crate) fn into_raw(self) -> Raw {
        Raw { storage: self.storage, position: self.position }
    }
}
