//! Nodes of a space and of its template: lookup, copies before a change, removal.
//!
//! The maps and the index of a node cannot be changed in place, since their branches are in the
//! same layer as the node. `change_file` and `change_directory` take them out of the node during a
//! change and put them back afterwards, even if the change failed: the space may already own copies
//! of some branches.

use core::num::NonZeroU32;

use crate::error::Result;
use crate::id::Id;
use crate::layer::{Layer, Row, Stock};
use crate::map::Map;
use crate::node::{Directory, File, Node};
use crate::pages::PageStore;

impl<S: PageStore> Layer<S> {
    #[inline]
    pub(crate) fn node(&self, id: Id<Node>) -> &Node {
        let mut layer = self;
        while !layer.owns(id) {
            if let Some(copy) = layer.copy_of(id) {
                return layer.nodes.get(copy);
            }
            layer = layer.base().expect("BUG: a number is of some layer");
        }
        layer.nodes.get(id)
    }

    /// Returns the copy that represents a node of the base.
    pub(crate) fn copy_of(&self, id: Id<Node>) -> Option<Id<Node>> {
        self.map_get(&self.changed, key(id))
    }
}

/// Returns the key of a node of the base in [`Layer::changed`].
#[inline]
pub(crate) fn key(id: Id<Node>) -> u64 {
    u64::from(id.number().get())
}

/// Returns the node of the base for a key of [`Layer::changed`].
pub(crate) fn of_key(key: u64) -> Id<Node> {
    let number = u32::try_from(key).ok().and_then(NonZeroU32::new);
    Id::new(number.expect("BUG: the key was made of a node"))
}

impl<S: PageStore> Stock<S> {
    pub(crate) fn node(&self, id: Id<Node>) -> &Node {
        self.layer.node(id)
    }

    /// Returns the content of a directory. Precondition: the node is a directory.
    pub(crate) fn directory(&self, id: Id<Node>) -> &Directory {
        self.node(id).directory().expect("BUG: it is a directory")
    }

    /// Makes sure that a node may be changed.
    #[inline]
    pub(crate) fn own_node(&mut self, id: Id<Node>) -> Result<()> {
        if self.layer.owns(id) || self.layer.copy_of(id).is_some() {
            return Ok(());
        }
        let room = self.reserve()?;
        let copy = self.allocate(|layer| layer.node(id).try_clone())?;
        let copy = self.layer.nodes.put(room, copy);
        let set = self.change_copies(|stock, copies| stock.map_set(copies, key(id), copy));
        set.inspect_err(|_| drop(self.layer.nodes.take(copy)))
    }

    /// Returns a node that may be changed. Precondition: [`own_node`](Self::own_node) was called
    /// for it.
    #[inline]
    pub(crate) fn node_mut(&mut self, id: Id<Node>) -> &mut Node {
        let own = if self.layer.owns(id) {
            id
        } else {
            self.layer.copy_of(id).expect("BUG: a node is copied before it is changed")
        };
        self.layer.nodes.get_mut(own)
    }

    /// Calls `change` with a file, and returns its result and the node. Precondition:
    /// [`own_node`](Self::own_node) was called for the node.
    #[inline]
    pub(crate) fn change_file<R>(
        &mut self,
        id: Id<Node>,
        change: impl FnOnce(&mut Self, &mut File) -> R,
    ) -> (R, &mut Node) {
        let mut held = self.node_mut(id).file_mut().share();
        let outcome = change(self, &mut held);
        let node = self.node_mut(id);
        *node.file_mut() = held;
        (outcome, node)
    }

    /// Calls `change` with a directory, and returns its result and the node. Precondition:
    /// [`own_node`](Self::own_node) was called for the node.
    #[inline]
    pub(crate) fn change_directory<R>(
        &mut self,
        id: Id<Node>,
        change: impl FnOnce(&mut Self, &mut Directory) -> R,
    ) -> (R, &mut Node) {
        let mut held = self.node_mut(id).directory_mut().share();
        let outcome = change(self, &mut held);
        let node = self.node_mut(id);
        *node.directory_mut() = held;
        (outcome, node)
    }

    /// Calls `change` with the map of the copies of the base's nodes.
    fn change_copies<R>(&mut self, change: impl FnOnce(&mut Self, &mut Map<Node>) -> R) -> R {
        let mut held = self.layer.changed.share();
        let outcome = change(self, &mut held);
        self.layer.changed = held;
        outcome
    }

    /// Removes a node without names and handles, and refunds its charge.
    pub(crate) fn remove_node(&mut self, id: Id<Node>) {
        let cost = Row::<S>::cost(self.node(id));
        if self.layer.owns(id) {
            self.layer.nodes.take(id);
        } else if let Some(copy) = self.layer.copy_of(id) {
            let removed = self.change_copies(|stock, copies| stock.map_remove(copies, key(id)));
            removed.expect("BUG: what leads to copies is the space's own");
            self.layer.nodes.take(copy);
        }
        self.quota.refund::<S>(cost);
    }

    /// Removes a node without names and handles, and everything that it holds.
    pub(crate) fn reap(&mut self, id: Id<Node>) {
        if let Some(file) = self.node(id).file() {
            let pages = file.pages.share();
            self.map_clear(pages, Stock::remove_page);
        }
        self.remove_node(id);
    }
}
