//! Layers: the tables that store a space, on top of the tables of its template.
//!
//! A row of the template never changes. A change first copies the row; the row's number tells
//! whether the space owns it. Rows are added and removed only here, nodes in `nodes.rs` and pages
//! in `stored.rs`, always together with their charge, so that charges and rows agree. A space is
//! charged for the rows of its template that it can reach as if it owned them. A copy replaces its
//! original in that charge. A shared limit is charged only once for the bytes of a page: for the
//! layer that owns it.

use alloc::sync::Arc;

use crate::branch::Branch;
use crate::bucket::Bucket;
use crate::error::{Error, Result};
use crate::hash::Seed;
use crate::id::Id;
use crate::limits::Usage;
use crate::map::Map;
use crate::node::{Entry, Node};
use crate::page::Page;
use crate::pages::PageStore;
use crate::prices::{ALLOCATION, BRANCH, BUCKET, ENTRY, NODE, SHORT};
use crate::quota::Quota;
use crate::table::{Room, Table};

/// The rows of one space or template.
pub(crate) struct Layer<S: PageStore> {
    pub(crate) nodes: Table<Node, Node, S>,
    pub(crate) entries: Table<Entry, Entry, S>,
    pub(crate) branches: Table<Branch, Branch, S>,
    pub(crate) buckets: Table<Bucket, Bucket, S>,
    pub(crate) pages: Table<Page<S::Page>, Page, S>,
    pub(crate) store: S,
    pub(crate) base: Option<Arc<Layer<S>>>,
    /// The copies of the base's nodes.
    pub(crate) changed: Map<Node>,
    /// The charge of a frozen layer, held as long as the layer exists.
    pub(crate) charge: Option<Quota>,
    /// The number of layers below.
    pub(crate) depth: u32,
}

/// A row of a table.
pub(crate) trait Row<S: PageStore>: Sized {
    fn table(layer: &Layer<S>) -> &Table<Self, Self, S>;
    fn table_mut(layer: &mut Layer<S>) -> &mut Table<Self, Self, S>;
    fn cost(&self) -> Usage;
    fn try_clone(&self) -> Result<Self>;
}

/// Rows whose copy in a layer above has its own number. The copy of a node keeps the node's number
/// (see `nodes.rs`).
pub(crate) trait Renumbered {}

impl Renumbered for Entry {}
impl Renumbered for Branch {}
impl Renumbered for Bucket {}

#[inline]
pub(crate) const fn metadata(bytes: u64) -> Usage {
    Usage { content: 0, metadata: bytes, nodes: 0, handles: 0 }
}

#[inline]
fn heap(length: usize) -> u64 {
    u64::try_from(length).expect("BUG: a length fits 64 bits") + ALLOCATION
}

/// The cost of a node that points to nothing but rows.
pub(crate) const NODE_COST: Usage = Usage { nodes: 1, ..metadata(NODE) };

/// Returns the cost of a symbolic link whose target has `length` bytes.
#[inline]
pub(crate) fn link_cost(length: usize) -> Usage {
    Usage { nodes: 1, ..metadata(NODE + heap(length)) }
}

/// Returns the cost of an entry whose name has `length` bytes.
#[inline]
pub(crate) fn entry_cost(length: usize) -> Usage {
    metadata(ENTRY + if length > SHORT { heap(length) } else { 0 })
}

impl<S: PageStore> Row<S> for Node {
    fn table(layer: &Layer<S>) -> &Table<Self, Self, S> {
        &layer.nodes
    }

    fn table_mut(layer: &mut Layer<S>) -> &mut Table<Self, Self, S> {
        &mut layer.nodes
    }

    #[inline]
    fn cost(&self) -> Usage {
        self.target().map_or(NODE_COST, |target| link_cost(target.len()))
    }

    fn try_clone(&self) -> Result<Self> {
        self.try_clone()
    }
}

impl<S: PageStore> Row<S> for Entry {
    fn table(layer: &Layer<S>) -> &Table<Self, Self, S> {
        &layer.entries
    }

    fn table_mut(layer: &mut Layer<S>) -> &mut Table<Self, Self, S> {
        &mut layer.entries
    }

    #[inline]
    fn cost(&self) -> Usage {
        entry_cost(self.name.bytes().len())
    }

    fn try_clone(&self) -> Result<Self> {
        self.try_clone()
    }
}

impl<S: PageStore> Row<S> for Branch {
    fn table(layer: &Layer<S>) -> &Table<Self, Self, S> {
        &layer.branches
    }

    fn table_mut(layer: &mut Layer<S>) -> &mut Table<Self, Self, S> {
        &mut layer.branches
    }

    fn cost(&self) -> Usage {
        metadata(BRANCH)
    }

    fn try_clone(&self) -> Result<Self> {
        Ok(*self)
    }
}

impl<S: PageStore> Row<S> for Bucket {
    fn table(layer: &Layer<S>) -> &Table<Self, Self, S> {
        &layer.buckets
    }

    fn table_mut(layer: &mut Layer<S>) -> &mut Table<Self, Self, S> {
        &mut layer.buckets
    }

    fn cost(&self) -> Usage {
        metadata(BUCKET)
    }

    fn try_clone(&self) -> Result<Self> {
        Ok(*self)
    }
}

impl<S: PageStore> Layer<S> {
    pub(crate) fn new(store: S) -> Self {
        Self {
            nodes: Table::new(7),
            entries: Table::new(8),
            branches: Table::new(8),
            buckets: Table::new(7),
            pages: Table::new(9),
            store,
            base: None,
            changed: Map::UNCHARGED,
            charge: None,
            depth: 0,
        }
    }

    /// Returns the layer below.
    #[inline]
    pub(crate) fn base(&self) -> Option<&Self> {
        if S::TEMPLATES { self.base.as_deref() } else { None }
    }

    #[inline]
    pub(crate) fn get<T: Row<S> + Renumbered>(&self, id: Id<T>) -> &T {
        let mut layer = self;
        while !layer.owns(id) {
            layer = layer.base().expect("BUG: a number is of some layer");
        }
        T::table(layer).get(id)
    }

    /// Returns the row with that number, if it exists.
    pub(crate) fn find<T: Row<S> + Renumbered>(&self, id: Id<T>) -> Option<&T> {
        let mut layer = self;
        while !layer.owns(id) {
            layer = layer.base()?;
        }
        T::table(layer).find(id)
    }

    /// Returns whether a row is in a table of this layer, and not of a layer below.
    #[inline]
    pub(crate) fn owns<T: Row<S>>(&self, id: Id<T>) -> bool {
        !S::TEMPLATES || T::table(self).owns(id)
    }
}

/// The rows of a space, and its charges.
pub(crate) struct Stock<S: PageStore> {
    pub(crate) layer: Layer<S>,
    pub(crate) quota: Quota,
    /// The secret under which names are hashed.
    pub(crate) seed: Seed,
}

impl<S: PageStore> Stock<S> {
    pub(crate) fn get<T: Row<S> + Renumbered>(&self, id: Id<T>) -> &T {
        self.layer.get(id)
    }

    /// Returns a row that the space owns.
    pub(crate) fn get_mut<T: Row<S> + Renumbered>(&mut self, id: Id<T>) -> &mut T {
        T::table_mut(&mut self.layer).get_mut(id)
    }

    /// Runs work that allocates. If the allocator refuses and the page store has spare memory, the
    /// store releases it and the work runs again.
    #[inline]
    pub(crate) fn allocate<R>(
        &mut self,
        mut work: impl FnMut(&mut Layer<S>) -> Result<R>,
    ) -> Result<R> {
        loop {
            match work(&mut self.layer) {
                Err(Error::InsufficientSpace) if self.layer.store.release() => {}
                outcome => return outcome.inspect_err(|_| self.quota.forget_refusal()),
            }
        }
    }

    /// Makes room for the next row in its table.
    pub(crate) fn reserve<T: Row<S>>(&mut self) -> Result<Room<T>> {
        self.allocate(|layer| T::table_mut(layer).reserve())
    }

    /// Charges a row and adds it.
    #[inline]
    pub(crate) fn insert<T: Row<S>>(&mut self, row: T) -> Result<Id<T>> {
        let cost = row.cost();
        self.quota.charge::<S>(cost)?;
        let room = self.reserve().inspect_err(|_| self.quota.refund::<S>(cost))?;
        Ok(T::table_mut(&mut self.layer).put(room, row))
    }

    /// Charges the cost of a row, then makes the row and adds it.
    #[inline]
    pub(crate) fn insert_new<T: Row<S>>(
        &mut self,
        cost: Usage,
        make: impl Fn() -> Result<T>,
    ) -> Result<Id<T>> {
        self.quota.charge::<S>(cost)?;
        let made = self.reserve().and_then(|room| Ok((room, self.allocate(|_| make())?)));
        let (room, row) = made.inspect_err(|_| self.quota.refund::<S>(cost))?;
        debug_assert_eq!(row.cost(), cost, "what is made is what was charged");
        Ok(T::table_mut(&mut self.layer).put(room, row))
    }

    /// Removes a row with its charge.
    pub(crate) fn remove<T: Row<S> + Renumbered>(&mut self, id: Id<T>) {
        let cost = self.get(id).cost();
        if self.layer.owns(id) {
            T::table_mut(&mut self.layer).take(id);
        }
        self.quota.refund::<S>(cost);
    }

    /// Returns a row that may be changed: the same row, or a copy that the caller must put in its
    /// place.
    #[inline]
    pub(crate) fn own<T: Row<S> + Renumbered>(&mut self, id: Id<T>) -> Result<Id<T>> {
        if self.layer.owns(id) { Ok(id) } else { self.copy(id) }
    }

    #[cold]
    fn copy<T: Row<S> + Renumbered>(&mut self, id: Id<T>) -> Result<Id<T>> {
        let room = self.reserve()?;
        let copy = self.allocate(|layer| layer.get(id).try_clone())?;
        Ok(T::table_mut(&mut self.layer).put(room, copy))
    }

    /// Adds a branch that is not charged: it leads to copies of nodes.
    pub(crate) fn insert_uncharged(&mut self, row: Branch) -> Result<Id<Branch>> {
        let room = self.reserve()?;
        Ok(self.layer.branches.put(room, row))
    }

    pub(crate) fn remove_uncharged(&mut self, id: Id<Branch>) {
        self.layer.branches.take(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The prices cover the memory of a row and its share of the indexes.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn rows_take_what_their_prices_say() {
        assert_eq!((size_of::<Node>(), size_of::<Entry>()), (88, 48));
        assert_eq!((size_of::<Branch>(), size_of::<Bucket>()), (64, 132));
        let price = |bytes: usize| u64::try_from(bytes).unwrap();
        assert!(price(size_of::<Node>()) <= NODE && price(size_of::<Entry>()) <= ENTRY);
        assert!(price(size_of::<Branch>()) <= BRANCH && price(size_of::<Bucket>()) <= BUCKET);
        assert!(price(size_of::<Page<alloc::vec::Vec<u8>>>()) <= crate::prices::PAGE);
    }
}
