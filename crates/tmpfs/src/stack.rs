//! Layers on top of each other.

use alloc::sync::Arc;
use core::{mem, ptr};

use crate::layer::Layer;
use crate::map::Map;
use crate::pages::PageStore;
use crate::table::Table;

impl<S: PageStore> Layer<S> {
    /// Makes an empty layer on top of another.
    pub(crate) fn over(base: Arc<Self>, store: S) -> Self {
        let mut layer = Self::new(store);
        layer.stand_on(base);
        layer
    }

    /// Removes all own rows and places the layer on another one, which may be further below.
    pub(crate) fn stand_on(&mut self, base: Arc<Self>) {
        self.nodes = Table::above(&base.nodes);
        self.entries = Table::above(&base.entries);
        self.branches = Table::above(&base.branches);
        self.buckets = Table::above(&base.buckets);
        for page in mem::replace(&mut self.pages, Table::above(&base.pages)).into_rows() {
            self.store.free(page.page);
        }
        self.changed = Map::UNCHARGED;
        self.depth = base.depth + 1;
        self.base = Some(base);
    }

    /// Frees the memory that a layer does not need once it no longer changes.
    pub(crate) fn settle(&mut self) {
        self.store.release();
        self.pack();
    }

    /// Frees the free slots of chunks with few rows.
    pub(crate) fn pack(&mut self) {
        self.nodes.pack();
        self.entries.pack();
        self.branches.pack();
        self.buckets.pack();
        self.pages.pack();
    }

    /// Returns the layer right above another layer: this layer or one below it. It is `None` if
    /// this layer is not based on the other.
    pub(crate) fn right_above(&self, other: &Self) -> Option<&Self> {
        let mut layer = self;
        loop {
            let base = layer.base()?;
            if ptr::eq(base, other) {
                return Some(layer);
            }
            layer = base;
        }
    }
}
