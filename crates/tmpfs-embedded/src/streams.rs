//! Streams of files, with their positions, and whether they are still open.

use tmpfs::{Error, Handle, Result as Outcome, Sink, Source, Timestamp};
use tmpfs_start::Space;

/// The number of bytes that a stream permits at once.
pub(crate) const PERMIT: u64 = 64 << 10;

/// The most bytes of one call that writes and flushes (WIT, blocking-write-and-flush).
const BLOCKING: u64 = 4096;

/// Reasons why a stream gives or takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The stream has ended, or an earlier call failed.
    Closed,
    /// This call failed.
    Failed(Error),
    /// The caller broke a rule, and the interface requires a trap.
    Trap,
}

type Result<T> = core::result::Result<T, Failure>;

/// A stream that reads a file from a position on. It has its own handle.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) file: Handle,
    offset: u64,
    /// True after the end was reached or a read failed. The file may grow, but a stream that
    /// returned `closed` stays closed (WIT, stream-error).
    closed: bool,
}

impl Reader {
    pub(crate) fn new(file: Handle, offset: u64) -> Self {
        Self { file, offset, closed: false }
    }

    /// Returns the number of bytes that a read of `length` gets. It is at least 1 unless `length`
    /// is 0.
    pub(crate) fn left(&mut self, space: &Space, length: u64) -> Result<u64> {
        if self.closed {
            return Err(Failure::Closed);
        }
        if length == 0 {
            return Ok(0);
        }
        let stat = space.stat(self.file).map_err(|error| self.fail(error))?;
        match stat.size.saturating_sub(self.offset) {
            0 => {
                self.closed = true;
                Err(Failure::Closed)
            }
            left => Ok(left.min(length)),
        }
    }

    /// Reads bytes. Precondition: [`Reader::left`] just returned at least that number.
    pub(crate) fn read<K: Sink>(
        &mut self,
        space: &Space,
        length: usize,
        sink: &mut K,
    ) -> Result<usize> {
        let read = space.read_into(self.file, self.offset, length, sink);
        let read = read.map_err(|error| self.fail(error))?;
        self.offset += self::length(read);
        Ok(read)
    }

    /// Skips at most `length` bytes, and returns the number skipped.
    pub(crate) fn skip(&mut self, space: &Space, length: u64) -> Result<u64> {
        let skipped = self.left(space, length)?;
        self.offset += skipped;
        Ok(skipped)
    }

    fn fail(&mut self, error: Error) -> Failure {
        self.closed = true;
        Failure::Failed(error)
    }
}

/// The position of a stream's next write.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Position {
    At(u64),
    /// The end of the file at the time of the write.
    End,
}

/// A stream that writes a file from a position on. It has its own handle.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) file: Handle,
    position: Position,
    /// The number of bytes that `check-write` permitted and that were not written yet.
    permit: u64,
    /// True after a write failed.
    closed: bool,
}

impl Writer {
    pub(crate) fn new(file: Handle, position: Position) -> Self {
        Self { file, position, permit: 0, closed: false }
    }

    /// Does nothing, since nothing is buffered.
    pub(crate) fn flush(&self) -> Result<()> {
        if self.closed { Err(Failure::Closed) } else { Ok(()) }
    }

    /// Returns the number of bytes that may be written.
    pub(crate) fn check_write(&mut self) -> Result<u64> {
        self.flush()?;
        self.permit = PERMIT;
        Ok(PERMIT)
    }

    /// Writes bytes that `check-write` permitted.
    pub(crate) fn write<R: Source + Clone>(
        &mut self,
        space: &mut Space,
        length: u64,
        source: &R,
        now: Timestamp,
    ) -> Result<()> {
        self.flush()?;
        self.permit = self.permit.checked_sub(length).ok_or(Failure::Trap)?;
        self.put(space, length, source, now)
    }

    /// Writes the bytes of one call that writes and flushes, and refuses more than that takes.
    pub(crate) fn blocking_write<R: Source + Clone>(
        &mut self,
        space: &mut Space,
        length: u64,
        source: &R,
        now: Timestamp,
    ) -> Result<()> {
        self.flush()?;
        if length > BLOCKING {
            return Err(Failure::Trap);
        }
        self.put(space, length, source, now)
    }

    fn put<R: Source + Clone>(
        &mut self,
        space: &mut Space,
        length: u64,
        source: &R,
        now: Timestamp,
    ) -> Result<()> {
        let length = usize::try_from(length).expect("BUG: it was permitted");
        self.put_all(space, length, source, now).map_err(|error| {
            self.closed = true;
            Failure::Failed(error)
        })
    }

    /// Writes all bytes, or returns the error. Bytes that were written before it stay.
    fn put_all<R: Source + Clone>(
        &mut self,
        space: &mut Space,
        length: usize,
        source: &R,
        now: Timestamp,
    ) -> Outcome<()> {
        let mut done = 0;
        while done < length {
            let mut rest = source.clone();
            rest.skip(done);
            let left = length - done;
            let written = match &mut self.position {
                Position::End => space.append_from(self.file, left, &mut rest, now)?,
                Position::At(offset) => {
                    let written = space.write_from(self.file, *offset, left, &mut rest, now)?;
                    let end = offset.checked_add(self::length(written));
                    *offset = end.ok_or(Error::FileTooLarge)?;
                    written
                }
            };
            done += written;
        }
        Ok(())
    }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).expect("BUG: a length fits 64 bits")
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use tmpfs::{
        DescriptorFlags, Error, Follow, Handle, Limits, MemoryPages, OpenFlags, Settings,
        Timestamp, Zeros,
    };
    use tmpfs_start::Space;

    use super::{BLOCKING, Failure, PERMIT, Position, Reader, Writer};

    const NOW: Timestamp = Timestamp { seconds: 1, nanoseconds: 0 };

    fn file(limits: Limits) -> (Space, Handle) {
        let settings = Settings { limits, ..Settings::seeded([1, 2], NOW) };
        let mut space = Space::create_in(MemoryPages::default(), settings).unwrap();
        let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
        let new = OpenFlags { create: true, ..OpenFlags::default() };
        let flags = DescriptorFlags::READ_WRITE;
        let file = space.open_at(root, Follow::No, "file", new, flags, NOW).unwrap();
        (space, file)
    }

    fn read(reader: &mut Reader, space: &Space, length: u64) -> Result<Vec<u8>, Failure> {
        let left = usize::try_from(reader.left(space, length)?).unwrap();
        let mut bytes = vec![0xff; left];
        assert_eq!(reader.read(space, left, &mut bytes.as_mut_slice()), Ok(left));
        Ok(bytes)
    }

    #[test]
    fn a_reader_that_came_to_the_end_stays_closed() {
        let (mut space, file) = file(Limits::default());
        space.write_at(file, 0, b"some bytes", NOW).unwrap();
        let mut reader = Reader::new(file, 2);
        assert_eq!(read(&mut reader, &space, 0).unwrap(), b"", "nothing was wanted");
        assert_eq!(read(&mut reader, &space, 3).unwrap(), b"me ");
        assert_eq!(reader.skip(&space, 1), Ok(1));
        assert_eq!(read(&mut reader, &space, u64::MAX).unwrap(), b"ytes");
        assert_eq!(reader.skip(&space, 1), Err(Failure::Closed));
        space.append(file, b"more", NOW).unwrap();
        assert_eq!(read(&mut reader, &space, 1), Err(Failure::Closed));
        assert_eq!(read(&mut reader, &space, 0), Err(Failure::Closed));
        let far = &mut Reader::new(file, u64::MAX);
        assert_eq!(read(far, &space, 9), Err(Failure::Closed));
    }

    #[test]
    fn a_writer_writes_what_was_permitted() {
        let (mut space, file) = file(Limits::default());
        let mut writer = Writer::new(file, Position::At(3));
        assert_eq!(writer.write(&mut space, 1, &&b"x"[..], NOW), Err(Failure::Trap));
        assert_eq!(writer.check_write(), Ok(PERMIT));
        assert_eq!(writer.write(&mut space, 4, &&b"some"[..], NOW), Ok(()));
        assert_eq!(writer.write(&mut space, PERMIT - 4, &Zeros, NOW), Ok(()));
        assert_eq!(writer.write(&mut space, 1, &&b"x"[..], NOW), Err(Failure::Trap));
        assert_eq!(writer.blocking_write(&mut space, BLOCKING, &Zeros, NOW), Ok(()));
        assert_eq!(
            writer.blocking_write(&mut space, BLOCKING + 1, &Zeros, NOW),
            Err(Failure::Trap)
        );
        let mut end = Writer::new(file, Position::End);
        assert_eq!(end.blocking_write(&mut space, 3, &&b"end"[..], NOW), Ok(()));
        assert_eq!(writer.flush(), Ok(()));
        assert_eq!(space.stat(file).unwrap().size, 3 + PERMIT + BLOCKING + 3);
        let mut bytes = [0; 9];
        space.read_at(file, 0, &mut bytes).unwrap();
        assert_eq!(&bytes, b"\0\0\0some\0\0");
    }

    #[test]
    fn a_writer_that_failed_stays_closed_and_keeps_what_it_wrote() {
        let (mut space, file) = file(Limits { file_size: 10, ..Limits::default() });
        let mut writer = Writer::new(file, Position::At(4));
        writer.check_write().unwrap();
        let full = Failure::Failed(Error::FileTooLarge);
        assert_eq!(writer.write(&mut space, 8, &&b"too long"[..], NOW), Err(full));
        assert_eq!(space.stat(file).unwrap().size, 10);
        assert_eq!(writer.check_write(), Err(Failure::Closed));
        assert_eq!(writer.write(&mut space, 1, &&b"x"[..], NOW), Err(Failure::Closed));
        assert_eq!(writer.blocking_write(&mut space, 1, &Zeros, NOW), Err(Failure::Closed));
        assert_eq!(writer.flush(), Err(Failure::Closed));
    }
}
