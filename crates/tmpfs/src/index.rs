//! The index of a directory: extendible hashing. Buckets of entries hang in a trie over the bits of
//! their tags; a full one is halved by the next bit that tells its entries apart, and what fits into
//! one is joined again. The slots of a branch that agree in the bits known so far share a bucket.
//! What an index takes follows from the tags in it alone, so that every refund is exact.

use crate::branch::Branch;
use crate::bucket::{Bucket, WIDTH};
use crate::entry::Entry;
use crate::error::{Error, Result};
use crate::layer::{Layer, Stock};
use crate::pages::PageStore;
use crate::table::NUMBERS;

/// A reference with this bit is to a branch, without it to a bucket; 0 is nothing.
const BRANCH: u32 = NUMBERS;

/// How many levels there are: 8 of 4 bits.
const LEVELS: usize = 8;

/// The way to a bucket.
#[derive(Default)]
struct Path {
    branches: [u32; LEVELS],
    depth: usize,
    /// 0 where there is none.
    bucket: u32,
}

impl Path {
    #[inline]
    fn last(&self) -> Option<u32> {
        self.branches[..self.depth].last().copied()
    }
}

/// The slot that a tag takes in a branch of this level.
#[inline]
fn slot(tag: u32, level: usize) -> usize {
    let bytes = tag.to_be_bytes();
    usize::from(if level.is_multiple_of(2) { bytes[level / 2] >> 4 } else { bytes[level / 2] & 15 })
}

impl<S: PageStore> Layer<S> {
    /// The entry of that name below `root`.
    pub(crate) fn index_find(&self, root: u32, tag: u32, name: &[u8]) -> Option<u32> {
        let mut at = root;
        let mut level = 0;
        while at & BRANCH != 0 {
            at = self.get::<Branch>(at & !BRANCH).0[slot(tag, level)];
            level += 1;
        }
        if at == 0 {
            return None;
        }
        let pairs = self.get::<Bucket>(at).pairs();
        let mut candidates = pairs.filter(|(held, _)| *held == tag).map(|(_, entry)| entry);
        candidates.find(|entry| self.get::<Entry>(*entry).name.bytes() == name)
    }

    /// Calls `each` with the reference of every bucket and branch, a bucket once, and the bits of the
    /// tag that lead there.
    pub(crate) fn index_walk(&self, root: u32, each: &mut impl FnMut(Reference)) {
        if root & BRANCH == 0 {
            if root != 0 {
                each(Reference::Bucket(root));
            }
            return;
        }
        let branch = root & !BRANCH;
        each(Reference::Branch(branch));
        let slots = self.get::<Branch>(branch).0;
        for (at, child) in slots.iter().enumerate() {
            if *child != 0 && !slots[..at].contains(child) {
                self.index_walk(*child, each);
            }
        }
    }
}

/// What an index is made of.
pub(crate) enum Reference {
    Branch(u32),
    Bucket(u32),
}

impl<S: PageStore> Stock<S> {
    /// Adds an entry whose name is not there yet. After an error there is what there was; the root is
    /// to be put back in either case, as what it leads to may have become the space's own.
    pub(crate) fn index_insert(&mut self, root: &mut u32, tag: u32, entry: u32) -> Result<()> {
        let path = self.index_own(root, tag)?;
        if path.bucket == 0 {
            let mut bucket = Bucket::EMPTY;
            bucket.push(tag, entry);
            let bucket = self.insert(bucket)?;
            match path.last() {
                None => *root = bucket,
                Some(branch) => {
                    let slots = &mut self.get_mut::<Branch>(branch).0;
                    let at = slot(tag, path.depth - 1);
                    let mut free = at..at + 1;
                    while free.len() < slots.len() {
                        let twice = block(at, 2 * free.len());
                        if slots[twice.clone()].iter().any(|slot| *slot != 0) {
                            break;
                        }
                        free = twice;
                    }
                    slots[free].fill(bucket);
                }
            }
            return Ok(());
        }
        let bucket = self.get_mut::<Bucket>(path.bucket);
        if bucket.len() < WIDTH {
            bucket.push(tag, entry);
            return Ok(());
        }
        self.index_split(root, &path, tag, entry)
    }

    /// Makes what leads to a tag's bucket, and the bucket, the space's own.
    fn index_own(&mut self, root: &mut u32, tag: u32) -> Result<Path> {
        let mut path = Path::default();
        let mut at = *root;
        while at & BRANCH != 0 {
            let own = self.own::<Branch>(at & !BRANCH)? | BRANCH;
            self.index_put(root, &path, at, own);
            path.branches[path.depth] = own & !BRANCH;
            path.depth += 1;
            at = self.get::<Branch>(own & !BRANCH).0[slot(tag, path.depth - 1)];
        }
        if at != 0 {
            path.bucket = self.own::<Bucket>(at)?;
            self.index_put(root, &path, at, path.bucket);
        }
        Ok(path)
    }

    /// The same, apart from an operation.
    pub(crate) fn index_own_path(&mut self, root: &mut u32, tag: u32) -> Result<()> {
        self.index_own(root, tag).map(|_| ())
    }

    /// Puts `new` in the place of `old` at the end of a path.
    fn index_put(&mut self, root: &mut u32, path: &Path, old: u32, new: u32) {
        if new == old {
            return;
        }
        let Some(branch) = path.last() else {
            *root = new;
            return;
        };
        for slot in &mut self.get_mut::<Branch>(branch).0 {
            if *slot == old {
                *slot = new;
            }
        }
    }

    /// Halves the full bucket at the end of a path by the first bit in which the new tag differs from
    /// any in it, and adds the entry.
    fn index_split(&mut self, root: &mut u32, path: &Path, tag: u32, entry: u32) -> Result<()> {
        let full = *self.get::<Bucket>(path.bucket);
        let known = match path.last() {
            None => 0,
            Some(branch) => {
                let slots = self.get::<Branch>(branch).0;
                let sharing = slots.iter().filter(|slot| **slot == path.bucket).count();
                4 * path.depth - usize::try_from(sharing.ilog2()).expect("BUG: it is at most 4")
            }
        };
        let differing = full.pairs().fold(0, |bits, (held, _)| bits | (held ^ tag));
        let unknown = u32::MAX.checked_shr(u32::try_from(known).unwrap_or(u32::MAX)).unwrap_or(0);
        let differing = differing & unknown;
        if differing == 0 {
            // 17 names of one tag: only who knows the seed can have chosen them.
            return Err(Error::InsufficientSpace);
        }
        let bit = usize::try_from(differing.leading_zeros()).expect("BUG: there are 32 bits");
        let level = bit / 4;

        let sibling = self.insert(Bucket::EMPTY)?;
        let mut new = [0; LEVELS];
        for at in path.depth..=level {
            match self.insert(Branch([0; 16])) {
                Ok(branch) => new[at] = branch,
                Err(error) => {
                    for branch in &new[path.depth..at] {
                        self.remove::<Branch>(*branch);
                    }
                    self.remove::<Bucket>(sibling);
                    return Err(error);
                }
            }
        }

        let mut halves = [Bucket::EMPTY; 2];
        for (tag, entry) in full.pairs().chain([(tag, entry)]) {
            halves[usize::from(is_set(tag, bit))].push(tag, entry);
        }
        *self.get_mut(path.bucket) = halves[0];
        *self.get_mut(sibling) = halves[1];

        if level >= path.depth {
            // Of what shared the bucket, only the new tag's slot leads to it still.
            let old = path.bucket;
            match path.last() {
                None => *root = new[path.depth] | BRANCH,
                Some(branch) => {
                    let slots = &mut self.get_mut::<Branch>(branch).0;
                    slots.iter_mut().filter(|slot| **slot == old).for_each(|slot| *slot = 0);
                    slots[slot(tag, path.depth - 1)] = new[path.depth] | BRANCH;
                }
            }
            for at in path.depth..level {
                self.get_mut::<Branch>(new[at]).0[slot(tag, at)] = new[at + 1] | BRANCH;
            }
        }
        let branch = if level >= path.depth { new[level] } else { path.branches[level] };
        let old = path.bucket;
        let (wanted, within) = (slot(tag, level), bit % 4);
        for (at, slot) in self.get_mut::<Branch>(branch).0.iter_mut().enumerate() {
            if at >> (4 - within) == wanted >> (4 - within) {
                *slot = if at >> (3 - within) & 1 == 0 { old } else { sibling };
            } else if *slot == old {
                *slot = 0;
            }
        }
        Ok(())
    }

    /// Puts one entry in the place of another of the same name.
    pub(crate) fn index_replace(
        &mut self,
        root: &mut u32,
        tag: u32,
        old: u32,
        new: u32,
    ) -> Result<()> {
        let path = self.index_own(root, tag)?;
        let bucket = self.get_mut::<Bucket>(path.bucket);
        let at = bucket.position(old);
        bucket.entries[at] = new;
        Ok(())
    }

    /// Removes an entry. The root is to be put back, as after [`index_insert`](Self::index_insert).
    pub(crate) fn index_remove(&mut self, root: &mut u32, tag: u32, entry: u32) -> Result<()> {
        let path = self.index_own(root, tag)?;
        self.get_mut::<Bucket>(path.bucket).remove(entry);
        self.index_merge(root, path, tag);
        Ok(())
    }

    /// Joins the bucket at the end of a path with its neighbours as far as one bucket holds them all.
    fn index_merge(&mut self, root: &mut u32, mut path: Path, tag: u32) {
        let bucket = path.bucket;
        while let Some(branch) = path.last() {
            let mut slots = self.get::<Branch>(branch).0;
            let at = slot(tag, path.depth - 1);
            let mut size = slots.iter().filter(|slot| **slot == bucket).count();
            while size < slots.len() {
                let (own, twice) = (block(at, size), block(at, 2 * size));
                let beside = if own.start == twice.start { own.end } else { twice.start };
                let neighbour = slots[beside];
                let whole = slots[beside..beside + size].iter().all(|slot| *slot == neighbour);
                if !whole || neighbour & BRANCH != 0 || !self.bucket_join(bucket, neighbour) {
                    break;
                }
                slots[twice].fill(bucket);
                size *= 2;
            }
            let empty = self.get::<Bucket>(bucket).length == 0;
            if size < slots.len() {
                if empty {
                    slots[block(at, size)].fill(0);
                    self.remove::<Bucket>(bucket);
                }
                self.get_mut::<Branch>(branch).0 = slots;
                return;
            }
            path.depth -= 1;
            self.index_put(root, &path, branch | BRANCH, bucket);
            self.remove::<Branch>(branch);
        }
        if self.get::<Bucket>(bucket).length == 0 {
            *root = 0;
            self.remove::<Bucket>(bucket);
        }
    }

    /// Moves what another bucket holds, if any, into this one where it has room for all.
    fn bucket_join(&mut self, bucket: u32, other: u32) -> bool {
        if other == 0 {
            return true;
        }
        if self.get::<Bucket>(bucket).len() + self.get::<Bucket>(other).len() > WIDTH {
            return false;
        }
        let from = *self.get::<Bucket>(other);
        let into = self.get_mut::<Bucket>(bucket);
        from.pairs().for_each(|(tag, entry)| into.push(tag, entry));
        self.remove::<Bucket>(other);
        true
    }
}

/// The slots around one that agree with it in all but the lowest bits.
#[inline]
fn block(at: usize, size: usize) -> core::ops::Range<usize> {
    let start = at - at % size;
    start..start + size
}

#[inline]
fn is_set(tag: u32, bit: usize) -> bool {
    slot(tag, bit / 4) >> (3 - bit % 4) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Name;
    use crate::limits::{Limits, Usage};
    use crate::pages::MemoryPages;
    use crate::quota::Quota;
    use alloc::{string::String, vec::Vec};
    use core::fmt::Write;

    fn add(stock: &mut Stock<MemoryPages>, root: &mut u32, tag: u32, name: &str) -> Result<u32> {
        let name = Name::new(name).unwrap();
        let entry = stock.insert(Entry { name, place: 0, epoch: 0, node: 0 }).unwrap();
        let before = stock.quota.used();
        let added = stock.index_insert(root, tag, entry);
        if added.is_err() {
            assert_eq!(stock.quota.used(), before);
            stock.remove::<Entry>(entry);
        }
        added.map(|()| entry)
    }

    #[test]
    fn tags_that_differ_in_few_bits_are_told_apart_as_far_as_a_bucket_goes() {
        let quota = Quota::new(Limits::default(), None);
        let mut stock = Stock { layer: Layer::new(MemoryPages::default()), quota, seed: [0, 0] };
        let mut root = 0;
        let mut held = Vec::new();
        // Tags that agree in their first 20 bits, then in all but their last 4.
        let tags = (0..4096).map(|tag| 0xabcd_e000 | tag);
        let close = (0..16_u32).flat_map(|tag| (0..12).map(move |_| 0x1234_5670 | tag));
        for (number, tag) in tags.chain(close).enumerate() {
            let mut name = String::new();
            write!(name, "{number}").unwrap();
            held.push((add(&mut stock, &mut root, tag, &name).unwrap(), tag, name));
        }
        for (entry, tag, name) in &held {
            assert_eq!(stock.layer.index_find(root, *tag, name.as_bytes()), Some(*entry));
            assert_eq!(stock.layer.index_find(root, tag ^ 0x10_0000, name.as_bytes()), None);
        }
        for (entry, tag, _) in held.iter().rev() {
            stock.index_remove(&mut root, *tag, *entry).unwrap();
            stock.remove::<Entry>(*entry);
        }
        assert_eq!((root, stock.quota.used()), (0, Usage::default()));
    }

    #[test]
    fn what_an_index_takes_follows_from_what_is_in_it() {
        let empty = || Stock {
            layer: Layer::new(MemoryPages::default()),
            quota: Quota::new(Limits::default(), None),
            seed: [0, 0],
        };
        let (mut stock, mut root) = (empty(), 0);
        let mut held = Vec::new();
        let mut state = 1_u64;
        for step in 0..6_000_u32 {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let [.., a, b, c, d] = state.to_be_bytes().map(|byte| byte >> (step % 3));
            let growing = step / 1_000 % 2 == 0;
            if growing || held.is_empty() {
                let tag = u32::from_be_bytes([d & 1, c, b, a]);
                held.push((add(&mut stock, &mut root, tag, "x").unwrap(), tag));
            } else {
                let at = usize::from(b) * 256 + usize::from(c);
                let (entry, tag) = held.swap_remove(at % held.len());
                stock.index_remove(&mut root, tag, entry).unwrap();
                stock.remove::<Entry>(entry);
            }
            if step % 100 == 99 {
                let (mut other, mut root) = (empty(), 0);
                for (_, tag) in held.iter().rev() {
                    add(&mut other, &mut root, *tag, "x").unwrap();
                }
                assert_eq!(stock.quota.used(), other.quota.used(), "step {step}");
            }
        }
    }

    #[test]
    fn more_names_of_one_tag_than_a_bucket_holds_are_refused() {
        let quota = Quota::new(Limits::default(), None);
        let mut stock = Stock { layer: Layer::new(MemoryPages::default()), quota, seed: [0, 0] };
        let mut root = 0;
        for number in 0..WIDTH {
            let mut name = String::new();
            write!(name, "{number}").unwrap();
            add(&mut stock, &mut root, 7, &name).unwrap();
        }
        assert_eq!(add(&mut stock, &mut root, 7, "more"), Err(Error::InsufficientSpace));
        add(&mut stock, &mut root, 6, "another").unwrap();
        assert_eq!(add(&mut stock, &mut root, 7, "more"), Err(Error::InsufficientSpace));
    }
}
