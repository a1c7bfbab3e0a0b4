//! Pages of a layer: reading, copies before a change, growth and removal, always together with
//! their charge.

use crate::error::Result;
use crate::id::Id;
use crate::layer::{Layer, Stock, metadata};
use crate::limits::Usage;
use crate::page::Page;
use crate::pages::PageStore;
use crate::prices::PAGE;
use crate::transfer::{Sink, Source};

#[inline]
fn content(bytes: u32) -> Usage {
    Usage { content: u64::from(bytes), ..Usage::default() }
}

#[inline]
pub(crate) fn page_cost(capacity: u32) -> Usage {
    Usage { content: u64::from(capacity), ..metadata(PAGE) }
}

impl<S: PageStore> Layer<S> {
    /// Returns whether a page is in the table of this layer, and not of a layer below.
    #[inline]
    pub(crate) fn owns_page(&self, id: Id<Page>) -> bool {
        !S::TEMPLATES || self.pages.owns(id)
    }

    /// Reads from a page. Bytes beyond its capacity read as zeros.
    pub(crate) fn read_page<K: Sink>(
        &self,
        id: Id<Page>,
        at: usize,
        length: usize,
        sink: &mut K,
    ) -> Result<()> {
        let layer = self.layer_of_page(id);
        let Page { page, capacity } = layer.pages.get(id);
        let held = bytes(*capacity).saturating_sub(at).min(length);
        if held > 0 {
            layer.store.read(page, at, held, sink)?;
        }
        if held < length {
            sink.put_zeros(length - held);
        }
        Ok(())
    }

    pub(crate) fn capacity(&self, id: Id<Page>) -> u32 {
        self.layer_of_page(id).pages.get(id).capacity
    }

    #[inline]
    fn layer_of_page(&self, id: Id<Page>) -> &Self {
        let mut layer = self;
        while !layer.owns_page(id) {
            layer = layer.base().expect("BUG: a number is of some layer");
        }
        layer
    }
}

impl<S: PageStore> Stock<S> {
    /// Charges a page of zeros and adds it.
    pub(crate) fn add_page(&mut self, capacity: u32) -> Result<Id<Page>> {
        self.quota.charge::<S>(page_cost(capacity))?;
        let added = self.put_page(capacity);
        added.inspect_err(|_| self.quota.refund::<S>(page_cost(capacity)))
    }

    fn put_page(&mut self, capacity: u32) -> Result<Id<Page>> {
        let (room, page) = self.allocate(|layer| {
            Ok((layer.pages.reserve()?, layer.store.allocate(bytes(capacity))?))
        })?;
        Ok(self.layer.pages.put(room, Page { page, capacity }))
    }

    pub(crate) fn capacity(&self, id: Id<Page>) -> u32 {
        self.layer.capacity(id)
    }

    pub(crate) fn page_cost(&self, id: Id<Page>) -> Usage {
        page_cost(self.capacity(id))
    }

    /// Returns a page of at least `capacity` bytes that may be changed: the same page, or a copy
    /// that the caller must put in its place.
    pub(crate) fn own_page(&mut self, id: Id<Page>, capacity: u32) -> Result<Id<Page>> {
        let held = self.capacity(id);
        let capacity = capacity.max(held);
        let more = content(capacity - held);
        let own = self.layer.owns_page(id);
        if own && capacity == held {
            return Ok(id);
        }
        let owned = u64::from(capacity - self.owned(id));
        self.quota.charge_apart::<S>(more, owned)?;
        let grown = if own {
            self.grow_page(id, capacity)
        } else {
            self.copy_page(id, capacity, bytes(held))
        };
        grown.inspect_err(|_| self.quota.refund_apart::<S>(more, owned))
    }

    /// Returns the capacity of a page of the space's own layer, and 0 for a page of a layer below.
    fn owned(&self, id: Id<Page>) -> u32 {
        if self.layer.owns_page(id) { self.capacity(id) } else { 0 }
    }

    fn grow_page(&mut self, id: Id<Page>, capacity: u32) -> Result<Id<Page>> {
        self.allocate(|layer| {
            let page = layer.pages.get_mut(id);
            layer.store.grow(&mut page.page, bytes(capacity))
        })?;
        self.layer.pages.get_mut(id).capacity = capacity;
        Ok(id)
    }

    /// Makes a page that begins with the first `length` bytes of another page, followed by zeros.
    fn copy_page(&mut self, id: Id<Page>, capacity: u32, length: usize) -> Result<Id<Page>> {
        let copy = self.put_page(capacity)?;
        let copied = self.copy_bytes(id, copy, length);
        copied.inspect_err(|_| self.free_page(copy))?;
        Ok(copy)
    }

    fn copy_bytes(&mut self, from: Id<Page>, to: Id<Page>, length: usize) -> Result<()> {
        let mut buffer = [0; 1024];
        for at in (0..length).step_by(buffer.len()) {
            let piece = &mut buffer[..(length - at).min(1024)];
            self.layer.read_page(from, at, piece.len(), &mut { &mut *piece })?;
            self.write_page(to, at, piece.len(), &mut { &*piece })?;
        }
        Ok(())
    }

    /// Makes a smaller page that begins with the first `length` bytes of this page, followed by
    /// zeros. The caller must put it in its place.
    pub(crate) fn shrink_page(
        &mut self,
        id: Id<Page>,
        capacity: u32,
        length: usize,
    ) -> Result<Id<Page>> {
        let less = content(self.capacity(id) - capacity);
        if self.layer.owns_page(id) {
            let copy = self.copy_page(id, capacity, length)?;
            self.free_page(id);
            self.quota.refund::<S>(less);
            return Ok(copy);
        }
        let owned = u64::from(capacity);
        self.quota.charge_apart::<S>(Usage::default(), owned)?;
        let copy = self.copy_page(id, capacity, length);
        let copy = copy.inspect_err(|_| self.quota.refund_apart::<S>(Usage::default(), owned))?;
        self.quota.refund_apart::<S>(less, 0);
        Ok(copy)
    }

    /// Removes a copy that did not replace its original, which is a page of a layer below.
    pub(crate) fn discard_copy(&mut self, copy: Id<Page>, original: Id<Page>) {
        let owned = self.capacity(copy);
        let more = content(owned - self.capacity(original));
        self.free_page(copy);
        self.quota.refund_apart::<S>(more, u64::from(owned));
    }

    /// Writes to a page that the space owns.
    pub(crate) fn write_page<R: Source>(
        &mut self,
        id: Id<Page>,
        at: usize,
        length: usize,
        source: &mut R,
    ) -> Result<()> {
        let Layer { pages, store, .. } = &mut self.layer;
        let written = store.write(&mut pages.get_mut(id).page, at, length, source);
        written.inspect_err(|_| self.quota.forget_refusal())
    }

    /// Removes a page with its charge.
    pub(crate) fn remove_page(&mut self, id: Id<Page>) {
        let (cost, owned) = (self.page_cost(id), self.owned(id));
        if self.layer.owns_page(id) {
            self.free_page(id);
        }
        self.quota.refund_apart::<S>(cost, u64::from(owned));
    }

    fn free_page(&mut self, id: Id<Page>) {
        let page = self.layer.pages.take(id);
        self.layer.store.free(page.page);
    }
}

/// Returns a page's capacity as a `usize`.
#[inline]
pub(crate) fn bytes(capacity: u32) -> usize {
    usize::try_from(capacity).expect("BUG: a page fits memory")
}
