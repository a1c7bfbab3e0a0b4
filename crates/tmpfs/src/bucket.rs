//! Buckets, in which an index keeps entries.

use crate::id::Id;
use crate::name::Tag;
use crate::node::Entry;

/// The number of entries that a bucket holds.
pub(crate) const WIDTH: usize = crate::prices::BUCKET_ENTRIES;

/// Some entries, and their tags apart from them, so that a search for a tag reads nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    length: u32,
    tags: [Tag; WIDTH],
    entries: [Option<Id<Entry>>; WIDTH],
}

impl Bucket {
    pub(crate) const EMPTY: Self =
        Self { length: 0, tags: [Tag(0); WIDTH], entries: [None; WIDTH] };

    #[inline]
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.length).expect("BUG: a bucket is small")
    }

    /// Returns each entry, after its tag.
    #[inline]
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (Tag, Id<Entry>)> {
        let length = self.len();
        let pairs = self.tags[..length].iter().zip(&self.entries[..length]);
        pairs.filter_map(|(tag, entry)| Some((*tag, (*entry)?)))
    }

    /// Returns the entries of that tag.
    #[inline]
    pub(crate) fn entries(&self, tag: Tag) -> impl Iterator<Item = Id<Entry>> {
        let length = self.len();
        let pairs = self.tags[..length].iter().zip(&self.entries[..length]);
        pairs.filter(move |(held, _)| **held == tag).filter_map(|(_, entry)| *entry)
    }

    #[inline]
    pub(crate) fn push(&mut self, tag: Tag, entry: Id<Entry>) {
        let at = self.len();
        (self.tags[at], self.entries[at]) = (tag, Some(entry));
        self.length += 1;
    }

    #[inline]
    pub(crate) fn remove(&mut self, entry: Id<Entry>) {
        let (at, last) = (self.position(entry), self.len() - 1);
        (self.tags[at], self.entries[at]) = (self.tags[last], self.entries[last]);
        self.length -= 1;
    }

    #[inline]
    fn position(&self, entry: Id<Entry>) -> usize {
        let at = self.entries[..self.len()].iter().position(|held| *held == Some(entry));
        at.expect("BUG: an entry is in its bucket")
    }

    /// Puts one entry in the place of another of the same name.
    pub(crate) fn replace(&mut self, old: Id<Entry>, new: Id<Entry>) {
        let at = self.position(old);
        self.entries[at] = Some(new);
    }
}
