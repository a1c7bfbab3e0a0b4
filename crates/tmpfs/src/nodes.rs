//! Nodes of a space, also those of its template: found, copied before they change, removed.

use crate::error::Result;
use crate::layer::{Layer, Row, Stock};
use crate::node::{Body, Directory, Node};
use crate::pages::PageStore;

impl<S: PageStore> Layer<S> {
    #[inline]
    pub(crate) fn node(&self, number: u32) -> &Node {
        let mut layer = self;
        while number < layer.nodes.start() {
            if let Some(copy) = layer.copy_of(number) {
                return layer.nodes.get(copy);
            }
            layer = layer.base.as_deref().expect("BUG: a number is of some layer");
        }
        layer.nodes.get(number)
    }

    /// The copy that stands for a node of the base.
    pub(crate) fn copy_of(&self, number: u32) -> Option<u32> {
        let copy = self.map_get(self.changed, u64::from(number));
        (copy != 0).then_some(copy)
    }
}

impl<S: PageStore> Stock<S> {
    pub(crate) fn node(&self, number: u32) -> &Node {
        self.layer.node(number)
    }

    /// What a node known to be a directory holds.
    pub(crate) fn directory(&self, node: u32) -> &Directory {
        self.node(node).directory().expect("BUG: it is a directory")
    }

    /// Makes sure that a node may be changed.
    #[inline]
    pub(crate) fn own_node(&mut self, number: u32) -> Result<()> {
        if self.layer.is_own::<Node>(number) || self.layer.copy_of(number).is_some() {
            return Ok(());
        }
        self.reserve::<Node>()?;
        let copy = self.allocate(|layer| layer.node(number).try_clone())?;
        let copy = self.layer.nodes.put(copy);
        let mut changed = self.layer.changed;
        let set = self.map_set(&mut changed, u64::from(number), copy);
        self.layer.changed = changed;
        if set.is_err() {
            self.layer.nodes.take(copy);
        }
        set.map(|_| ())
    }

    /// A node that [`own_node`](Self::own_node) made sure of.
    #[inline]
    pub(crate) fn node_mut(&mut self, number: u32) -> &mut Node {
        let number = if self.layer.is_own::<Node>(number) {
            number
        } else {
            self.layer.copy_of(number).expect("BUG: a node is copied before it is changed")
        };
        self.layer.nodes.get_mut(number)
    }

    /// Removes a node, to which nothing leads any more, with its charge.
    pub(crate) fn remove_node(&mut self, number: u32) {
        let cost = Row::<S>::cost(self.node(number));
        if self.layer.is_own::<Node>(number) {
            self.layer.nodes.take(number);
        } else if let Some(copy) = self.layer.copy_of(number) {
            let mut changed = self.layer.changed;
            let removed = self.map_remove(&mut changed, u64::from(number));
            removed.expect("BUG: what leads to copies is the space's own");
            self.layer.changed = changed;
            self.layer.nodes.take(copy);
        }
        self.quota.refund(cost);
    }

    /// Removes a node with neither names nor handles, and all that it holds.
    pub(crate) fn reap(&mut self, node: u32) {
        if let Body::File(file) = &self.node(node).body {
            let pages = file.pages;
            self.map_clear(pages, Stock::remove_page);
        }
        self.remove_node(node);
    }
}
