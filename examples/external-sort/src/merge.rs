//! Merging sorted runs.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;

use crate::cursor::Cursor;
use crate::line;
use crate::run::Run;

/// Passes the lines of all `runs` to `each` in order, with their line breaks. Every run gets an
/// equal block of `memory`, which has to be longer than any line.
pub(crate) fn merge<R: Run>(
    runs: &mut [R],
    memory: &mut [u8],
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let block = memory.len() / runs.len().max(1);
    let cursors = runs.iter_mut().zip(memory.chunks_exact_mut(block));
    let cursors = cursors.map(|(run, block)| Ok(Cursor::open(run, block)?.map(Foremost)));
    let mut heap: BinaryHeap<_> =
        cursors.filter_map(io::Result::transpose).collect::<Result<_, _>>()?;
    while let Some(mut foremost) = heap.peek_mut() {
        each(foremost.0.line_with_break())?;
        if !foremost.0.advance()? {
            PeekMut::pop(foremost);
        }
    }
    Ok(())
}

/// A cursor, ordered by its line in reverse: a heap gives its greatest element first.
struct Foremost<'a, R>(Cursor<'a, R>);

impl<R: Run> Ord for Foremost<'_, R> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (this, other) = (&self.0, &other.0);
        line::compare((other.key(), || other.line()), (this.key(), || this.line()))
    }
}

impl<R: Run> PartialOrd for Foremost<'_, R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R: Run> PartialEq for Foremost<'_, R> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<R: Run> Eq for Foremost<'_, R> {}
