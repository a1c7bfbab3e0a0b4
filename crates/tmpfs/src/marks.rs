//! Marks on nodes during one walk: a hash table that only grows. It is not charged. It takes at
//! most 32 bytes for each mark, and is dropped at the end of the walk.

use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::hash::{Seed, hash_words};
use crate::id::Id;
use crate::node::Node;

/// The slots of the smallest table.
const SMALLEST: usize = 16;

/// A node with its mark.
type Slot = Option<(Id<Node>, bool)>;

pub(crate) struct Marks {
    seed: Seed,
    /// Slots, of which at most half are used; their number is a power of two, or 0.
    slots: Vec<Slot>,
    used: usize,
}

impl Marks {
    /// Makes a table without marks. Without the seed, nobody can choose nodes that collide.
    pub(crate) const fn new(seed: Seed) -> Self {
        Self { seed, slots: Vec::new(), used: 0 }
    }

    pub(crate) fn get(&self, node: Id<Node>) -> Option<bool> {
        if self.slots.is_empty() {
            return None;
        }
        self.slots[self.find(node)].map(|(_, mark)| mark)
    }

    /// Sets the mark of a node, and returns whether it had none.
    pub(crate) fn set(&mut self, node: Id<Node>, mark: bool) -> Result<bool> {
        if self.used * 2 >= self.slots.len() {
            self.grow()?;
        }
        let at = self.find(node);
        let new = self.slots[at].is_none();
        self.used += usize::from(new);
        self.slots[at] = Some((node, mark));
        Ok(new)
    }

    /// Returns the slot of a node. The slot is free if the node has no mark.
    fn find(&self, node: Id<Node>) -> usize {
        let hash = hash_words(self.seed, [u64::from(node.number().get())]);
        let last = self.slots.len() - 1;
        // At least half of the slots are free, so the search ends.
        let mut at = usize::try_from(hash & u64::from(u32::MAX)).unwrap_or(0) & last;
        while self.slots[at].is_some_and(|(held, _)| held != node) {
            at = (at + 1) & last;
        }
        at
    }

    fn grow(&mut self) -> Result<()> {
        let mut slots: Vec<Slot> = Vec::new();
        let size = (self.slots.len() * 2).max(SMALLEST);
        slots.try_reserve_exact(size).map_err(|_| Error::InsufficientSpace)?;
        slots.resize(size, None);
        let held = core::mem::replace(&mut self.slots, slots);
        for (node, mark) in held.into_iter().flatten() {
            let at = self.find(node);
            self.slots[at] = Some((node, mark));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use chance::Chance;
    use core::num::NonZeroU32;
    use std::collections::BTreeMap;

    #[test]
    fn marks_are_those_of_the_standard_map() {
        let (mut marks, mut model) = (Marks::new([1, 2]), BTreeMap::new());
        let mut chance = Chance(3);
        for step in 0..20_000_u64 {
            let number = u32::try_from(1 + chance.below(5_000)).unwrap();
            let node = Id::new(NonZeroU32::new(number).unwrap());
            assert_eq!(marks.get(node), model.get(&number).copied());
            let mark = step % 3 == 0;
            assert_eq!(marks.set(node, mark), Ok(model.insert(number, mark).is_none()));
        }
        assert!(marks.slots.len() <= 4 * model.len());
    }
}
