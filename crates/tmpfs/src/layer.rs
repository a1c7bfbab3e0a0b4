//! What a space is stored in: tables of rows, on top of those of its template.
//!
//! A row of the template is never changed. What changes it first makes a copy of its own; whether
//! a row is the space's own, its number tells. Only here do rows come and go, and with each its
//! charge, so that what is charged is what is there. A space is charged for the rows of its
//! template that it can reach as for its own; a copy takes the place of what it was copied from.

use alloc::sync::Arc;

use crate::branch::{Branch, Map};
use crate::bucket::Bucket;
use crate::entry::Entry;
use crate::error::{Error, Result};
use crate::hash::Seed;
use crate::limits::Usage;
use crate::node::Node;
use crate::pages::PageStore;
use crate::prices::{ALLOCATION, BRANCH, BUCKET, ENTRY, NODE, PAGE, SHORT};
use crate::quota::Quota;
use crate::table::Table;

/// The rows of one space or template.
pub(crate) struct Layer<S: PageStore> {
    pub(crate) nodes: Table<Node>,
    pub(crate) entries: Table<Entry>,
    pub(crate) branches: Table<Branch>,
    pub(crate) buckets: Table<Bucket>,
    pub(crate) pages: Table<Page<S::Page>>,
    pub(crate) store: S,
    pub(crate) base: Option<Arc<Layer<S>>>,
    /// From a node of the base to the copy that stands for it.
    pub(crate) changed: Map,
    /// Once frozen, what the layer is charged as long as it lives.
    pub(crate) charge: Option<Quota>,
    /// How many layers lie below.
    pub(crate) depth: u32,
}

/// A page with its capacity.
pub(crate) struct Page<P> {
    pub(crate) page: P,
    pub(crate) capacity: u32,
}

/// What is kept in a table.
pub(crate) trait Row<S: PageStore>: Sized {
    fn table(layer: &Layer<S>) -> &Table<Self>;
    fn table_mut(layer: &mut Layer<S>) -> &mut Table<Self>;
    fn cost(&self) -> Usage;
    fn try_clone(&self) -> Result<Self>;
}

#[inline]
const fn metadata(bytes: u64) -> Usage {
    Usage { content: 0, metadata: bytes, nodes: 0, handles: 0 }
}

#[inline]
fn heap(length: usize) -> u64 {
    u64::try_from(length).expect("BUG: a length fits 64 bits") + ALLOCATION
}

/// What a node costs that points to nothing but rows.
pub(crate) const NODE_COST: Usage = Usage { nodes: 1, ..metadata(NODE) };

/// What a symbolic link costs that holds so many bytes.
#[inline]
pub(crate) fn link_cost(length: usize) -> Usage {
    Usage { nodes: 1, ..metadata(NODE + heap(length)) }
}

/// What an entry costs whose name has so many bytes.
#[inline]
pub(crate) fn entry_cost(length: usize) -> Usage {
    metadata(ENTRY + if length > SHORT { heap(length) } else { 0 })
}

impl<S: PageStore> Row<S> for Node {
    fn table(layer: &Layer<S>) -> &Table<Self> {
        &layer.nodes
    }

    fn table_mut(layer: &mut Layer<S>) -> &mut Table<Self> {
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
    fn table(layer: &Layer<S>) -> &Table<Self> {
        &layer.entries
    }

    fn table_mut(layer: &mut Layer<S>) -> &mut Table<Self> {
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
    fn table(layer: &Layer<S>) -> &Table<Self> {
        &layer.branches
    }

    fn table_mut(layer: &mut Layer<S>) -> &mut Table<Self> {
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
    fn table(layer: &Layer<S>) -> &Table<Self> {
        &layer.buckets
    }

    fn table_mut(layer: &mut Layer<S>) -> &mut Table<Self> {
        &mut layer.buckets
    }

    fn cost(&self) -> Usage {
        metadata(BUCKET)
    }

    fn try_clone(&self) -> Result<Self> {
        Ok(*self)
    }
}

#[inline]
fn page_cost(capacity: u32) -> Usage {
    Usage { content: u64::from(capacity), ..metadata(PAGE) }
}

impl<S: PageStore> Layer<S> {
    pub(crate) fn new(store: S) -> Self {
        Self {
            nodes: Table::new(1, 7),
            entries: Table::new(1, 8),
            branches: Table::new(1, 8),
            buckets: Table::new(1, 7),
            pages: Table::new(1, 9),
            store,
            base: None,
            changed: Map::UNCHARGED,
            charge: None,
            depth: 0,
        }
    }

    /// An empty layer on top of another.
    pub(crate) fn over(base: Arc<Self>, store: S) -> Self {
        Self {
            nodes: Table::new(base.nodes.end(), 7),
            entries: Table::new(base.entries.end(), 8),
            branches: Table::new(base.branches.end(), 8),
            buckets: Table::new(base.buckets.end(), 7),
            pages: Table::new(base.pages.end(), 9),
            store,
            charge: None,
            depth: base.depth + 1,
            base: Some(base),
            changed: Map::UNCHARGED,
        }
    }

    #[inline]
    pub(crate) fn get<T: Row<S>>(&self, number: u32) -> &T {
        let mut layer = self;
        while number < T::table(layer).start() {
            layer = layer.base.as_deref().expect("BUG: a number is of some layer");
        }
        T::table(layer).get(number)
    }

    #[inline]
    pub(crate) fn is_own<T: Row<S>>(&self, number: u32) -> bool {
        number >= T::table(self).start()
    }

    /// Reads from a page.
    pub(crate) fn read_page(&self, number: u32, at: usize, bytes: &mut [u8]) -> Result<()> {
        let layer = self.layer_of_page(number);
        layer.store.read(&layer.pages.get(number).page, at, bytes)
    }

    #[inline]
    fn layer_of_page(&self, number: u32) -> &Self {
        let mut layer = self;
        while number < layer.pages.start() {
            layer = layer.base.as_deref().expect("BUG: a number is of some layer");
        }
        layer
    }
}

/// The rows of a space, and its books.
pub(crate) struct Stock<S: PageStore> {
    pub(crate) layer: Layer<S>,
    pub(crate) quota: Quota,
    /// What names are hashed with.
    pub(crate) seed: Seed,
}

impl<S: PageStore> Stock<S> {
    pub(crate) fn get<T: Row<S>>(&self, number: u32) -> &T {
        self.layer.get(number)
    }

    /// A row known to be the space's own.
    pub(crate) fn get_mut<T: Row<S>>(&mut self, number: u32) -> &mut T {
        T::table_mut(&mut self.layer).get_mut(number)
    }

    /// Does work that allocates. If the allocator refuses and the page store keeps memory for later, the
    /// store releases it, and the work is done once more.
    #[inline]
    pub(crate) fn allocate<R>(&mut self, work: impl Fn(&mut Layer<S>) -> Result<R>) -> Result<R> {
        loop {
            match work(&mut self.layer) {
                Err(Error::InsufficientSpace) if self.layer.store.release() => {}
                outcome => return outcome,
            }
        }
    }

    /// Makes sure that the next row finds room in its table.
    pub(crate) fn reserve<T: Row<S>>(&mut self) -> Result<()> {
        self.allocate(|layer| T::table_mut(layer).reserve())
    }

    /// Charges a row and adds it.
    #[inline]
    pub(crate) fn insert<T: Row<S>>(&mut self, row: T) -> Result<u32> {
        let cost = row.cost();
        self.quota.charge(cost)?;
        self.reserve::<T>().inspect_err(|_| self.quota.refund(cost))?;
        Ok(T::table_mut(&mut self.layer).put(row))
    }

    /// Charges what a row will cost, and only then makes it, and what it points to, and adds it.
    #[inline]
    pub(crate) fn insert_new<T: Row<S>>(
        &mut self,
        cost: Usage,
        make: impl Fn() -> Result<T>,
    ) -> Result<u32> {
        self.quota.charge(cost)?;
        let made = self.reserve::<T>().and_then(|()| self.allocate(|_| make()));
        let row = made.inspect_err(|_| self.quota.refund(cost))?;
        debug_assert_eq!(row.cost(), cost, "what is made is what was charged");
        Ok(T::table_mut(&mut self.layer).put(row))
    }

    /// Removes a row with its charge.
    pub(crate) fn remove<T: Row<S>>(&mut self, number: u32) {
        let cost = self.get::<T>(number).cost();
        if self.layer.is_own::<T>(number) {
            T::table_mut(&mut self.layer).take(number);
        }
        self.quota.refund(cost);
    }

    /// A row that may be changed: this one, or a copy that its holder must put in its place.
    #[inline]
    pub(crate) fn own<T: Row<S>>(&mut self, number: u32) -> Result<u32> {
        if self.layer.is_own::<T>(number) {
            return Ok(number);
        }
        self.reserve::<T>()?;
        let copy = self.allocate(|layer| layer.get::<T>(number).try_clone())?;
        Ok(T::table_mut(&mut self.layer).put(copy))
    }

    /// A row of the kind that is not charged: what leads to copies.
    pub(crate) fn insert_uncharged(&mut self, row: Branch) -> Result<u32> {
        self.reserve::<Branch>()?;
        Ok(self.layer.branches.put(row))
    }

    pub(crate) fn remove_uncharged(&mut self, number: u32) {
        self.layer.branches.take(number);
    }

    /// Charges a page of zeros and adds it.
    pub(crate) fn add_page(&mut self, capacity: u32) -> Result<u32> {
        self.quota.charge(page_cost(capacity))?;
        let added = self.put_page(capacity);
        added.inspect_err(|_| self.quota.refund(page_cost(capacity)))
    }

    fn put_page(&mut self, capacity: u32) -> Result<u32> {
        let page = self.allocate(|layer| {
            layer.pages.reserve()?;
            layer.store.allocate(bytes(capacity))
        })?;
        Ok(self.layer.pages.put(Page { page, capacity }))
    }

    pub(crate) fn capacity(&self, number: u32) -> u32 {
        self.layer.layer_of_page(number).pages.get(number).capacity
    }

    pub(crate) fn page_cost(&self, number: u32) -> Usage {
        page_cost(self.capacity(number))
    }

    /// A page of at least `capacity` bytes that may be changed: this one, or a copy that its holder
    /// must put in its place.
    pub(crate) fn own_page(&mut self, number: u32, capacity: u32) -> Result<u32> {
        let held = self.capacity(number);
        let capacity = capacity.max(held);
        let more = Usage { content: u64::from(capacity - held), ..Usage::default() };
        let own = number >= self.layer.pages.start();
        if own && capacity == held {
            return Ok(number);
        }
        self.quota.charge(more)?;
        let grown =
            if own { self.grow_page(number, capacity) } else { self.copy(number, capacity) };
        grown.inspect_err(|_| self.quota.refund(more))
    }

    fn grow_page(&mut self, number: u32, capacity: u32) -> Result<u32> {
        self.allocate(|layer| {
            let page = layer.pages.get_mut(number);
            layer.store.grow(&mut page.page, bytes(capacity))
        })?;
        self.layer.pages.get_mut(number).capacity = capacity;
        Ok(number)
    }

    /// A page that begins with what another holds, as far as either goes.
    fn copy(&mut self, number: u32, capacity: u32) -> Result<u32> {
        let length = bytes(capacity.min(self.capacity(number)));
        let copy = self.put_page(capacity)?;
        let copied = self.copy_bytes(number, copy, length);
        copied.inspect_err(|_| self.free_page(copy))?;
        Ok(copy)
    }

    fn copy_bytes(&mut self, from: u32, to: u32, length: usize) -> Result<()> {
        let mut buffer = [0; 1024];
        for at in (0..length).step_by(buffer.len()) {
            let piece = &mut buffer[..(length - at).min(1024)];
            self.layer.read_page(from, at, piece)?;
            self.write_page(to, at, piece)?;
        }
        Ok(())
    }

    /// A smaller page that begins with the first `length` bytes of this one and zeros, to be put in
    /// its place.
    pub(crate) fn shrink_page(&mut self, number: u32, capacity: u32, length: usize) -> Result<u32> {
        let copy = self.put_page(capacity)?;
        let copied = self.copy_bytes(number, copy, length);
        copied.inspect_err(|_| self.free_page(copy))?;
        let less = u64::from(self.capacity(number) - capacity);
        if number >= self.layer.pages.start() {
            self.free_page(number);
        }
        self.quota.refund(Usage { content: less, ..Usage::default() });
        Ok(copy)
    }

    /// Removes a copy that does not take the place of what it was copied from after all.
    pub(crate) fn discard_copy(&mut self, copy: u32, original: u32) {
        let more = u64::from(self.capacity(copy) - self.capacity(original));
        self.free_page(copy);
        self.quota.refund(Usage { content: more, ..Usage::default() });
    }

    /// Writes to a page of the space's own.
    pub(crate) fn write_page(&mut self, number: u32, at: usize, bytes: &[u8]) -> Result<()> {
        let Layer { pages, store, .. } = &mut self.layer;
        store.write(&mut pages.get_mut(number).page, at, bytes)
    }

    /// Removes a page with its charge.
    pub(crate) fn remove_page(&mut self, number: u32) {
        let cost = self.page_cost(number);
        if number >= self.layer.pages.start() {
            self.free_page(number);
        }
        self.quota.refund(cost);
    }

    fn free_page(&mut self, number: u32) {
        let page = self.layer.pages.take(number);
        self.layer.store.free(page.page);
    }
}

/// A page's capacity as a length.
#[inline]
pub(crate) fn bytes(capacity: u32) -> usize {
    usize::try_from(capacity).expect("BUG: a page fits memory")
}
