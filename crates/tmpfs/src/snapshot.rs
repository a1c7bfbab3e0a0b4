//! Snapshots: templates of spaces that live on, and the way back to them.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

use crate::error::{Error, Result};
use crate::id::Id;
use crate::layer::{Layer, Row, Stock, metadata, page_cost};
use crate::limits::Usage;
use crate::node::Node;
use crate::pages::{MemoryPages, PageStore};
use crate::prices::{BRANCH, BUCKET};
use crate::space::{HANDLES, Space};
use crate::table::Table;
use crate::template::{DEPTH, Template};
use crate::trie::Step;

impl Space {
    /// Makes a template of what the space holds now, and goes on with it as if it had been started
    /// from there: the handles stay open, and the limits and charges of the space are the same. The
    /// template is a mark, from which [`Space::changes_since`] tells the changes and to which
    /// [`Space::reset_to`] goes back; and a space that is started from it is a fork.
    ///
    /// No page is copied. It takes as long as there are handles, and nodes and pages that are new
    /// or changed since the space was started or the last snapshot was made of it. The template
    /// does not hold what has handles and no name any more.
    ///
    /// A shared limit is charged for what the template alone holds, as long as the template, the
    /// space or another space that stands on it lives: the nodes and pages that are new or changed
    /// since the last template below; so that many snapshots are charged, beside the space itself,
    /// for what is different in each.
    ///
    /// A space stands on 16 templates at the most. At the next snapshot it makes one of its own
    /// part and of the templates right below that nothing else needs any more, which takes as long
    /// as the space is large. Whoever makes snapshots one after the other drops the last one
    /// before.
    ///
    /// # Errors
    /// `Busy` where the space stands on 16 templates that are in use; `Quota`; `InsufficientSpace`
    /// where the allocator refuses. Then nothing has changed.
    pub fn snapshot(&mut self) -> Result<Template> {
        self.snapshot_in(MemoryPages::default())
    }
}

impl<S: PageStore> Space<S> {
    /// Makes a template of what the space holds now, as [`Space::snapshot`] does, and puts the
    /// pages that the space writes from now on into `store`.
    ///
    /// # Errors
    /// Those of [`Space::snapshot`].
    pub fn snapshot_in(&mut self, store: S) -> Result<Template<S>> {
        const { assert!(S::TEMPLATES, "the store is one of spaces that are not frozen") };
        if self.stock.layer.depth >= DEPTH {
            self.fold().inspect_err(|_| self.stock.quota.forget_refusal())?;
        }
        if self.stock.layer.depth >= DEPTH {
            return Err(Error::Busy);
        }
        let opened = self.opened_nodes()?;
        let mut usage = Usage { handles: 0, ..self.usage() };
        for (node, _) in &opened {
            if self.stock.node(*node).is_removed() {
                usage = usage.minus(self.stock.cost_of(*node));
            }
        }
        self.stock.layer.charge = Some(self.stock.quota.split(self.stock.own_usage())?);
        for (node, _) in &opened {
            self.stock.node_mut(*node).opens = 0;
        }
        let mut below = mem::replace(&mut self.stock.layer, Layer::new(store));
        below.store.release();
        let below = Arc::new(below);
        self.stock.layer.stand_on(Arc::clone(&below));
        for (node, opens) in &opened {
            if let Err(error) = self.stock.own_node(*node) {
                self.undo_snapshot(below, &opened);
                return Err(error);
            }
            self.stock.node_mut(*node).opens = *opens;
        }
        let (root, serial, seed) = (self.root, self.serial, self.stock.seed);
        Ok(Template { layer: below, root, serial, seed, usage })
    }

    /// Returns the nodes that are open, with the number of their handles.
    fn opened_nodes(&self) -> Result<Vec<(Id<Node>, u32)>> {
        let mut nodes = Vec::new();
        let handles = usize::try_from(self.handles.live()).unwrap_or(usize::MAX);
        nodes.try_reserve_exact(handles).map_err(|_| self.stock.quota.no_room())?;
        let opened = self.handles.rows().map(|open| open.node);
        nodes.extend(opened.map(|node| (node, self.stock.node(node).opens)));
        nodes.sort_unstable_by_key(|(node, _)| node.number());
        nodes.dedup();
        Ok(nodes)
    }

    /// Puts the layer back that was to be a template's.
    fn undo_snapshot(&mut self, below: Arc<Layer<S>>, opened: &[(Id<Node>, u32)]) {
        self.stock.layer.base = None;
        self.stock.layer = Arc::into_inner(below).expect("BUG: nobody else has it yet");
        self.stock.layer.charge = None;
        for (node, opens) in opened {
            self.stock.node_mut(*node).opens = *opens;
        }
    }

    /// Makes the space what a template holds that it stands on: the one that it was started from,
    /// or one that [`Space::snapshot`] made of it or of what it was started from. All handles are
    /// closed. Identities are not used again.
    ///
    /// It takes as long as there are handles, and nodes and pages of the space's own.
    ///
    /// # Errors
    /// `Invalid` where the space does not stand on the template. Where the template holds more than
    /// the space does now, `InsufficientSpace` if the limits of the space do not allow it, and
    /// `Quota` if the shared one does not. Then nothing has changed.
    pub fn reset_to(&mut self, template: &Template<S>) -> Result<()> {
        self.stock.layer.right_above(&template.layer).ok_or(Error::Invalid)?;
        self.stock.quota.replace(template.usage)?;
        self.handles = Table::new(HANDLES);
        self.stock.layer.stand_on(Arc::clone(&template.layer));
        Ok(())
    }
}

impl<S: PageStore> Stock<S> {
    /// Returns the cost of a node, and of the pages of a file.
    pub(crate) fn cost_of(&self, id: Id<Node>) -> Usage {
        let node = self.layer.node(id);
        let mut cost = Row::<S>::cost(node);
        if let Some(file) = node.file() {
            self.layer.map_walk(&file.pages, &mut |step| {
                cost = cost.plus(match step {
                    Step::Branch(branch) => Row::<S>::cost(self.get(branch)),
                    Step::Value(_, page) => self.page_cost(page),
                });
            });
        }
        cost
    }

    /// Returns the cost of the rows that are the space's own.
    pub(crate) fn own_usage(&self) -> Usage {
        let layer = &self.layer;
        if layer.base().is_none() {
            // All rows are.
            return Usage { handles: 0, ..self.quota.used() };
        }
        // What leads to copies is not charged.
        let mut branches = u64::from(layer.branches.live());
        layer.map_walk(&layer.changed, &mut |step| {
            branches -= u64::from(matches!(step, Step::Branch(_)));
        });
        let nodes = layer.nodes.rows().map(Row::<S>::cost);
        let entries = layer.entries.rows().map(Row::<S>::cost);
        let pages = layer.pages.rows().map(|page| page_cost(page.capacity));
        let rest = branches * BRANCH + u64::from(layer.buckets.live()) * BUCKET;
        nodes.chain(entries).chain(pages).fold(metadata(rest), Usage::plus)
    }
}
