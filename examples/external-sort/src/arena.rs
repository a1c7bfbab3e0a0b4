//! The memory in which runs are sorted: the bytes that were read, and an entry for each line.
//! Between runs, merges use the same bytes for their blocks.

use std::io::{self, ErrorKind, Read};

use crate::line::{self, Key};

/// The place of a line. Sorting moves entries of 16 bytes instead of lines.
struct Entry {
    key: Key,
    start: u32,
    length: u32,
}

/// The memory that a sort is allowed, allocated once.
pub(crate) struct Arena {
    bytes: Vec<u8>,
    /// The number of bytes read into `bytes`.
    filled: usize,
    /// The start of the first line that has no entry yet.
    start: usize,
    /// The end of the bytes that were searched. They hold no line break after `start`.
    searched: usize,
    /// The entries of lines. Their capacity is a limit: the vector never grows.
    entries: Vec<Entry>,
    /// The number of bytes read at a time.
    chunk: usize,
    /// The longest line that is accepted, in bytes.
    limit: usize,
    /// The longest line so far, in bytes.
    longest: usize,
    /// The number of lines in all runs so far.
    lines: u64,
    /// The number of bytes of all reads so far.
    read: u64,
    ended: bool,
}

impl Arena {
    /// Divides `memory`. Entries get a quarter, which suits lines of 48 bytes. The block that waits
    /// to be written gets a 64th.
    pub(crate) fn new(memory: usize) -> Self {
        let entries = memory / 4 / size_of::<Entry>();
        let chunk = memory / 64;
        Self {
            bytes: vec![0; memory - memory / 4 - chunk],
            filled: 0,
            start: 0,
            searched: 0,
            entries: Vec::with_capacity(entries),
            chunk,
            limit: memory / 8,
            longest: 0,
            lines: 0,
            read: 0,
            ended: false,
        }
    }

    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    pub(crate) fn read(&self) -> u64 {
        self.read
    }

    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Returns the number of bytes written at a time.
    pub(crate) fn block(&self) -> usize {
        self.chunk
    }

    /// Reads lines until no more fit. Returns false at the end of the input.
    ///
    /// # Errors
    /// The input cannot be read, or a line is longer than an eighth of the memory.
    pub(crate) fn fill(&mut self, input: &mut impl Read) -> io::Result<bool> {
        loop {
            self.find_lines()?;
            let room = (self.filled + self.chunk).min(self.bytes.len());
            if self.full() || room == self.filled {
                return Ok(true);
            }
            if self.ended {
                return Ok(false);
            }
            match input.read(&mut self.bytes[self.filled..room]) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    self.filled += read;
                    self.read += u64::try_from(read).expect("BUG: a length fits 64 bits");
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Sorts the lines that were read.
    pub(crate) fn sort(&mut self) {
        let bytes = &self.bytes;
        self.entries.sort_unstable_by(|left, right| {
            line::compare((left.key, || slice(bytes, left)), (right.key, || slice(bytes, right)))
        });
    }

    /// Returns the lines, with their line breaks, in their present order.
    pub(crate) fn each(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.entries
            .iter()
            .map(|entry| &self.bytes[widen(entry.start)..][..widen(entry.length) + 1])
    }

    /// Removes the lines, and keeps the bytes that were read beyond them.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.bytes.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.searched -= self.start;
        self.start = 0;
    }

    /// Returns the memory that merges can use between runs, after [`clear`](Self::clear).
    pub(crate) fn free(&mut self) -> &mut [u8] {
        &mut self.bytes[self.filled..]
    }

    fn full(&self) -> bool {
        self.entries.len() == self.entries.capacity()
    }

    fn find_lines(&mut self) -> io::Result<()> {
        while !self.full() {
            let unsearched = &self.bytes[self.searched..self.filled];
            if let Some(at) = memchr::memchr(b'\n', unsearched) {
                let end = self.searched + at;
                self.add(end)?;
                self.start = end + 1;
                self.searched = self.start;
                continue;
            }
            self.searched = self.filled;
            if self.filled > self.start {
                self.check(self.filled - self.start)?;
                if self.ended && self.filled < self.bytes.len() {
                    self.bytes[self.filled] = b'\n';
                    self.filled += 1;
                    continue;
                }
            }
            break;
        }
        Ok(())
    }

    /// Adds the line that ends before `end`.
    fn add(&mut self, end: usize) -> io::Result<()> {
        let line = &self.bytes[self.start..end];
        self.check(line.len())?;
        self.longest = self.longest.max(line.len());
        self.lines += 1;
        self.entries.push(Entry {
            key: Key::of(line),
            start: narrow(self.start),
            length: narrow(line.len()),
        });
        Ok(())
    }

    fn check(&self, length: usize) -> io::Result<()> {
        if length <= self.limit {
            return Ok(());
        }
        let number = self.lines + 1;
        let limit = self.limit;
        let text = format!(
            "line {number} is longer than {limit} bytes, an eighth of the memory for sorting"
        );
        Err(io::Error::new(ErrorKind::InvalidData, text))
    }
}

fn slice<'a>(bytes: &'a [u8], entry: &Entry) -> &'a [u8] {
    &bytes[widen(entry.start)..][..widen(entry.length)]
}

fn narrow(position: usize) -> u32 {
    u32::try_from(position).expect("BUG: the memory is limited to what 32 bits count")
}

fn widen(position: u32) -> usize {
    usize::try_from(position).expect("BUG: the position was a usize before")
}
