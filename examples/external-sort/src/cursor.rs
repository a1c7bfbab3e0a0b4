//! A reader of a sorted run: line by line, through a block of memory.

use std::io::{self, ErrorKind};
use std::ops::Range;

use crate::line::Key;
use crate::run::Run;

/// A position in a run, on one of its lines.
pub(crate) struct Cursor<'a, R> {
    run: &'a mut R,
    /// The bytes of the run around the line. The block is longer than the longest line with its
    /// line break.
    block: &'a mut [u8],
    /// The number of bytes read into `block`.
    filled: usize,
    /// The place of the line in `block`, without its line break.
    line: Range<usize>,
    key: Key,
}

impl<'a, R: Run> Cursor<'a, R> {
    /// Opens a run at its first line. Returns `None` for an empty run.
    pub(crate) fn open(run: &'a mut R, block: &'a mut [u8]) -> io::Result<Option<Self>> {
        run.rewind()?;
        let mut cursor = Self { run, block, filled: 0, line: 0..0, key: Key::of(b"") };
        Ok(cursor.seek_line(0)?.then_some(cursor))
    }

    pub(crate) fn line(&self) -> &[u8] {
        &self.block[self.line.clone()]
    }

    pub(crate) fn line_with_break(&self) -> &[u8] {
        &self.block[self.line.start..=self.line.end]
    }

    pub(crate) fn key(&self) -> Key {
        self.key
    }

    /// Goes to the next line. Returns false at the end.
    pub(crate) fn advance(&mut self) -> io::Result<bool> {
        self.seek_line(self.line.end + 1)
    }

    /// Goes to the line that begins at `start` in `block`. Returns false at the end.
    fn seek_line(&mut self, mut start: usize) -> io::Result<bool> {
        let mut searched = start;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.block[searched..self.filled]) {
                self.line = start..searched + at;
                self.key = Key::of(self.line());
                return Ok(true);
            }
            self.block.copy_within(start..self.filled, 0);
            self.filled -= start;
            searched = self.filled;
            start = 0;
            match self.run.read(&mut self.block[self.filled..]) {
                Ok(0) if self.filled == 0 => return Ok(false),
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
