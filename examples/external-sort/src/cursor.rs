//! Reading a sorted run line by line, through a block of memory.

use std::io::{self, ErrorKind};
use std::ops::Range;

use crate::line::Key;
use crate::run::Run;

/// Stands on a line of a run.
pub(crate) struct Cursor<'a, R> {
    run: &'a mut R,
    /// Longer than the longest line with its line break.
    block: &'a mut [u8],
    /// How many bytes of `block` were read.
    filled: usize,
    /// The line in `block`, without its line break.
    line: Range<usize>,
    key: Key,
}

impl<'a, R: Run> Cursor<'a, R> {
    /// Stands on the first line; `None` where there is none.
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

    /// Goes to the next line; false at the end.
    pub(crate) fn advance(&mut self) -> io::Result<bool> {
        self.seek_line(self.line.end + 1)
    }

    /// Goes to the line that begins at `start`.
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
