//! Maps from 64-bit numbers to rows: radix trees of 16 branches a level, as high as the greatest key
//! needs. The shape follows from the keys alone, so that what is undone leaves no trace, in memory
//! or in the books.

use crate::branch::{Branch, Map};
use crate::error::Result;
use crate::layer::{Layer, Stock};
use crate::pages::PageStore;

/// How many bits of a key a level takes.
const BITS: u32 = 4;

/// The most levels: 16 of 4 bits.
const LEVELS: usize = 16;

/// Which branch of the level a key takes.
#[inline]
fn slot(key: u64, level: u8) -> usize {
    usize::from((key >> (BITS * u32::from(level))).to_le_bytes()[0] & 15)
}

/// How many levels a key needs.
#[inline]
fn height(key: u64) -> u8 {
    let bits = u64::BITS - key.leading_zeros();
    u8::try_from(bits.div_ceil(BITS)).expect("BUG: there are 64 bits")
}

impl<S: PageStore> Layer<S> {
    pub(crate) fn map_get(&self, map: Map, key: u64) -> u32 {
        if height(key) > map.height {
            return 0;
        }
        let mut at = map.root;
        for level in (0..map.height).rev() {
            if at == 0 {
                return 0;
            }
            at = self.get::<Branch>(at).0[slot(key, level)];
        }
        at
    }

    /// The first key from `from` on, with its value.
    pub(crate) fn map_next(&self, map: Map, from: u64) -> Option<(u64, u32)> {
        if map.root == 0 || height(from) > map.height {
            return None;
        }
        self.next_below(map.root, map.height, from)
    }

    /// The same below a branch; the bits of `from` above its level are of no account.
    fn next_below(&self, at: u32, height: u8, from: u64) -> Option<(u64, u32)> {
        let Some(level) = height.checked_sub(1) else { return Some((0, at)) };
        let branch = self.get::<Branch>(at);
        let first = slot(from, level);
        let mut from = from;
        for (slot, child) in (0_u64..).zip(branch.0).skip(first) {
            if child != 0
                && let Some((key, value)) = self.next_below(child, level, from)
            {
                return Some((key | slot << (BITS * u32::from(level)), value));
            }
            from = 0;
        }
        None
    }

    /// The greatest key.
    pub(crate) fn map_last(&self, map: Map) -> Option<u64> {
        if map.root == 0 {
            return None;
        }
        let (mut key, mut at) = (0, map.root);
        for level in (0..map.height).rev() {
            let slots = (0_u64..).zip(self.get::<Branch>(at).0);
            let last = slots.filter(|(_, child)| *child != 0).last();
            let (slot, child) = last.expect("BUG: a branch leads somewhere");
            key |= slot << (BITS * u32::from(level));
            at = child;
        }
        Some(key)
    }

    /// Calls `each` for every value and for every branch, with whether it is a branch.
    pub(crate) fn map_walk(&self, map: Map, each: &mut impl FnMut(u64, u32, bool)) {
        if map.root != 0 {
            self.walk_below(map.root, map.height, 0, each);
        }
    }

    fn walk_below(&self, at: u32, height: u8, key: u64, each: &mut impl FnMut(u64, u32, bool)) {
        each(key, at, height > 0);
        let Some(level) = height.checked_sub(1) else { return };
        for (slot, child) in (0_u64..).zip(self.get::<Branch>(at).0) {
            if child != 0 {
                let key = key | slot << (BITS * u32::from(level));
                self.walk_below(child, level, key, each);
            }
        }
    }
}

impl<S: PageStore> Stock<S> {
    pub(crate) fn map_get(&self, map: Map, key: u64) -> u32 {
        self.layer.map_get(map, key)
    }

    /// Sets the value of a key, which is not 0, and tells the old one. After an error the map holds
    /// what it held; it is to be put back in either case, as its branches may have become the
    /// space's own.
    pub(crate) fn map_set(&mut self, map: &mut Map, key: u64, value: u32) -> Result<u32> {
        let needed = height(key);
        if map.root == 0 {
            *map = Map { root: self.chain(*map, key, value, 0..needed)?, height: needed, ..*map };
            return Ok(0);
        }
        if needed > map.height {
            self.raise(map, key, value)?;
            return Ok(0);
        }
        if map.height == 0 {
            return Ok(core::mem::replace(&mut map.root, value));
        }
        map.root = self.own::<Branch>(map.root)?;
        let mut at = map.root;
        for level in (1..map.height).rev() {
            let slot = slot(key, level);
            let child = self.get::<Branch>(at).0[slot];
            let new = if child == 0 {
                self.chain(*map, key, value, 0..level)?
            } else {
                self.own::<Branch>(child)?
            };
            if new != child {
                self.get_mut::<Branch>(at).0[slot] = new;
            }
            if child == 0 {
                return Ok(0);
            }
            at = new;
        }
        Ok(core::mem::replace(&mut self.get_mut::<Branch>(at).0[slot(key, 0)], value))
    }

    /// Makes a map higher that has no room for a key, and sets it.
    fn raise(&mut self, map: &mut Map, key: u64, value: u32) -> Result<()> {
        let top = height(key) - 1;
        let path = self.chain(*map, key, value, 0..top)?;
        let mut branch = Branch::EMPTY;
        branch.0[slot(key, top)] = path;
        let lifted = self.chain(*map, 0, map.root, map.height..top);
        let lifted = lifted.inspect_err(|_| self.unchain(*map, key, path, top, 0))?;
        branch.0[0] = lifted;
        let root = self.insert_branch(*map, branch).inspect_err(|_| {
            self.unchain(*map, key, path, top, 0);
            self.unchain(*map, 0, lifted, top, map.height);
        })?;
        *map = Map { root, height: top + 1, ..*map };
        Ok(())
    }

    /// New branches of these levels, one below the other, that lead along a key to a value; or
    /// nothing new.
    fn chain(
        &mut self,
        map: Map,
        key: u64,
        value: u32,
        levels: core::ops::Range<u8>,
    ) -> Result<u32> {
        let mut at = value;
        for level in levels.clone() {
            let mut branch = Branch::EMPTY;
            branch.0[slot(key, level)] = at;
            at = self
                .insert_branch(map, branch)
                .inspect_err(|_| self.unchain(map, key, at, level, levels.start))?;
        }
        Ok(at)
    }

    /// Removes the branches of a chain below `top` and down to `bottom`.
    fn unchain(&mut self, map: Map, key: u64, at: u32, top: u8, bottom: u8) {
        let mut at = at;
        for level in (bottom..top).rev() {
            let child = self.get::<Branch>(at).0[slot(key, level)];
            self.remove_branch(map, at);
            at = child;
        }
    }

    /// Makes sure that the branches that lead to a key may be changed. The map is to be put back.
    pub(crate) fn map_own(&mut self, map: &mut Map, key: u64) -> Result<()> {
        if map.height == 0 || map.root == 0 || self.layer.base.is_none() {
            return Ok(());
        }
        map.root = self.own::<Branch>(map.root)?;
        let mut at = map.root;
        for level in (1..map.height).rev() {
            let child = self.get::<Branch>(at).0[slot(key, level)];
            if child == 0 {
                return Ok(());
            }
            let new = self.own::<Branch>(child)?;
            if new != child {
                self.get_mut::<Branch>(at).0[slot(key, level)] = new;
            }
            at = new;
        }
        Ok(())
    }

    /// Removes a key that has a value. The map is to be put back, as after [`map_set`](Self::map_set).
    pub(crate) fn map_remove(&mut self, map: &mut Map, key: u64) -> Result<()> {
        self.map_own(map, key)?;
        let mut path = [0; LEVELS];
        let mut at = map.root;
        for level in (0..map.height).rev() {
            path[usize::from(level)] = at;
            at = self.get::<Branch>(at).0[slot(key, level)];
        }
        assert!(at != 0, "BUG: what is removed is there");
        for (level, branch) in (0..map.height).zip(path) {
            self.get_mut::<Branch>(branch).0[slot(key, level)] = 0;
            if !self.get::<Branch>(branch).is_empty() {
                self.lower(map);
                return Ok(());
            }
            self.remove_branch(*map, branch);
        }
        *map = Map { root: 0, height: 0, ..*map };
        Ok(())
    }

    /// Takes levels away that no key needs.
    fn lower(&mut self, map: &mut Map) {
        while map.height > 0 {
            let branch = self.get::<Branch>(map.root);
            if branch.0[1..] != [0; 15] {
                return;
            }
            let below = branch.0[0];
            self.remove_branch(*map, map.root);
            *map = Map { root: below, height: map.height - 1, ..*map };
        }
    }

    /// Removes every branch, and every value with `remove`.
    pub(crate) fn map_clear(&mut self, map: Map, remove: fn(&mut Self, u32)) {
        if map.root != 0 {
            self.clear_below(map, map.root, map.height, remove);
        }
    }

    fn clear_below(&mut self, map: Map, at: u32, height: u8, remove: fn(&mut Self, u32)) {
        let Some(level) = height.checked_sub(1) else { return remove(self, at) };
        let branch = *self.get::<Branch>(at);
        for child in branch.0.into_iter().filter(|child| *child != 0) {
            self.clear_below(map, child, level, remove);
        }
        self.remove_branch(map, at);
    }

    fn insert_branch(&mut self, map: Map, branch: Branch) -> Result<u32> {
        if map.charged { self.insert(branch) } else { self.insert_uncharged(branch) }
    }

    fn remove_branch(&mut self, map: Map, branch: u32) {
        if map.charged {
            self.remove::<Branch>(branch);
        } else {
            self.remove_uncharged(branch);
        }
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
    use std::collections::BTreeMap;

    fn stock(metadata: u64) -> Stock<MemoryPages> {
        let quota = Quota::new(Limits { metadata, ..Limits::default() }, None);
        Stock { layer: Layer::new(MemoryPages::default()), quota, seed: [0, 0] }
    }

    fn random(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        *state >> 16
    }

    #[test]
    fn a_map_behaves_as_the_standard_one_does_and_leaves_no_trace() {
        // The first has room for few branches.
        for metadata in [3000, 1 << 20] {
            let mut stock = stock(metadata);
            let (mut map, mut model) = (Map::EMPTY, BTreeMap::new());
            let mut state = metadata;
            for step in 0..20_000_u32 {
                if step % 5_000 == 4_999 {
                    // From here on the branches so far are another layer's.
                    let layer = Layer::new(MemoryPages::default());
                    let below = core::mem::replace(&mut stock.layer, layer);
                    stock.layer = Layer::over(Arc::new(below), MemoryPages::default());
                }
                let bits = u32::try_from(random(&mut state) % 65).unwrap();
                let key = random(&mut state).rotate_left(16).checked_shr(64 - bits).unwrap_or(0);
                let key = if step % 2 == 0 { key % 300 } else { key };
                let before = (map, stock.quota.used());
                if random(&mut state).is_multiple_of(3) {
                    if model.remove(&key).is_some() {
                        stock.map_remove(&mut map, key).unwrap();
                    }
                } else if stock.map_set(&mut map, key, step + 1).is_ok() {
                    model.insert(key, step + 1);
                } else {
                    assert_eq!(before.1, stock.quota.used());
                }
                assert_eq!(stock.map_get(map, key), model.get(&key).copied().unwrap_or(0));
                let next = model.range(key / 2..).next().map(|(key, value)| (*key, *value));
                assert_eq!(stock.layer.map_next(map, key / 2), next);
                assert_eq!(stock.layer.map_last(map), model.keys().next_back().copied());
            }
            let mut counted = BTreeMap::new();
            stock.layer.map_walk(map, &mut |key, value, is_branch| {
                if !is_branch {
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
