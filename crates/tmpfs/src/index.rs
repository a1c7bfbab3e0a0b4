//! The index of a directory: extendible hashing. Buckets of entries are the leaves of a trie over
//! the bits of the names' tags. A full bucket is split by the next bit that separates its entries,
//! and two neighbours whose entries fit into one bucket are joined. Slots of a branch that agree in
//! the bits known so far share a bucket. The shape of an index depends only on the tags in it, so
//! that every refund is exact.

use core::num::NonZeroU32;

use crate::branch::{Branch, Link};
use crate::bucket::{Bucket, WIDTH};
use crate::error::Result;
use crate::id::Id;
use crate::layer::{Layer, Stock};
use crate::map::Index;
use crate::name::Tag;
use crate::node::Entry;
use crate::pages::PageStore;
use crate::table::NUMBERS;

/// The bit that marks a link to a bucket. A link to a branch lacks it.
const BUCKET: u32 = NUMBERS;

/// The number of levels: 8 of 4 bits.
const LEVELS: usize = 8;

/// A part of an index: the row that a link leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Branch(Id<Branch>),
    Bucket(Id<Bucket>),
}

impl Part {
    #[inline]
    fn of(link: Link) -> Self {
        let Link(number) = link;
        if number.get() & BUCKET == 0 {
            return Self::Branch(link.id());
        }
        let bucket = NonZeroU32::new(number.get() & !BUCKET);
        Self::Bucket(Id::new(bucket.expect("BUG: numbers begin at 1")))
    }

    #[inline]
    fn link(self) -> Link {
        match self {
            Self::Branch(branch) => Link::to(branch),
            Self::Bucket(bucket) => Link(bucket.number() | BUCKET),
        }
    }
}

/// The way to a bucket.
#[derive(Default)]
struct Path {
    branches: [Option<Id<Branch>>; LEVELS],
    depth: usize,
    /// The bucket, or `None` for an empty slot.
    bucket: Option<Id<Bucket>>,
}

impl Path {
    #[inline]
    fn last(&self) -> Option<Id<Branch>> {
        self.branches[..self.depth].last().copied().flatten()
    }

    #[inline]
    fn push(&mut self, branch: Id<Branch>) {
        self.branches[self.depth] = Some(branch);
        self.depth += 1;
    }

    /// Returns the bucket. Precondition: the entry exists, and therefore its bucket.
    #[inline]
    fn bucket(&self) -> Id<Bucket> {
        self.bucket.expect("BUG: an entry is in a bucket")
    }
}

/// Returns the slot of a tag in a branch of this level.
#[inline]
fn slot(tag: Tag, level: usize) -> usize {
    let bytes = tag.0.to_be_bytes();
    usize::from(if level.is_multiple_of(2) { bytes[level / 2] >> 4 } else { bytes[level / 2] & 15 })
}

impl<S: PageStore> Layer<S> {
    /// Returns the entry of that name in an index.
    pub(crate) fn index_find(&self, index: &Index, tag: Tag, name: &[u8]) -> Option<Id<Entry>> {
        let mut at = index.0?;
        let mut level = 0;
        loop {
            match Part::of(at) {
                Part::Branch(branch) => at = self.get(branch).0[slot(tag, level)]?,
                Part::Bucket(bucket) => {
                    let mut candidates = self.get(bucket).entries(tag);
                    return candidates.find(|entry| self.get(*entry).name.bytes() == name);
                }
            }
            level += 1;
        }
    }

    /// Calls `each` once for every bucket and branch.
    pub(crate) fn index_walk(&self, index: &Index, each: &mut impl FnMut(Part)) {
        if let Some(root) = index.0 {
            self.index_walk_below(Part::of(root), each);
        }
    }

    fn index_walk_below(&self, part: Part, each: &mut impl FnMut(Part)) {
        each(part);
        let Part::Branch(branch) = part else { return };
        let slots = self.get(branch).0;
        for (at, child) in slots.iter().enumerate() {
            if let Some(link) = child
                && !slots[..at].contains(child)
            {
                self.index_walk_below(Part::of(*link), each);
            }
        }
    }
}

/// Changing an index that is held apart from its directory, as in
/// [`change_directory`](Stock::change_directory).
impl<S: PageStore> Stock<S> {
    /// Adds an entry whose name is not in the index yet. After an error nothing has changed.
    pub(crate) fn index_insert(
        &mut self,
        index: &mut Index,
        tag: Tag,
        entry: Id<Entry>,
    ) -> Result<()> {
        let path = self.index_path(index, tag)?;
        let Some(bucket) = path.bucket else {
            let mut bucket = Bucket::EMPTY;
            bucket.push(tag, entry);
            let bucket = Some(Part::Bucket(self.insert(bucket)?).link());
            match path.last() {
                None => index.0 = bucket,
                Some(branch) => {
                    let slots = &mut self.get_mut(branch).0;
                    let at = slot(tag, path.depth - 1);
                    let mut free = at..at + 1;
                    while free.len() < slots.len() {
                        let twice = block(at, 2 * free.len());
                        if slots[twice.clone()].iter().any(Option::is_some) {
                            break;
                        }
                        free = twice;
                    }
                    slots[free].fill(bucket);
                }
            }
            return Ok(());
        };
        let held = self.get_mut(bucket);
        if held.len() < WIDTH {
            held.push(tag, entry);
            return Ok(());
        }
        self.index_split(index, &path, bucket, tag, entry)
    }

    /// Makes the bucket of a tag, and the branches above it, the space's own. Returns the path.
    fn index_path(&mut self, index: &mut Index, tag: Tag) -> Result<Path> {
        let mut path = Path::default();
        let mut at = index.0;
        while let Some(link) = at {
            match Part::of(link) {
                Part::Branch(branch) => {
                    let own = self.own(branch)?;
                    self.index_put(index, &path, link, Part::Branch(own));
                    at = self.get(own).0[slot(tag, path.depth)];
                    path.push(own);
                }
                Part::Bucket(bucket) => {
                    let own = self.own(bucket)?;
                    self.index_put(index, &path, link, Part::Bucket(own));
                    path.bucket = Some(own);
                    break;
                }
            }
        }
        Ok(path)
    }

    /// Makes sure that the bucket of a tag, and the branches above it, may be changed.
    pub(crate) fn index_own(&mut self, index: &mut Index, tag: Tag) -> Result<()> {
        self.index_path(index, tag).map(|_| ())
    }

    /// Replaces `old` by `new` at the end of a path.
    fn index_put(&mut self, index: &mut Index, path: &Path, old: Link, new: Part) {
        let new = new.link();
        if new == old {
            return;
        }
        let Some(branch) = path.last() else {
            index.0 = Some(new);
            return;
        };
        for slot in &mut self.get_mut(branch).0 {
            if *slot == Some(old) {
                *slot = Some(new);
            }
        }
    }

    /// Splits the full bucket at the end of a path by the first bit in which the new tag differs
    /// from a tag in it, and adds the entry.
    fn index_split(
        &mut self,
        index: &mut Index,
        path: &Path,
        bucket: Id<Bucket>,
        tag: Tag,
        entry: Id<Entry>,
    ) -> Result<()> {
        let full = *self.get(bucket);
        let old = Some(Part::Bucket(bucket).link());
        let known = match path.last() {
            None => 0,
            Some(branch) => {
                let slots = self.get(branch).0;
                let sharing = slots.iter().filter(|slot| **slot == old).count();
                4 * path.depth - usize::try_from(sharing.ilog2()).expect("BUG: it is at most 4")
            }
        };
        let differing = full.pairs().fold(0, |bits, (held, _)| bits | (held.0 ^ tag.0));
        let unknown = u32::MAX.checked_shr(u32::try_from(known).unwrap_or(u32::MAX)).unwrap_or(0);
        let differing = differing & unknown;
        if differing == 0 {
            // 17 names have the same tag. Only someone who knows the seed can choose such names.
            return Err(self.quota.no_room());
        }
        let bit = usize::try_from(differing.leading_zeros()).expect("BUG: there are 32 bits");
        let level = bit / 4;

        let sibling = self.insert(Bucket::EMPTY)?;
        let mut new = [None; LEVELS];
        for at in path.depth..=level {
            match self.insert(Branch::EMPTY) {
                Ok(branch) => new[at] = Some(branch),
                Err(error) => {
                    for branch in new.into_iter().flatten() {
                        self.remove(branch);
                    }
                    self.remove(sibling);
                    return Err(error);
                }
            }
        }

        let mut halves = [Bucket::EMPTY; 2];
        for (tag, entry) in full.pairs().chain([(tag, entry)]) {
            halves[usize::from(is_set(tag, bit))].push(tag, entry);
        }
        *self.get_mut(bucket) = halves[0];
        *self.get_mut(sibling) = halves[1];

        // Of the slots that shared the bucket, only the slot of the new tag still leads to it.
        let mut above = path.last();
        for (at, branch) in new.into_iter().enumerate() {
            let Some(branch) = branch else { continue };
            let link = Some(Part::Branch(branch).link());
            match above {
                None => index.0 = link,
                Some(above) => {
                    let slots = &mut self.get_mut(above).0;
                    slots.iter_mut().filter(|slot| **slot == old).for_each(|slot| *slot = None);
                    slots[slot(tag, at - 1)] = link;
                }
            }
            above = Some(branch);
        }
        let branch = if level >= path.depth { new[level] } else { path.branches[level] };
        let branch = branch.expect("BUG: a level that tells tags apart has a branch");
        let sibling = Some(Part::Bucket(sibling).link());
        let (wanted, within) = (slot(tag, level), bit % 4);
        for (at, slot) in self.get_mut(branch).0.iter_mut().enumerate() {
            if at >> (4 - within) == wanted >> (4 - within) {
                *slot = if at >> (3 - within) & 1 == 0 { old } else { sibling };
            } else if *slot == old {
                *slot = None;
            }
        }
        Ok(())
    }

    /// Replaces one entry by another of the same name.
    pub(crate) fn index_replace(
        &mut self,
        index: &mut Index,
        tag: Tag,
        old: Id<Entry>,
        new: Id<Entry>,
    ) -> Result<()> {
        let path = self.index_path(index, tag)?;
        self.get_mut(path.bucket()).replace(old, new);
        Ok(())
    }

    /// Removes an entry.
    pub(crate) fn index_remove(
        &mut self,
        index: &mut Index,
        tag: Tag,
        entry: Id<Entry>,
    ) -> Result<()> {
        let path = self.index_path(index, tag)?;
        self.get_mut(path.bucket()).remove(entry);
        self.index_merge(index, path, tag);
        Ok(())
    }

    /// Joins the bucket at the end of a path with its neighbours, as long as one bucket can hold
    /// all their entries.
    fn index_merge(&mut self, index: &mut Index, mut path: Path, tag: Tag) {
        let bucket = path.bucket();
        let part = Part::Bucket(bucket);
        let link = Some(part.link());
        while let Some(branch) = path.last() {
            let mut slots = self.get(branch).0;
            let at = slot(tag, path.depth - 1);
            let mut size = slots.iter().filter(|slot| **slot == link).count();
            while size < slots.len() {
                let (own, twice) = (block(at, size), block(at, 2 * size));
                let beside = if own.start == twice.start { own.end } else { twice.start };
                let neighbour = slots[beside];
                let whole = slots[beside..beside + size].iter().all(|slot| *slot == neighbour);
                if !whole || !self.bucket_join(bucket, neighbour) {
                    break;
                }
                slots[twice].fill(link);
                size *= 2;
            }
            let empty = self.get(bucket).len() == 0;
            if size < slots.len() {
                if empty {
                    slots[block(at, size)].fill(None);
                    self.remove(bucket);
                }
                self.get_mut(branch).0 = slots;
                return;
            }
            path.depth -= 1;
            self.index_put(index, &path, Part::Branch(branch).link(), part);
            self.remove(branch);
        }
        if self.get(bucket).len() == 0 {
            index.0 = None;
            self.remove(bucket);
        }
    }

    /// Moves the entries of another slot into this bucket. It does nothing and returns false if
    /// that slot leads to a branch, or the entries do not fit.
    fn bucket_join(&mut self, bucket: Id<Bucket>, other: Option<Link>) -> bool {
        let other = match other.map(Part::of) {
            None => return true,
            Some(Part::Branch(_)) => return false,
            Some(Part::Bucket(other)) => other,
        };
        if self.get(bucket).len() + self.get(other).len() > WIDTH {
            return false;
        }
        let from = *self.get(other);
        let into = self.get_mut(bucket);
        from.pairs().for_each(|(tag, entry)| into.push(tag, entry));
        self.remove(other);
        true
    }
}

/// Returns the slots around `at` that agree with it in all but the lowest bits.
#[inline]
fn block(at: usize, size: usize) -> core::ops::Range<usize> {
    let start = at - at % size;
    start..start + size
}

#[inline]
fn is_set(tag: Tag, bit: usize) -> bool {
    slot(tag, bit / 4) >> (3 - bit % 4) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::limits::{Limits, Usage};
    use crate::name::Name;
    use crate::pages::MemoryPages;
    use crate::quota::Quota;
    use alloc::{string::String, vec::Vec};
    use chance::Chance;
    use core::fmt::Write;

    fn add(
        stock: &mut Stock<MemoryPages>,
        index: &mut Index,
        tag: u32,
        name: &str,
    ) -> Result<Id<Entry>> {
        let name = Name::new(name).unwrap();
        let node = Id::new(NonZeroU32::MIN);
        let entry = stock.insert(Entry { name, place: 0, epoch: 0, node }).unwrap();
        let before = stock.quota.used();
        let added = stock.index_insert(index, Tag(tag), entry);
        if added.is_err() {
            assert_eq!(stock.quota.used(), before);
            stock.remove(entry);
        }
        added.map(|()| entry)
    }

    #[test]
    fn tags_that_differ_in_few_bits_are_told_apart_as_far_as_a_bucket_goes() {
        let quota = Quota::new(Limits::default(), None);
        let mut stock = Stock { layer: Layer::new(MemoryPages::default()), quota, seed: [0, 0] };
        let mut index = Index::EMPTY;
        let mut held = Vec::new();
        // Tags that agree in their first 20 bits, then in all but their last 4.
        let tags = (0..4096).map(|tag| 0xabcd_e000 | tag);
        let close = (0..16_u32).flat_map(|tag| (0..12).map(move |_| 0x1234_5670 | tag));
        for (number, tag) in tags.chain(close).enumerate() {
            let mut name = String::new();
            write!(name, "{number}").unwrap();
            held.push((add(&mut stock, &mut index, tag, &name).unwrap(), tag, name));
        }
        for (entry, tag, name) in &held {
            assert_eq!(stock.layer.index_find(&index, Tag(*tag), name.as_bytes()), Some(*entry));
            assert_eq!(stock.layer.index_find(&index, Tag(tag ^ 0x10_0000), name.as_bytes()), None);
        }
        for (entry, tag, _) in held.iter().rev() {
            stock.index_remove(&mut index, Tag(*tag), *entry).unwrap();
            stock.remove(*entry);
        }
        assert_eq!((index, stock.quota.used()), (Index::EMPTY, Usage::default()));
    }

    #[test]
    fn what_an_index_takes_follows_from_what_is_in_it() {
        let empty = || Stock {
            layer: Layer::new(MemoryPages::default()),
            quota: Quota::new(Limits::default(), None),
            seed: [0, 0],
        };
        let (mut stock, mut index) = (empty(), Index::EMPTY);
        let mut held = Vec::new();
        let mut chance = Chance(1);
        for step in 0..6_000_u32 {
            let [.., a, b, c, d] = chance.draw().to_be_bytes().map(|byte| byte >> (step % 3));
            let growing = step / 1_000 % 2 == 0;
            if growing || held.is_empty() {
                let tag = u32::from_be_bytes([d & 1, c, b, a]);
                held.push((add(&mut stock, &mut index, tag, "x").unwrap(), tag));
            } else {
                let at = usize::from(b) * 256 + usize::from(c);
                let (entry, tag) = held.swap_remove(at % held.len());
                stock.index_remove(&mut index, Tag(tag), entry).unwrap();
                stock.remove(entry);
            }
            if step % 100 == 99 {
                let (mut other, mut index) = (empty(), Index::EMPTY);
                for (_, tag) in held.iter().rev() {
                    add(&mut other, &mut index, *tag, "x").unwrap();
                }
                assert_eq!(stock.quota.used(), other.quota.used(), "step {step}");
            }
        }
    }

    #[test]
    fn more_names_of_one_tag_than_a_bucket_holds_are_refused() {
        let quota = Quota::new(Limits::default(), None);
        let mut stock = Stock { layer: Layer::new(MemoryPages::default()), quota, seed: [0, 0] };
        let mut index = Index::EMPTY;
        for number in 0..WIDTH {
            let mut name = String::new();
            write!(name, "{number}").unwrap();
            add(&mut stock, &mut index, 7, &name).unwrap();
        }
        assert_eq!(add(&mut stock, &mut index, 7, "more"), Err(Error::InsufficientSpace));
        add(&mut stock, &mut index, 6, "another").unwrap();
        assert_eq!(add(&mut stock, &mut index, 7, "more"), Err(Error::InsufficientSpace));
    }
}
