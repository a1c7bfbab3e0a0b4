//! Layers on top of each other.

use alloc::sync::Arc;
use core::{mem, ptr};

use crate::layer::Layer;
use crate::map::Map;
use crate::pages::PageStore;
use crate::table::Table;

impl<S: PageStore> Layer<S> {
    /// An empty layer on top of another.
    pub(crate) fn over(base: Arc<Self>, store: S) -> Self {
        let mut layer = Self::new(store);
        layer.stand_on(base);
        layer
    }

    /// Gives back everything, and stands on top of another layer, which may be one below.
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

    /// Gives up the layer below, on which no row may depend.
    pub(crate) fn take_base(&mut self) -> Option<Arc<Self>> {
        self.base.take()
    }

    /// Returns whether a layer is one of those below.
    pub(crate) fn stands_on(&self, other: &Self) -> bool {
        let mut layer = self;
        while let Some(base) = layer.base() {
            if ptr::eq(base, other) {
                return true;
            }
            layer = base;
        }
        false
    }
}
