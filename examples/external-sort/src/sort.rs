//! The external merge sort. It sorts runs that fit into memory, writes them into temporary files,
//! and merges these.

use std::cmp::Reverse;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::mem;

use crate::arena::Arena;
use crate::merge::merge;
use crate::progress::Progress;
use crate::run::Run;

/// The least memory that a sort works in, in bytes.
pub const LEAST_MEMORY: usize = 64 << 10;

/// The most memory, in bytes: positions are kept in 32 bits.
const MOST_MEMORY: usize = 1 << 30;

/// The most runs that are merged at once. More runs would make their blocks too small.
const FAN_IN: usize = 64;

/// The most temporary files that are open at once. Systems allow a few hundred.
const MOST_RUNS: usize = 128;

/// The bytes of output between two messages of progress.
const STEP: u64 = 16_000_000;

/// The result of a sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The number of lines in the input and in the output.
    pub lines: u64,
    /// The bytes of the output: those of the input, and a line break if the last line had none.
    pub bytes: u64,
    /// The number of temporary files made.
    pub files: u64,
}

/// Sorts the lines of `input` into `output`, in `memory` bytes. The memory holds lines, their
/// entries and the blocks of merges. A line break is a line feed, and a last line without one gets
/// one.
///
/// # Errors
/// `memory` is less than [`LEAST_MEMORY`] or more than 1 GiB. A line is longer than an eighth of
/// the memory. A file or `report` fails.
pub fn sort<R: Run>(
    memory: usize,
    input: &mut impl Read,
    output: &mut impl Write,
    make_run: impl FnMut() -> io::Result<R>,
    report: impl FnMut(Progress) -> io::Result<()>,
) -> io::Result<Summary> {
    if !(LEAST_MEMORY..=MOST_MEMORY).contains(&memory) {
        let text = format!("the memory must be from {LEAST_MEMORY} to {MOST_MEMORY} bytes");
        return Err(io::Error::new(ErrorKind::InvalidInput, text));
    }
    let arena = Arena::new(memory);
    let mut sorter = Sorter { arena, runs: Vec::new(), files: 0, make_run, report };
    sorter.read(input)?;
    let bytes = sorter.write(output)?;
    Ok(Summary { lines: sorter.arena.lines(), bytes, files: sorter.files })
}

struct Sorter<R, M, P> {
    arena: Arena,
    runs: Vec<Sorted<R>>,
    files: u64,
    make_run: M,
    report: P,
}

/// A sorted run in its file.
struct Sorted<R> {
    file: R,
    bytes: u64,
}

impl<R, M, P> Sorter<R, M, P>
where
    R: Run,
    M: FnMut() -> io::Result<R>,
    P: FnMut(Progress) -> io::Result<()>,
{
    /// Reads the input into runs. It leaves the last run in memory if there is no other.
    fn read(&mut self, input: &mut impl Read) -> io::Result<()> {
        while self.arena.fill(input)? {
            self.write_run()?;
            if self.runs.len() == MOST_RUNS {
                let count = self.fan_in();
                self.merge_smallest(count)?;
            }
        }
        if !self.runs.is_empty() && self.arena.each().len() > 0 {
            self.write_run()?;
        }
        Ok(())
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.arena.sort();
        let mut file = (self.make_run)()?;
        self.files += 1;
        let mut lines = Lines::new(&mut file, self.arena.block());
        self.arena.each().try_for_each(|line| lines.write(line))?;
        let bytes = lines.finish()?;
        self.runs.push(Sorted { file, bytes });
        self.arena.clear();
        (self.report)(Progress::Sorted { read: self.arena.read(), files: self.files })
    }

    /// Returns the number of runs that can be merged at once. Each needs a block that holds the
    /// longest line. The number is at least three: a line is at most an eighth of the memory, and
    /// nearly three quarters of the memory are free, less what was read beyond a run.
    fn fan_in(&mut self) -> usize {
        let least = (self.arena.longest() + 1).max(self.arena.block() / 4);
        (self.arena.free().len() / least).min(FAN_IN)
    }

    fn merge_smallest(&mut self, count: usize) -> io::Result<()> {
        self.runs.sort_by_key(|run| Reverse(run.bytes));
        let smallest = self.runs.split_off(self.runs.len() - count);
        let mut smallest: Vec<R> = smallest.into_iter().map(|run| run.file).collect();

        let mut file = (self.make_run)()?;
        self.files += 1;
        let mut lines = Lines::new(&mut file, self.arena.block());
        merge(&mut smallest, self.arena.free(), |line| lines.write(line))?;
        let bytes = lines.finish()?;
        self.runs.push(Sorted { file, bytes });
        (self.report)(Progress::Merged { runs: count, files: self.files })
    }

    fn write(&mut self, output: &mut impl Write) -> io::Result<u64> {
        let fan_in = self.fan_in();
        while self.runs.len() > fan_in {
            // Merge so many runs first that every later merge takes as many as it can.
            self.merge_smallest((self.runs.len() - 2) % (fan_in - 1) + 2)?;
        }
        let mut lines = Lines::new(output, self.arena.block());
        if self.runs.is_empty() {
            self.arena.sort();
            self.arena.each().try_for_each(|line| lines.write(line))?;
        }
        let runs = self.runs.len();
        let mut files: Vec<R> = mem::take(&mut self.runs).into_iter().map(|run| run.file).collect();
        let mut told = 0;
        merge(&mut files, self.arena.free(), |line| {
            if lines.bytes >= told + STEP {
                told = lines.bytes;
                (self.report)(Progress::Written { runs, written: told })?;
            }
            lines.write(line)
        })?;
        let written = lines.finish()?;
        (self.report)(Progress::Written { runs, written })?;
        Ok(written)
    }
}

/// A writer of lines into a file, a block at a time.
struct Lines<W: Write> {
    writer: BufWriter<W>,
    bytes: u64,
}

impl<W: Write> Lines<W> {
    fn new(file: W, block: usize) -> Self {
        Self { writer: BufWriter::with_capacity(block, file), bytes: 0 }
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.bytes += u64::try_from(line.len()).expect("BUG: a length fits 64 bits");
        self.writer.write_all(line)
    }

    fn finish(mut self) -> io::Result<u64> {
        self.writer.flush()?;
        Ok(self.bytes)
    }
}
