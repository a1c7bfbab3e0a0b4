//! A file in memory: CPython's `io.BytesIO`, before a spooled file moves to the disk.
//!
//! The bytes lie in pages, so that appending moves no bytes and the memory is at most that of the
//! bytes and a page. Bytes that a page lacks at its end are zeros, so that a gap takes no memory.

use alloc::{format, vec::Vec};

use crate::bytes::{self, length, reserve};
use crate::error::{Error, ErrorCode, Result};

/// The size of a page in bytes. The first [`PAGE`] bytes of a file are divided into two pages.
const PAGE: usize = 64 << 10;

/// The first page, which grows as it is filled: most spooled files are small.
const FIRST: usize = 4 << 10;

/// A size in bytes up to which a file that is written at once takes less than a whole page.
const LITTLE: u64 = 512;

pub(crate) struct Memory {
    pages: Vec<Vec<u8>>,
    size: u64,
    position: u64,
    /// The last position up to which a write needs no check of the limit.
    most: u64,
    /// The number of bytes that can be appended to the last page without any other check: its end
    /// is the position then. 0 where that is not known.
    room: usize,
}

impl Memory {
    /// Makes an empty file. [`append`](Self::append) may write up to the position `most`.
    pub(crate) fn new(most: u64) -> Self {
        Self { pages: Vec::new(), size: 0, position: 0, most, room: 0 }
    }

    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Writes `bytes` and returns true if they only lengthen the last page. Nearly every write
    /// does, and takes a few nanoseconds.
    #[inline]
    pub(crate) fn append(&mut self, bytes: &[u8]) -> bool {
        // Writing nothing ends here, too: the position has to be looked at.
        let fits = bytes.len() <= self.room && !bytes.is_empty();
        if let Some(page) = self.pages.last_mut().filter(|_| fits) {
            page.extend_from_slice(bytes);
            self.room -= bytes.len();
            self.position += length(bytes);
            self.size = self.position;
        }
        fits
    }

    /// Reads `size` bytes, or fewer at the end; all to the end where `size` is `None`.
    pub(crate) fn read(&mut self, size: Option<u64>) -> Result<Vec<u8>> {
        let rest = self.size.saturating_sub(self.position);
        let size = usize::try_from(size.map_or(rest, |size| size.min(rest)));
        let size = size.map_err(|_| Error::os(ErrorCode::InsufficientMemory))?;
        let mut bytes = Vec::new();
        reserve(&mut bytes, size)?;
        self.room = 0;
        while bytes.len() < size {
            let (page, at, room) = locate(self.position)?;
            let wanted = room.min(size - bytes.len());
            let end = bytes.len() + wanted;
            let filled = self.pages.get(page).map_or(&[][..], |page| page.get(at..).unwrap_or(&[]));
            bytes.extend_from_slice(&filled[..filled.len().min(wanted)]);
            bytes.resize(end, 0);
            self.position += length(&bytes[end - wanted..]);
        }
        Ok(bytes)
    }

    /// Reads up to and with the next line feed, at most `size` bytes.
    pub(crate) fn readline(&mut self, size: Option<u64>) -> Result<Vec<u8>> {
        let limit = size.unwrap_or(u64::MAX).min(self.size.saturating_sub(self.position));
        let mut line = 0;
        while line < limit {
            let (page, at, room) = locate(self.position + line)?;
            let filled = self.pages.get(page).map_or(&[][..], |page| page.get(at..).unwrap_or(&[]));
            let rest = usize::try_from(limit - line).unwrap_or(usize::MAX);
            if let Some(end) = bytes::find(b'\n', &filled[..filled.len().min(rest)]) {
                line += length(&filled[..=end]);
                break;
            }
            line += u64::try_from(room).unwrap_or(u64::MAX);
        }
        self.read(Some(line.min(limit)))
    }

    /// Writes all of `bytes`, or nothing if no memory is left.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() || self.append(bytes) {
            return Ok(());
        }
        let end =
            self.position.checked_add(length(bytes)).filter(|end| i64::try_from(*end).is_ok());
        let end = end.ok_or_else(|| Error::os(ErrorCode::FileTooLarge))?;
        self.make_room(end)?;
        self.copy(bytes)?;
        self.position = end;
        self.size = self.size.max(end);
        self.room = self.room_to_append();
        Ok(())
    }

    fn room_to_append(&self) -> usize {
        let (Some(last), Ok((page, at, room))) = (self.pages.last(), locate(self.position)) else {
            return 0;
        };
        if page + 1 != self.pages.len() || at != last.len() || self.position != self.size {
            return 0;
        }
        let left = usize::try_from(self.most.saturating_sub(self.position)).unwrap_or(usize::MAX);
        room.min(last.capacity() - at).min(left)
    }

    /// Reserves the pages from the position to `end`.
    fn make_room(&mut self, end: u64) -> Result<()> {
        let (last, ..) = locate(end - 1)?;
        if last >= self.pages.len() {
            let more = last + 1 - self.pages.len();
            reserve(&mut self.pages, more)?;
            self.pages.resize_with(last + 1, Vec::new);
        }
        let (first, ..) = locate(self.position)?;
        for (number, page) in self.pages.iter_mut().enumerate().take(last + 1).skip(first) {
            let whole = match number {
                // A small write reserves only its own size, a larger one the whole page.
                0 if page.is_empty() && end < LITTLE => usize::try_from(end).unwrap_or(FIRST),
                0 => FIRST,
                1 => PAGE - FIRST,
                _ => PAGE,
            };
            let reserved = page.try_reserve_exact(whole - page.len());
            reserved.map_err(|_| Error::os(ErrorCode::InsufficientMemory))?;
        }
        Ok(())
    }

    /// Copies into pages that have room.
    fn copy(&mut self, bytes: &[u8]) -> Result<()> {
        let (mut rest, mut position) = (bytes, self.position);
        while !rest.is_empty() {
            let (page, at, room) = locate(position)?;
            let page = &mut self.pages[page];
            let (now, later) = rest.split_at(rest.len().min(room));
            if page.len() < at {
                page.resize(at, 0);
            }
            let over = now.len().min(page.len() - at);
            page[at..at + over].copy_from_slice(&now[..over]);
            page.extend_from_slice(&now[over..]);
            position += length(now);
            rest = later;
        }
        Ok(())
    }

    pub(crate) fn seek(&mut self, offset: i64, whence: i32) -> Result<u64> {
        let base = match whence {
            0 if offset < 0 => return Err(Error::value(format!("negative seek value {offset}"))),
            0 => 0,
            1 => self.position,
            2 => self.size,
            _ => {
                let message = format!("invalid whence ({whence}, should be 0, 1 or 2)");
                return Err(Error::value(message));
            }
        };
        let base = i64::try_from(base).unwrap_or(i64::MAX);
        // CPython's OverflowError, which is in none of this crate's families.
        let moved =
            base.checked_add(offset).ok_or_else(|| Error::value("new position too large"))?;
        self.position = u64::try_from(moved).unwrap_or(0);
        self.room = 0;
        Ok(self.position)
    }

    /// Cuts the file to `size`, or to the position. Unlike a file on the disk it is never extended.
    pub(crate) fn truncate(&mut self, size: Option<i64>) -> Result<u64> {
        let size = match size {
            None => self.position,
            Some(size) => u64::try_from(size)
                .map_err(|_| Error::value(format!("negative size value {size}")))?,
        };
        self.room = 0;
        if size < self.size {
            let (page, at, _) = locate(size)?;
            self.pages.truncate(page + usize::from(at > 0));
            if let Some(page) = self.pages.get_mut(page) {
                page.truncate(at);
            }
            self.size = size;
        }
        Ok(size)
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Returns the pages that hold bytes, each with its position. Gaps are left out.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let page = u64::try_from(PAGE).expect("BUG: a page fits 64 bits");
        let first = u64::try_from(FIRST).expect("BUG: a page fits 64 bits");
        let starts = [0, first].into_iter().chain((1..).map(move |number| number * page));
        starts.zip(self.pages.iter().map(Vec::as_slice)).filter(|(_, bytes)| !bytes.is_empty())
    }
}

/// Returns the page of a position, the index in it, and the number of bytes from there to its end.
fn locate(position: u64) -> Result<(usize, usize, usize)> {
    let too_far = |_| Error::os(ErrorCode::InsufficientMemory);
    let position = usize::try_from(position).map_err(too_far)?;
    Ok(match position {
        0..FIRST => (0, position, FIRST - position),
        FIRST..PAGE => (1, position - FIRST, PAGE - position),
        _ => (position / PAGE + 1, position % PAGE, PAGE - position % PAGE),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use chance::Chance;

    /// The same in a plain vector.
    #[derive(Default)]
    struct Model {
        bytes: Vec<u8>,
        at: usize,
    }

    #[test]
    fn it_behaves_as_a_vector_does() {
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
        let (mut memory, mut model) = (Memory::new(u64::MAX), Model::default());
        let lengths = [0, 1, 10, FIRST - 1, FIRST, FIRST + 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE];
        for step in 0..20_000 {
            let size = lengths[chance.below(lengths.len())];
            match chance.below(6) {
                0 | 1 => {
                    let bytes = vec![u8::try_from(step % 251).unwrap(); size];
                    memory.write(&bytes).unwrap();
                    if size > 0 {
                        let end = model.at + size;
                        model.bytes.resize(model.bytes.len().max(end), 0);
                        model.bytes[model.at..end].copy_from_slice(&bytes);
                        model.at = end;
                    }
                }
                2 => {
                    let rest = model.bytes.get(model.at..).unwrap_or_default();
                    let expected = &rest[..rest.len().min(size)];
                    assert_eq!(memory.read(Some(size.try_into().unwrap())).unwrap(), expected);
                    model.at += expected.len();
                }
                3 => {
                    model.at = chance.below(5 * PAGE);
                    memory.seek(model.at.try_into().unwrap(), 0).unwrap();
                }
                4 => {
                    model.bytes.truncate(size);
                    memory.truncate(Some(size.try_into().unwrap())).unwrap();
                }
                _ => {
                    let rest = model.bytes.get(model.at..).unwrap_or_default();
                    let end = rest.iter().position(|byte| *byte == b'\n');
                    let expected = &rest[..end.map_or(rest.len(), |end| end + 1)];
                    assert_eq!(memory.readline(None).unwrap(), expected);
                    model.at += expected.len();
                }
            }
            assert_eq!(memory.size(), length(&model.bytes));
            assert_eq!(memory.position, u64::try_from(model.at).unwrap());
        }
        let mut copy = vec![0; model.bytes.len()];
        for (start, bytes) in memory.pieces() {
            let start = usize::try_from(start).unwrap();
            copy[start..start + bytes.len()].copy_from_slice(bytes);
        }
        assert!(copy == model.bytes, "the pieces are the file");
    }

    #[test]
    fn what_is_only_appended_ends_where_it_may_and_where_the_file_does() {
        for most in [0, 1, 9, 10, 4095, 4096, 4097, 70_000, u64::MAX] {
            let mut memory = Memory::new(most);
            let mut written = 0;
            while written < 140_000 {
                let bytes = vec![7; usize::try_from(1 + written % 700).unwrap()];
                if memory.append(&bytes) {
                    assert!(memory.position() <= most, "{most}");
                } else {
                    memory.write(&bytes).unwrap();
                }
                written += length(&bytes);
                assert_eq!((memory.position(), memory.size()), (written, written));
                assert!(!memory.append(b""), "writing nothing is looked at");
            }
            for place in [0, 1, 4096, 139_000] {
                memory.seek(place, 0).unwrap();
                assert!(!memory.append(b"x"), "not the end");
            }
            memory.seek(0, 2).unwrap();
            memory.truncate(Some(5000)).unwrap();
            assert!(!memory.append(b"x"), "beyond the end");
            assert_eq!(memory.size(), 5000);
        }
    }

    #[test]
    fn memory_is_little_more_than_the_bytes() {
        for chunk in [1, 1000, 5000, 100_000] {
            let mut memory = Memory::new(u64::MAX);
            for written in (chunk..1_000_000).step_by(chunk) {
                memory.write(&vec![1; chunk]).unwrap();
                let held: usize = memory.pages.iter().map(Vec::capacity).sum();
                let books = memory.pages.capacity() * size_of::<Vec<u8>>();
                assert!(held + books <= written + written / 10 + PAGE, "{held} for {written}");
            }
        }
    }
}
