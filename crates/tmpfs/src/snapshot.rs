//! Snapshots: templates made of a space that goes on, and the way back to them.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

use crate::error::{Error, Result};
use crate::id::Id;
use crate::layer::{Layer, Row, Stock, metadata};
use crate::limits::Usage;
use crate::node::Node;
use crate::pages::{MemoryPages, PageStore};
use crate::prices::{BRANCH, BUCKET};
use crate::space::{HANDLES, Space};
use crate::stored::page_cost;
use crate::table::Table;
use crate::template::{DEPTH, Template};
use crate::trie::Step;

impl Space {
    /// Makes a template of the present state.
    ///
    /// The space goes on as if it had been started from the template: its handles stay open, and
    /// its limits and charges do not change. A space that is started from the template is a fork.
    /// [`Space::changes_since`] lists the changes since the snapshot, and [`Space::reset_to`] goes
    /// back to it.
    ///
    /// No page is copied. The time depends on the number of handles, and of nodes and pages that
    /// are new or changed since the last snapshot or the start of the space. The template does not
    /// hold nodes that only handles keep.
    ///
    /// A shared limit is also charged for the nodes and the metadata of the template: those that
    /// are new or changed since the last template below it. The bytes of pages were charged when
    /// they were written, and are charged again only for a copy that a change makes. The charges
    /// last as long as the template or a space that is based on it.
    ///
    /// A space is based on at most 16 templates. The next snapshot merges the space's own layer
    /// with those of the templates right below that nothing else uses, in time that is linear in
    /// the size of the space. Pages of these templates that were charged to another shared limit
    /// are then charged to that of the space. To make snapshots one after the other, drop the last
    /// one before making the next.
    ///
    /// # Errors
    /// - `Busy` if the space is based on 16 templates that are all in use;
    /// - `Quota`;
    /// - `InsufficientSpace` if the allocator refuses.
    ///
    /// After an error the content of the space has not changed. Layers may have been merged, which
    /// changes the charges to shared limits.
    ///
    /// # Example
    /// ```
    /// use tmpfs::{DescriptorFlags, Follow, Settings, Space, Timestamp};
    ///
    /// let now = Timestamp::default();
    /// let mut space = Space::create(Settings::seeded([1, 2], now))?;
    /// let template = space.snapshot()?;
    /// let root = space.root(DescriptorFlags::DIRECTORY)?;
    /// space.create_directory_at(root, "new", now)?;
    ///
    /// let mut fork = template.space(Settings::seeded([3, 4], now))?;
    /// let its_root = fork.root(DescriptorFlags::DIRECTORY)?;
    /// assert_eq!(fork.stat_at(its_root, Follow::No, "new"), Err(tmpfs::Error::NoEntry));
    ///
    /// space.reset_to(&template)?;
    /// assert_eq!(space.usage(), template.usage());
    /// # Ok::<(), tmpfs::Error>(())
    /// ```
    pub fn snapshot(&mut self) -> Result<Template> {
        self.snapshot_in(MemoryPages::default())
    }
}

impl<S: PageStore> Space<S> {
    /// Makes a template of the present state, as [`Space::snapshot`] does. From then on the space
    /// stores new pages in `store`.
    ///
    /// # Errors
    /// Those of [`Space::snapshot`].
    pub fn snapshot_in(&mut self, store: S) -> Result<Template<S>> {
        const { assert!(S::TEMPLATES, "the store is one of spaces that are not frozen") };
        if self.stock.layer.depth >= DEPTH {
            self.fold()?;
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
        let below = mem::replace(&mut self.stock.layer, Layer::new(store));
        // Its allocation cannot be refused, and so comes before those of `settle`, which can.
        let mut below = Arc::new(below);
        Arc::get_mut(&mut below).expect("BUG: nobody else has it yet").settle();
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

    /// Returns the open nodes, each with the number of its handles.
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

    /// Restores the layer after a failed snapshot.
    fn undo_snapshot(&mut self, below: Arc<Layer<S>>, opened: &[(Id<Node>, u32)]) {
        self.stock.layer.base = None;
        self.stock.layer = Arc::into_inner(below).expect("BUG: nobody else has it yet");
        if let Some(charge) = self.stock.layer.charge.take() {
            self.stock.quota.adopt(charge);
        }
        for (node, opens) in opened {
            self.stock.node_mut(*node).opens = *opens;
        }
    }

    /// Goes back to the state of a template that the space is based on.
    ///
    /// That is the template that it was started from, or one that [`Space::snapshot`] made of it or
    /// of a space that it was started from. All handles are closed. Inode numbers are not used
    /// again.
    ///
    /// The time depends on the number of handles, and of nodes and pages that the space owns.
    ///
    /// # Errors
    /// - `Invalid` if the space is not based on the template;
    /// - `InsufficientSpace` if the template holds more than the space does now, and the limits of
    ///   the space do not allow it;
    /// - `Quota` if the shared limit does not allow the nodes and the metadata.
    ///
    /// After an error nothing has changed.
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

    /// Returns the cost of the rows that the space owns.
    pub(crate) fn own_usage(&self) -> Usage {
        let layer = &self.layer;
        if layer.base().is_none() {
            // Without a base the space owns every row.
            return Usage { handles: 0, ..self.quota.used() };
        }
        // Branches that lead to copies are not charged.
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
