//! `Read`, `Write` and `Seek` of std for binary files.

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::bytes::length;
use crate::error::{Error, ErrorCode, Result};
use crate::file::closed::Method;
use crate::file::open::BinaryFile;
use crate::host::storage::CHUNK;

/// Turns an error into one that callers of std do not answer by trying again. They do so where a
/// call was interrupted, and would not end on a host that always answers so.
fn refused(error: Error) -> io::Error {
    match error.code() {
        Some(ErrorCode::Interrupted) => io::Error::other(error),
        _ => error.into(),
    }
}

/// As [`readinto`](BinaryFile::readinto), but at most 64 KiB at a time: `read_exact` fills a longer
/// buffer.
impl Read for &BinaryFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // `readinto` holds the bytes a second time until they are copied. A host returns no more at
        // a time either.
        let most = buffer.len().min(usize::try_from(CHUNK).unwrap_or(usize::MAX));
        self.readinto(&mut buffer[..most]).map_err(refused)
    }
}

/// As [`readinto`](BinaryFile::readinto), but at most 64 KiB at a time: `read_exact` fills a longer
/// buffer.
impl Read for BinaryFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Read::read(&mut &*self, buffer)
    }
}

/// As [`write`](BinaryFile::write) and [`flush`](BinaryFile::flush), but any file may take fewer
/// bytes than it is given: `write_all` writes them all. A refused `write` took none.
impl Write for &BinaryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_some(bytes).map_err(refused)
    }

    fn flush(&mut self) -> io::Result<()> {
        BinaryFile::flush(self).map_err(refused)
    }
}

/// As [`write`](BinaryFile::write) and [`flush`](BinaryFile::flush), but any file may take fewer
/// bytes than it is given: `write_all` writes them all. A refused `write` took none.
impl Write for BinaryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Write::write(&mut &*self, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut &*self)
    }
}

/// As [`seek`](BinaryFile::seek) and [`tell`](BinaryFile::tell). A position below 0 is an error for
/// every file, and the position stays then.
impl Seek for &BinaryFile {
    fn seek(&mut self, target: SeekFrom) -> io::Result<u64> {
        let moved = match target {
            SeekFrom::Start(position) => self.move_to_position(Some(position)),
            SeekFrom::Current(offset) => {
                self.tell().and_then(|at| self.move_to_position(at.checked_add_signed(offset)))
            }
            SeekFrom::End(offset) => self.move_from_end(offset),
        };
        moved.map_err(refused)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        self.tell().map_err(refused)
    }
}

impl BinaryFile {
    /// Writes some of `bytes` and returns their number. After an error none was taken, unlike with
    /// Python's `write`: callers of std may write them again then.
    fn write_some(&self, bytes: &[u8]) -> Result<usize> {
        let mut open = self.lock();
        // Python writes to memory first, where the bytes stay if the move to the disk fails.
        open.check_position_after(length(bytes))?;
        open.stream(Method::Write)?.write_some(bytes)
    }

    /// Moves to a position; `None` for one that no file has. Unlike Python's `seek` with an offset
    /// on a spooled file in memory, which moves to 0 instead of below it.
    fn move_to_position(&self, position: Option<u64>) -> Result<u64> {
        let position = position.and_then(|position| i64::try_from(position).ok());
        self.seek(position.ok_or_else(|| Error::os(ErrorCode::Invalid))?, 0)
    }

    fn move_from_end(&self, offset: i64) -> Result<u64> {
        let before = self.tell()?;
        let end = self.seek(0, 2)?;
        let moved = self.move_to_position(end.checked_add_signed(offset));
        if moved.is_err() {
            self.move_to_position(Some(before))?;
        }
        moved
    }
}

/// As [`seek`](BinaryFile::seek) and [`tell`](BinaryFile::tell). A position below 0 is an error for
/// every file, and the position stays then.
impl Seek for BinaryFile {
    fn seek(&mut self, target: SeekFrom) -> io::Result<u64> {
        Seek::seek(&mut &*self, target)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        Seek::stream_position(&mut &*self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    #[test]
    fn callers_of_std_do_not_repeat_what_was_interrupted() {
        let interrupted = Error::os(ErrorCode::Interrupted);
        assert_eq!(io::Error::from(interrupted.clone()).kind(), ErrorKind::Interrupted);
        let error = refused(interrupted.clone());
        assert_eq!(error.kind(), ErrorKind::Other);
        assert_eq!(error.get_ref().and_then(|it| it.downcast_ref()), Some(&interrupted));
    }
}
