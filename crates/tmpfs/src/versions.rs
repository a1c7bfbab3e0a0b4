//! Two versions of a tree: a template, and a space that is based on it. A row that both share has
//! the same number in both. A changed node keeps its number, under which the space finds the copy.
//! The copy of any other row has its own number.

use alloc::vec::Vec;
use core::ops::ControlFlow::{Break, Continue};

use crate::error::Result;
use crate::id::Id;
use crate::layer::Layer;
use crate::list::push;
use crate::map::Map;
use crate::node::{Entry, File, Home, Node};
use crate::nodes;
use crate::page::Page;
use crate::pages::PageStore;
use crate::stored::bytes;
use crate::trie::Step;

/// The two versions, in their layers.
pub(crate) struct Versions<'space, S: PageStore> {
    pub(crate) old: &'space Layer<S>,
    pub(crate) new: &'space Layer<S>,
    /// The layer right above the template's.
    first: &'space Layer<S>,
}

impl<'space, S: PageStore> Versions<'space, S> {
    /// Returns the versions of a layer and of one that it is based on, or `None` if it is not.
    pub(crate) fn of(new: &'space Layer<S>, old: &Layer<S>) -> Option<Self> {
        let first = new.right_above(old)?;
        Some(Self { old: first.base()?, new, first })
    }

    /// Returns whether a node exists in the template.
    pub(crate) fn is_old(&self, node: Id<Node>) -> bool {
        !self.first.owns(node)
    }

    /// Returns the nodes of the template that have a copy, in no order. They include every node
    /// that changed and still exists.
    pub(crate) fn copied(&self) -> Result<Vec<Id<Node>>> {
        let mut nodes = Vec::new();
        let mut outcome = Ok(());
        let mut layer = self.new;
        loop {
            layer.map_walk(&layer.changed, &mut |step| {
                if let Step::Value(key, _) = step {
                    let node = nodes::of_key(key);
                    if outcome.is_ok() && self.is_old(node) {
                        outcome = push(&mut nodes, node);
                    }
                }
            });
            if core::ptr::eq(layer, self.first) {
                break;
            }
            layer = layer.base().expect("BUG: the first layer is one of these");
        }
        outcome?;
        nodes.sort_unstable_by_key(|node| node.number());
        nodes.dedup();
        Ok(nodes)
    }

    /// Returns whether a name is one of a node, or was before its directory was removed.
    pub(crate) fn names(&self, home: Home, node: Id<Node>) -> bool {
        let Home { directory, entry } = home;
        let Some(directory) = self.new.node(directory).directory() else { return false };
        let Some(held) = self.new.find(entry) else { return false };
        held.node == node && self.new.map_get(&directory.order, held.place) == Some(entry)
    }

    /// Returns the entry's name, as bytes.
    pub(crate) fn name(&self, entry: Id<Entry>) -> &'space [u8] {
        self.new.get(entry).name.bytes()
    }

    /// Returns whether two files or symbolic links have the same content.
    pub(crate) fn is_equal(&self, old: &Node, new: &Node) -> Result<bool> {
        match (old.file(), new.file()) {
            (Some(old), Some(new)) => self.is_equal_file(old, new),
            _ => Ok(old.target() == new.target()),
        }
    }

    fn is_equal_file(&self, old: &File, new: &File) -> Result<bool> {
        if old.size != new.size {
            return Ok(false);
        }
        let compared = self.new.map_changes(&old.pages, &new.pages, &mut |_, old, new| match self
            .is_equal_page(old, new)
        {
            Ok(true) => Continue(()),
            outcome => Break(outcome),
        });
        compared.break_value().unwrap_or(Ok(true))
    }

    /// Compares pages. A missing page counts as zeros.
    fn is_equal_page(&self, old: Option<Id<Page>>, new: Option<Id<Page>>) -> Result<bool> {
        let capacity = |page: Option<Id<Page>>| page.map_or(0, |page| self.new.capacity(page));
        let length = bytes(capacity(old).max(capacity(new)));
        let mut buffers = [[0; 512]; 2];
        for at in (0..length).step_by(512) {
            let piece = (length - at).min(512);
            for (buffer, page) in buffers.iter_mut().zip([old, new]) {
                if let Some(page) = page {
                    self.new.read_page(page, at, piece, &mut &mut buffer[..piece])?;
                }
            }
            if buffers[0][..piece] != buffers[1][..piece] {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Calls `each` for the entries that only one of two directories has, with true for those of
    /// the new one. It stops at the first error.
    pub(crate) fn entries(
        &self,
        old: Option<Id<Node>>,
        new: Option<Id<Node>>,
        each: &mut impl FnMut(Id<Entry>, bool) -> Result<()>,
    ) -> Result<()> {
        let order = |layer: &Layer<S>, node: Option<Id<Node>>| {
            let held = node.and_then(|node| layer.node(node).directory());
            held.map_or(Map::EMPTY, |held| held.order.share())
        };
        let (old, new) = (order(self.old, old), order(self.new, new));
        let walked = self.new.map_changes(&old, &new, &mut |_, old, new| {
            let outcome = old.map_or(Ok(()), |entry| each(entry, false));
            let outcome = outcome.and_then(|()| new.map_or(Ok(()), |entry| each(entry, true)));
            outcome.map_or_else(Break, Continue)
        });
        walked.break_value().map_or(Ok(()), Err)
    }
}
