//! An unbuffered file: CPython's `FileIO`. Every call is a call of the host.

use alloc::vec::Vec;

use crate::bytes::{append, length};
use crate::error::{Error, ErrorCode, Result};
use crate::host::storage::{CHUNK, Storage};

/// The number of bytes to read in search of a line break. Bytes after the line are not consumed.
const LINE: u64 = 256;

pub(crate) struct Raw {
    pub(crate) storage: Storage,
    pub(crate) position: u64,
}

impl Raw {
    pub(crate) fn new(storage: Storage) -> Self {
        Self { storage, position: 0 }
    }

    /// Reads once, at most `size` bytes; to the end where `size` is `None`.
    pub(crate) fn read(&mut self, size: Option<u64>) -> Result<Vec<u8>> {
        let Some(size) = size else {
            return self.readall();
        };
        let bytes = read_once(&self.storage, self.position, size)?;
        self.position += length(&bytes);
        Ok(bytes)
    }

    pub(crate) fn readall(&mut self) -> Result<Vec<u8>> {
        let all = readall(&self.storage, self.position)?;
        self.position += length(&all);
        Ok(all)
    }

    pub(crate) fn readline(&mut self, size: Option<u64>) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let wanted = size.map_or(LINE, |size| LINE.min(size - length(&line)));
            let position = self.position + length(&line);
            let mut bytes = self.storage.read_at(position, wanted).map_err(Error::os)?;
            let end = bytes.iter().position(|byte| *byte == b'\n');
            bytes.truncate(end.map_or(bytes.len(), |end| end + 1));
            let ended = end.is_some() || bytes.is_empty();
            append(&mut line, bytes)?;
            if ended {
                self.position += length(&line);
                return Ok(line);
            }
        }
    }

    /// Writes once. The host may take fewer bytes than it is given.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.storage.write(&mut self.position, bytes).map_err(Error::os)
    }

    pub(crate) fn seek(&mut self, offset: i64, whence: i32) -> Result<u64> {
        let base = match whence {
            0 => 0,
            1 => self.position,
            2 => self.storage.size().map_err(Error::os)?,
            _ => return Err(Error::os(ErrorCode::Invalid)),
        };
        self.position = displace(base, offset)?;
        Ok(self.position)
    }

    pub(crate) fn truncate(&mut self, size: Option<i64>) -> Result<u64> {
        truncate(&mut self.storage, size, self.position)
    }
}

/// Reads as many bytes as one `read(2)` of `size` does. A host returns at most [`CHUNK`] at a time,
/// and is then asked for the rest.
pub(crate) fn read_once(storage: &Storage, position: u64, size: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let wanted = size - length(&bytes);
        let read = storage.read_at(position + length(&bytes), wanted).map_err(Error::os)?;
        let came = length(&read);
        append(&mut bytes, read)?;
        if came < CHUNK || came == wanted {
            return Ok(bytes);
        }
    }
}

/// Reads everything from `position` to the end.
pub(crate) fn readall(storage: &Storage, position: u64) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        let bytes = storage.read_at(position + length(&all), CHUNK).map_err(Error::os)?;
        if bytes.is_empty() {
            return Ok(all);
        }
        append(&mut all, bytes)?;
    }
}

/// Returns `base + offset`, or the error of `lseek(2)` for a position below 0 or beyond 2⁶³ - 1.
pub(crate) fn displace(base: u64, offset: i64) -> Result<u64> {
    base.checked_add_signed(offset)
        .filter(|position| i64::try_from(*position).is_ok())
        .ok_or_else(|| Error::os(ErrorCode::Invalid))
}

/// Sets the size to `size`, or to `position` where it is `None`, and returns it.
pub(crate) fn truncate(storage: &mut Storage, size: Option<i64>, position: u64) -> Result<u64> {
    let size = match size {
        Some(size) => u64::try_from(size).map_err(|_| Error::os(ErrorCode::Invalid))?,
        None => position,
    };
    storage.set_size(size).map_err(Error::os)?;
    Ok(size)
}
