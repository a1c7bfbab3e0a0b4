//! Maps from 64-bit numbers to rows: radix trees with 16 branches a level, as high as the greatest
//! key needs. The shape depends only on the keys, so that an undone change leaves no trace, neither
//! in memory nor in the charges.

use core::ops::{ControlFlow, Range};

use crate::branch::{Branch, Link};
use crate::error::Result;
use crate::id::Id;
use crate::layer::{Layer, Stock};
use crate::map::{Map, Trie};
use crate::pages::PageStore;

/// The number of bits of a key that a level takes.
const BITS: u32 = 4;

/// The greatest number of levels: 16 of 4 bits.
const LEVELS: usize = 16;

/// Returns the slot of a key in a branch of this level.
#[inline]
fn slot(key: u64, level: u8) -> usize {
    usize::from((key >> (BITS * u32::from(level))).to_le_bytes()[0] & 15)
}

/// Returns the number of levels that a key needs.
#[inline]
fn height(key: u64) -> u8 {
    let bits = u64::BITS - key.leading_zeros();
    u8::try_from(bits.div_ceil(BITS)).expect("BUG: there are 64 bits")
}

/// A stop of a walk over a map.
pub(crate) enum Step<V> {
    Branch(Id<Branch>),
    Value(u64, Id<V>),
}

/// Reading a map, as long as nothing changes it.
impl<S: PageStore> Layer<S> {
    #[inline]
    pub(crate) fn map_get<V>(&self, map: &Map<V>, key: u64) -> Option<Id<V>> {
        self.trie_get(map.trie, key).map(Link::id)
    }

    /// Returns the first key at or after `from`, with its value.
    #[inline]
    pub(crate) fn map_next<V>(&self, map: &Map<V>, from: u64) -> Option<(u64, Id<V>)> {
        let (key, value) = self.trie_next(map.trie, from)?;
        Some((key, value.id()))
    }

    /// Returns the greatest key.
    #[inline]
    pub(crate) fn map_last<V>(&self, map: &Map<V>) -> Option<u64> {
        self.trie_last(map.trie)
    }

    /// Calls `each` for every value and every branch.
    pub(crate) fn map_walk<V>(&self, map: &Map<V>, each: &mut impl FnMut(Step<V>)) {
        if let Some(root) = map.trie.root {
            self.walk_below(root, map.trie.height, 0, each);
        }
    }

    fn walk_below<V>(&self, at: Link, height: u8, key: u64, each: &mut impl FnMut(Step<V>)) {
        let Some(level) = height.checked_sub(1) else { return each(Step::Value(key, at.id())) };
        each(Step::Branch(at.id()));
        for (slot, child) in (0_u64..).zip(self.branch(at).0) {
            if let Some(child) = child {
                self.walk_below(child, level, key | slot << (BITS * u32::from(level)), each);
            }
        }
    }

    /// Calls `each` for every key whose values differ in two maps, in the order of the keys. Shared
    /// parts are skipped: branches with the same number are equal.
    pub(crate) fn map_changes<V, B>(
        &self,
        old: &Map<V>,
        new: &Map<V>,
        each: &mut impl FnMut(u64, Option<Id<V>>, Option<Id<V>>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let height = old.trie.height.max(new.trie.height);
        let below = [old.trie, new.trie].map(|trie| Some((trie.root?, trie.height)));
        self.changes_below(below, height, 0, &mut |key, [old, new]| {
            each(key, old.map(Link::id), new.map(Link::id))
        })
    }

    /// Compares two subtrees, as `map_changes` does. Each link comes with its height, which is at
    /// most `height`.
    fn changes_below<B>(
        &self,
        links: [Option<(Link, u8)>; 2],
        height: u8,
        key: u64,
        each: &mut impl FnMut(u64, [Option<Link>; 2]) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        if links[0] == links[1] {
            return ControlFlow::Continue(());
        }
        #[cfg(test)]
        steps::count();
        let Some(level) = height.checked_sub(1) else {
            return each(key, links.map(|link| link.map(|(value, _)| value)));
        };
        let slots = links.map(|link| match link {
            None => [None; 16],
            Some((at, held)) if held == height => {
                self.branch(at).0.map(|child| child.map(|child| (child, level)))
            }
            // A lower map holds the keys of the first slot.
            lower => core::array::from_fn(|slot| lower.filter(|_| slot == 0)),
        });
        for (slot, (old, new)) in (0_u64..).zip(slots[0].into_iter().zip(slots[1])) {
            let key = key | slot << (BITS * u32::from(level));
            self.changes_below([old, new], level, key, each)?;
        }
        ControlFlow::Continue(())
    }

    /// Returns the branch of a link above height 0.
    #[inline]
    fn branch(&self, at: Link) -> &Branch {
        self.get(at.id())
    }

    fn trie_get(&self, trie: Trie, key: u64) -> Option<Link> {
        if height(key) > trie.height {
            return None;
        }
        let mut at = trie.root;
        for level in (0..trie.height).rev() {
            at = self.branch(at?).0[slot(key, level)];
        }
        at
    }

    fn trie_next(&self, trie: Trie, from: u64) -> Option<(u64, Link)> {
        if height(from) > trie.height {
            return None;
        }
        self.next_below(trie.root?, trie.height, from)
    }

    /// Finds the first key below a branch. The bits of `from` above its level are ignored.
    fn next_below(&self, at: Link, height: u8, from: u64) -> Option<(u64, Link)> {
        let Some(level) = height.checked_sub(1) else { return Some((0, at)) };
        let branch = self.branch(at);
        let first = slot(from, level);
        let mut from = from;
        for (slot, child) in (0_u64..).zip(branch.0).skip(first) {
            if let Some(child) = child
                && let Some((key, value)) = self.next_below(child, level, from)
            {
                return Some((key | slot << (BITS * u32::from(level)), value));
            }
            from = 0;
        }
        None
    }

    fn trie_last(&self, trie: Trie) -> Option<u64> {
        let (mut key, mut at) = (0, trie.root?);
        for level in (0..trie.height).rev() {
            let slots = (0_u64..).zip(self.branch(at).0);
            let last = slots.filter_map(|(slot, child)| Some((slot, child?))).last();
            let (slot, child) = last.expect("BUG: a branch leads somewhere");
            key |= slot << (BITS * u32::from(level));
            at = child;
        }
        Some(key)
    }
}

/// Changing a map that is held apart from its row, as in
/// [`change_directory`](Stock::change_directory).
impl<S: PageStore> Stock<S> {
    /// Sets the value of a key. After an error the map has not changed.
    #[inline]
    pub(crate) fn map_set<V>(&mut self, map: &mut Map<V>, key: u64, value: Id<V>) -> Result<()> {
        self.trie_set(&mut map.trie, key, Link::to(value))
    }

    /// Makes sure that the branches that lead to a key may be changed.
    #[inline]
    pub(crate) fn map_own<V>(&mut self, map: &mut Map<V>, key: u64) -> Result<()> {
        self.trie_own(&mut map.trie, key)
    }

    /// Removes a key. Precondition: the key has a value.
    #[inline]
    pub(crate) fn map_remove<V>(&mut self, map: &mut Map<V>, key: u64) -> Result<()> {
        self.trie_remove(&mut map.trie, key)
    }

    /// Removes every branch of a map, and calls `remove` for every value.
    pub(crate) fn map_clear<V>(&mut self, map: Map<V>, remove: fn(&mut Self, Id<V>)) {
        let Map { trie, .. } = map;
        if let Some(root) = trie.root {
            self.clear_below(trie, root, trie.height, remove);
        }
    }

    fn clear_below<V>(&mut self, trie: Trie, at: Link, height: u8, remove: fn(&mut Self, Id<V>)) {
        let Some(level) = height.checked_sub(1) else { return remove(self, at.id()) };
        let branch = *self.layer.branch(at);
        for child in branch.0.into_iter().flatten() {
            self.clear_below(trie, child, level, remove);
        }
        self.remove_branch(trie, at.id());
    }

    fn trie_set(&mut self, trie: &mut Trie, key: u64, value: Link) -> Result<()> {
        let needed = height(key);
        let Some(root) = trie.root else {
            let root = self.chain(*trie, key, value, 0..needed)?;
            *trie = Trie { root: Some(root), height: needed, ..*trie };
            return Ok(());
        };
        if needed > trie.height {
            return self.raise(trie, root, key, value);
        }
        let Some(top) = trie.height.checked_sub(1) else {
            trie.root = Some(value);
            return Ok(());
        };
        let mut at = self.own_root(trie, root)?;
        for level in (1..=top).rev() {
            let slot = slot(key, level);
            let Some(child) = self.own_child(at, slot)? else {
                let chain = self.chain(*trie, key, value, 0..level)?;
                self.get_mut(at).0[slot] = Some(chain);
                return Ok(());
            };
            at = child;
        }
        self.get_mut(at).0[slot(key, 0)] = Some(value);
        Ok(())
    }

    /// Makes the root branch of a map the space's own.
    #[inline]
    fn own_root(&mut self, trie: &mut Trie, root: Link) -> Result<Id<Branch>> {
        let own = self.own(root.id())?;
        trie.root = Some(Link::to(own));
        Ok(own)
    }

    /// Makes the branch in a slot the space's own, if there is one. Precondition: the space owns
    /// the branch that has the slot, and its links lead to branches.
    #[inline]
    fn own_child(&mut self, branch: Id<Branch>, slot: usize) -> Result<Option<Id<Branch>>> {
        let Some(child) = self.get(branch).0[slot] else { return Ok(None) };
        let own = self.own(child.id())?;
        if Link::to(own) != child {
            self.get_mut(branch).0[slot] = Some(Link::to(own));
        }
        Ok(Some(own))
    }

    /// Adds levels to a map that is too low for a key, and sets the key.
    fn raise(&mut self, trie: &mut Trie, root: Link, key: u64, value: Link) -> Result<()> {
        let top = height(key) - 1;
        let path = self.chain(*trie, key, value, 0..top)?;
        let mut branch = Branch::EMPTY;
        branch.0[slot(key, top)] = Some(path);
        let lifted = self.chain(*trie, 0, root, trie.height..top);
        let lifted = lifted.inspect_err(|_| self.unchain(*trie, key, path, 0..top))?;
        branch.0[0] = Some(lifted);
        let root = self.insert_branch(*trie, branch).inspect_err(|_| {
            self.unchain(*trie, key, path, 0..top);
            self.unchain(*trie, 0, lifted, trie.height..top);
        })?;
        *trie = Trie { root: Some(Link::to(root)), height: top + 1, ..*trie };
        Ok(())
    }

    /// Makes a chain of new branches for these levels, which leads along a key to a value. After an
    /// error nothing has changed.
    fn chain(&mut self, trie: Trie, key: u64, value: Link, levels: Range<u8>) -> Result<Link> {
        let mut at = value;
        for level in levels.clone() {
            let mut branch = Branch::EMPTY;
            branch.0[slot(key, level)] = Some(at);
            let inserted = self.insert_branch(trie, branch);
            let branch =
                inserted.inspect_err(|_| self.unchain(trie, key, at, levels.start..level))?;
            at = Link::to(branch);
        }
        Ok(at)
    }

    /// Removes the branches of a chain.
    fn unchain(&mut self, trie: Trie, key: u64, at: Link, levels: Range<u8>) {
        let mut at = at;
        for level in levels.rev() {
            let child = self.layer.branch(at).0[slot(key, level)];
            self.remove_branch(trie, at.id());
            at = child.expect("BUG: a chain leads to a value");
        }
    }

    fn trie_own(&mut self, trie: &mut Trie, key: u64) -> Result<()> {
        if trie.height == 0 || self.layer.base().is_none() {
            return Ok(());
        }
        let Some(root) = trie.root else { return Ok(()) };
        let mut at = self.own_root(trie, root)?;
        for level in (1..trie.height).rev() {
            let Some(child) = self.own_child(at, slot(key, level))? else { return Ok(()) };
            at = child;
        }
        Ok(())
    }

    fn trie_remove(&mut self, trie: &mut Trie, key: u64) -> Result<()> {
        self.trie_own(trie, key)?;
        let mut path = [None; LEVELS];
        let mut at = trie.root;
        for level in (0..trie.height).rev() {
            let branch = at.expect("BUG: what is removed is there");
            path[usize::from(level)] = Some(branch.id());
            at = self.layer.branch(branch).0[slot(key, level)];
        }
        assert!(at.is_some(), "BUG: what is removed is there");
        for (level, branch) in (0..trie.height).zip(path.into_iter().flatten()) {
            let held = self.get_mut::<Branch>(branch);
            held.0[slot(key, level)] = None;
            if !held.is_empty_from(0) {
                self.lower(trie);
                return Ok(());
            }
            self.remove_branch(*trie, branch);
        }
        *trie = Trie { root: None, height: 0, ..*trie };
        Ok(())
    }

    /// Removes levels that no key needs.
    fn lower(&mut self, trie: &mut Trie) {
        while let Some(root) = trie.root
            && trie.height > 0
        {
            let branch = self.layer.branch(root);
            if !branch.is_empty_from(1) {
                return;
            }
            let below = branch.0[0];
            self.remove_branch(*trie, root.id());
            *trie = Trie { root: below, height: trie.height - 1, ..*trie };
        }
    }

    fn insert_branch(&mut self, trie: Trie, branch: Branch) -> Result<Id<Branch>> {
        if trie.charged { self.insert(branch) } else { self.insert_uncharged(branch) }
    }

    fn remove_branch(&mut self, trie: Trie, branch: Id<Branch>) {
        if trie.charged {
            self.remove(branch);
        } else {
            self.remove_uncharged(branch);
        }
    }
}

/// The number of branches and values that this thread compared, for tests.
#[cfg(test)]
pub(crate) mod steps {
    extern crate std;
    use core::cell::Cell;

    std::thread_local!(static TAKEN: Cell<usize> = const { Cell::new(0) });

    pub(super) fn count() {
        TAKEN.set(TAKEN.get() + 1);
    }

    /// Returns the count since the last call.
    pub(crate) fn taken() -> usize {
        TAKEN.replace(0)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::limits::{Limits, Usage};
    use crate::pages::MemoryPages;
    use crate::quota::Quota;
    use alloc::sync::Arc;
    use chance::Chance;
    use core::num::NonZeroU32;
    use std::collections::BTreeMap;

    fn stock(metadata: u64) -> Stock<MemoryPages> {
        let quota = Quota::new(Limits { metadata, ..Limits::default() }, None);
        Stock { layer: Layer::new(MemoryPages::default()), quota, seed: [0, 0] }
    }

    /// A value, which no row needs to have.
    fn value(number: u32) -> Id<u32> {
        Id::new(NonZeroU32::new(number).unwrap())
    }

    #[test]
    fn a_map_behaves_as_the_standard_one_does_and_leaves_no_trace() {
        // The first has room for few branches.
        for metadata in [3000, 1 << 20] {
            let mut stock = stock(metadata);
            let (mut map, mut model) = (Map::EMPTY, BTreeMap::new());
            let mut chance = Chance(metadata);
            for step in 0..20_000_u32 {
                if step % 5_000 == 4_999 {
                    // From here on the branches so far are another layer's.
                    let layer = Layer::new(MemoryPages::default());
                    let below = core::mem::replace(&mut stock.layer, layer);
                    stock.layer = Layer::over(Arc::new(below), MemoryPages::default());
                }
                let bits = u32::try_from(chance.below(65)).unwrap();
                let key = chance.draw().checked_shr(64 - bits).unwrap_or(0);
                let key = if step % 2 == 0 { key % 300 } else { key };
                let before = stock.quota.used();
                if chance.below(3) == 0 {
                    if model.remove(&key).is_some() {
                        stock.map_remove(&mut map, key).unwrap();
                    }
                } else if stock.map_set(&mut map, key, value(step + 1)).is_ok() {
                    model.insert(key, value(step + 1));
                } else {
                    assert_eq!(before, stock.quota.used());
                }
                assert_eq!(stock.layer.map_get(&map, key), model.get(&key).copied());
                let next = model.range(key / 2..).next().map(|(key, value)| (*key, *value));
                assert_eq!(stock.layer.map_next(&map, key / 2), next);
                assert_eq!(stock.layer.map_last(&map), model.keys().next_back().copied());
            }
            let mut counted = BTreeMap::new();
            stock.layer.map_walk(&map, &mut |step| {
                if let Step::Value(key, value) = step {
                    counted.insert(key, value);
                }
            });
            assert_eq!(counted, model);
            for key in model.keys() {
                stock.map_remove(&mut map, *key).unwrap();
            }
            assert_eq!((map, stock.quota.used()), (Map::EMPTY, Usage::default()));
            assert_eq!(stock.layer.branches.live(), 0);
        }
    }
}
