//! Folding: the layer of a space and the layers right below it that no other space needs become
//! one. A space can therefore make any number of snapshots, as long as few of them are kept.
//!
//! Row numbers do not change, since the tables of a layer begin where those of the layer below end.
//! A copy of a node takes the node's place, and rows that the space no longer sees are removed.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::iter::successors;

use crate::branch::Branch;
use crate::bucket::Bucket;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::index::Part;
use crate::layer::{Layer, Stock};
use crate::limits::Usage;
use crate::list::push;
use crate::map::Map;
use crate::node::{Entry, Node};
use crate::nodes;
use crate::page::Page;
use crate::pages::PageStore;
use crate::quota::Quota;
use crate::space::Space;
use crate::trie::Step;

/// Rows of a table that the space sees.
struct Seen<T> {
    /// The number of the first row of the lowest layer that is folded.
    first: Id<T>,
    bits: Vec<u64>,
    /// The number of rows that have a bit.
    length: u32,
}

impl<T> Seen<T> {
    /// Returns a set without rows, for the rows from `first` to before `end`.
    fn new(first: Id<T>, end: u32) -> Result<Self> {
        let length = end - first.number().get();
        let words = usize::try_from(length.div_ceil(64)).map_err(|_| Error::InsufficientSpace)?;
        let mut bits = Vec::new();
        bits.try_reserve_exact(words).map_err(|_| Error::InsufficientSpace)?;
        bits.resize(words, 0);
        Ok(Self { first, bits, length })
    }

    /// Returns the word and the bit of a row. It is `None` for a row of a layer that is not folded,
    /// and for a row that was added later.
    fn locate(&self, row: Id<T>) -> Option<(usize, u64)> {
        let at = row.number().get().checked_sub(self.first.number().get())?;
        let word = usize::try_from(at / 64).ok()?;
        (at < self.length).then_some((word, 1 << (at % 64)))
    }

    fn see(&mut self, row: Id<T>) {
        if let Some((word, bit)) = self.locate(row) {
            self.bits[word] |= bit;
        }
    }

    /// Returns whether a row of these layers was seen.
    fn is_seen(&self, row: Id<T>) -> bool {
        self.locate(row).is_some_and(|(word, bit)| self.bits[word] & bit != 0)
    }

    /// Returns whether a row is kept: it was seen, or added later.
    fn is_kept(&self, row: Id<T>) -> bool {
        self.locate(row).is_none() || self.is_seen(row)
    }
}

/// Everything that the space sees of the layers that are folded.
struct View {
    nodes: Seen<Node>,
    entries: Seen<Entry>,
    branches: Seen<Branch>,
    buckets: Seen<Bucket>,
    pages: Seen<Page>,
    /// Nodes of lower layers, and nodes of these layers, with the copies that stand for them.
    below: Vec<(Id<Node>, Id<Node>)>,
    within: Vec<(Id<Node>, Id<Node>)>,
}

impl<S: PageStore> Space<S> {
    /// Folds as many layers as possible. The time is linear in the size of the space.
    ///
    /// A shared limit is then charged for the pages of these layers as for the space's own. Charges
    /// to the same limit are taken over.
    ///
    /// # Errors
    /// `InsufficientSpace`; `Quota` if a layer was charged to another limit. Nothing has changed
    /// then.
    pub(crate) fn fold(&mut self) -> Result<()> {
        let planned = self.plan().inspect_err(|_| self.stock.quota.forget_refusal())?;
        let Some((layers, mut view)) = planned else { return Ok(()) };
        let content = self.stock.layer.kept_content(layers, &view);
        let more = content.saturating_sub(self.stock.owned_within(layers));
        self.stock.quota.charge_apart::<S>(Usage::default(), more)?;
        let copies = self.stock.prepare_to_fold(&view.below).inspect_err(|_| {
            self.stock.quota.forget_refusal();
            self.stock.quota.refund_apart::<S>(Usage::default(), more);
        })?;
        self.stock.layer.map_walk(&copies, &mut |step| {
            if let Step::Branch(branch) = step {
                view.branches.see(branch);
            }
        });
        let Stock { layer, quota, .. } = &mut self.stock;
        layer.fold(layers, &view, copies, quota);
        let less = quota.owned().map_or(0, |owned| owned - content);
        quota.refund_apart::<S>(Usage::default(), less);
        Ok(())
    }

    /// Returns the number of layers below that can be folded into the space's own, and everything
    /// that the space sees of them. Returns `None` if there are no such layers.
    fn plan(&mut self) -> Result<Option<(usize, View)>> {
        let layers = if S::JOINS { self.stock.layer.count_unused() } else { 0 };
        if layers == 0 { Ok(None) } else { Ok(Some((layers, self.view(layers)?))) }
    }

    /// Walks everything that the space sees.
    fn view(&self, layers: usize) -> Result<View> {
        let top = &self.stock.layer;
        let mut lowest = top;
        for _ in 0..layers {
            lowest = lowest.base().expect("BUG: it was counted");
        }
        let mut view = View {
            nodes: Seen::new(lowest.nodes.first(), top.nodes.end().get())?,
            entries: Seen::new(lowest.entries.first(), top.entries.end().get())?,
            branches: Seen::new(lowest.branches.first(), top.branches.end().get())?,
            buckets: Seen::new(lowest.buckets.first(), top.buckets.end().get())?,
            pages: Seen::new(lowest.pages.first(), top.pages.end().get())?,
            below: Vec::new(),
            within: Vec::new(),
        };
        let mut waiting = Vec::new();
        push(&mut waiting, self.root)?;
        // A node without a name is only reachable through its handles.
        for open in self.handles.rows() {
            if top.node(open.node).is_removed() {
                push(&mut waiting, open.node)?;
            }
        }
        while let Some(node) = waiting.pop() {
            if view.nodes.is_seen(node) {
                continue;
            }
            view.nodes.see(node);
            if let Some(copy) = top.latest_copy(node, layers) {
                view.nodes.see(copy);
                let is_below = view.nodes.locate(node).is_none();
                push(if is_below { &mut view.below } else { &mut view.within }, (node, copy))?;
            }
            view.see_content(top, node, &mut waiting)?;
        }
        Ok(view)
    }
}

impl View {
    /// Marks the rows that a node consists of, and queues the nodes of a directory.
    fn see_content<S: PageStore>(
        &mut self,
        layer: &Layer<S>,
        node: Id<Node>,
        waiting: &mut Vec<Id<Node>>,
    ) -> Result<()> {
        let node = layer.node(node);
        if let Some(file) = node.file() {
            layer.map_walk(&file.pages, &mut |step| match step {
                Step::Branch(branch) => self.branches.see(branch),
                Step::Value(_, page) => self.pages.see(page),
            });
        }
        let Some(directory) = node.directory() else { return Ok(()) };
        let mut outcome = Ok(());
        layer.map_walk(&directory.order, &mut |step| match step {
            Step::Branch(branch) => self.branches.see(branch),
            Step::Value(_, entry) => {
                self.entries.see(entry);
                if outcome.is_ok() {
                    outcome = push(waiting, layer.get(entry).node);
                }
            }
        });
        layer.index_walk(&directory.index, &mut |part| match part {
            Part::Branch(branch) => self.branches.see(branch),
            Part::Bucket(bucket) => self.buckets.see(bucket),
        });
        outcome
    }
}

impl<S: PageStore> Stock<S> {
    /// Makes the map that leads to copies, and room for all rows in the lowest of the layers that
    /// are folded.
    fn prepare_to_fold(&mut self, copies: &[(Id<Node>, Id<Node>)]) -> Result<Map<Node>> {
        let map = self.copies(copies)?;
        // This comes after the map, which may have added a chunk of branches.
        if let Err(error) = self.layer.make_room_to_fold() {
            self.map_clear(map, |_, _| ());
            return Err(error);
        }
        Ok(map)
    }

    /// Makes a map that leads to copies, in new branches that the space owns.
    fn copies(&mut self, copies: &[(Id<Node>, Id<Node>)]) -> Result<Map<Node>> {
        let mut map = Map::UNCHARGED;
        for (node, copy) in copies {
            let key = nodes::key(*node);
            if let Err(error) = self.map_set(&mut map, key, *copy) {
                self.map_clear(map, |_, _| ());
                return Err(error);
            }
        }
        Ok(map)
    }

    /// Returns the bytes of pages of this layer and the given number of layers below it that are
    /// charged to the space's shared limit.
    fn owned_within(&self, layers: usize) -> u64 {
        let below = successors(self.layer.base(), |layer| layer.base()).take(layers);
        let below = below.filter_map(|layer| layer.charge.as_ref());
        let below: u64 = below.map(|charge| self.quota.owned_by(charge)).sum();
        below + self.quota.owned().unwrap_or(0)
    }
}

impl<S: PageStore> Layer<S> {
    /// Returns the number of layers right below that nothing else needs.
    fn count_unused(&mut self) -> usize {
        let base = self.base.as_mut().and_then(Arc::get_mut);
        base.map_or(0, |base| 1 + base.count_unused())
    }

    /// Makes room for all rows in the lowest of the layers below that nothing else needs.
    fn make_room_to_fold(&mut self) -> Result<()> {
        let mut rooms = [[0; 2]; 5];
        let mut layer = self;
        loop {
            rooms = [
                layer.nodes.make_room_to_join(rooms[0])?,
                layer.entries.make_room_to_join(rooms[1])?,
                layer.branches.make_room_to_join(rooms[2])?,
                layer.buckets.make_room_to_join(rooms[3])?,
                layer.pages.make_room_to_join(rooms[4])?,
            ];
            let Some(base) = layer.base.as_mut().and_then(Arc::get_mut) else { return Ok(()) };
            layer = base;
        }
    }

    /// Returns the bytes of the pages that are kept of this layer and of the given number of layers
    /// below it.
    fn kept_content(&self, layers: usize, view: &View) -> u64 {
        let layers = successors(Some(self), |layer| layer.base()).take(layers + 1);
        let pages = layers.flat_map(|layer| layer.pages.numbered());
        let kept = pages.filter(|(id, _)| view.pages.is_kept(*id));
        kept.map(|(_, page)| u64::from(page.capacity)).sum()
    }

    /// Adds the rows of the layer above. Precondition: room was made for them.
    fn join(&mut self, above: Self) {
        self.nodes.join(above.nodes);
        self.entries.join(above.entries);
        self.branches.join(above.branches);
        self.buckets.join(above.buckets);
        self.pages.join(above.pages);
        self.store.join(above.store);
    }

    /// Returns the copy of a node in the highest of some layers: this layer and the given number of
    /// layers below it.
    fn latest_copy(&self, node: Id<Node>, layers: usize) -> Option<Id<Node>> {
        let mut layer = self;
        for below in (0..=layers).rev() {
            if layer.owns(node) {
                return None;
            }
            if let Some(copy) = layer.copy_of(node) {
                return Some(copy);
            }
            if below > 0 {
                layer = layer.base()?;
            }
        }
        None
    }

    /// Merges this layer and the given number of layers below it into one.
    fn fold(&mut self, layers: usize, view: &View, copies: Map<Node>, quota: &mut Quota) {
        for _ in 0..layers {
            let below = self.base.take().and_then(Arc::into_inner);
            let mut below = below.expect("BUG: nothing else stands on it");
            core::mem::swap(self, &mut below);
            self.join(below);
            if let Some(charge) = self.charge.take() {
                quota.adopt(charge);
            }
        }
        for (node, copy) in &view.within {
            let row = self.nodes.take(*copy);
            *self.nodes.get_mut(*node) = row;
        }
        self.changed = copies;
        self.nodes.retain(|row| view.nodes.is_kept(row), drop);
        self.entries.retain(|row| view.entries.is_kept(row), drop);
        self.branches.retain(|row| view.branches.is_kept(row), drop);
        self.buckets.retain(|row| view.buckets.is_kept(row), drop);
        self.pages.retain(|row| view.pages.is_kept(row), |page| self.store.free(page.page));
        self.pack();
    }
}
