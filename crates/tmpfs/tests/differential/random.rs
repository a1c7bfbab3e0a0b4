//! Numbers that repeat with their seed, or that come from bytes as a fuzzer hands them out.

use chance::Chance;

/// A source of choices.
#[derive(Clone, Debug)]
pub(crate) enum Random {
    Seeded(Chance),
    /// Eight bytes a choice; zeros after the last.
    Bytes {
        bytes: Vec<u8>,
        at: usize,
    },
}

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        match self {
            Self::Seeded(chance) => chance.draw(),
            Self::Bytes { bytes, at } => {
                let end = bytes.len().min(*at + 2);
                let mut next = [0; 8];
                next[..end - *at].copy_from_slice(&bytes[*at..end]);
                *at = end;
                u64::from_le_bytes(next)
            }
        }
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// An index below `end`.
    pub(crate) fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).expect("below a usize")
    }

    /// True once in `times`.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }
}
