//! Buckets, in which an index keeps entries.

/// How many entries a bucket holds.
pub(crate) const WIDTH: usize = 16;

/// Some entries, and their tags apart from them: who looks for a tag reads nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    pub(crate) length: u32,
    tags: [u32; WIDTH],
    pub(crate) entries: [u32; WIDTH],
}

impl Bucket {
    pub(crate) const EMPTY: Self = Self { length: 0, tags: [0; WIDTH], entries: [0; WIDTH] };

    #[inline]
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.length).expect("BUG: a bucket is small")
    }

    /// Each entry, after its tag.
    #[inline]
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        let length = self.len();
        self.tags[..length].iter().copied().zip(self.entries[..length].iter().copied())
    }

    #[inline]
    pub(crate) fn push(&mut self, tag: u32, entry: u32) {
        let at = self.len();
        (self.tags[at], self.entries[at]) = (tag, entry);
        self.length += 1;
    }

    #[inline]
    pub(crate) fn remove(&mut self, entry: u32) {
        let (at, last) = (self.position(entry), self.len() - 1);
        (self.tags[at], self.entries[at]) = (self.tags[last], self.entries[last]);
        self.length -= 1;
    }

    #[inline]
    pub(crate) fn position(&self, entry: u32) -> usize {
        let at = self.entries[..self.len()].iter().position(|held| *held == entry);
        at.expect("BUG: an entry is in its bucket")
    }
}
