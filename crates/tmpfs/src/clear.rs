//! Removal of everything at once.

use crate::error::{Error, Result};
use crate::handle::{Handle, Open};
use crate::id::Id;
use crate::name::Tag;
use crate::node::Node;
use crate::pages::PageStore;
use crate::space::Space;
use crate::stat::Timestamp;

impl<S: PageStore> Space<S> {
    /// Removes every file, directory and symbolic link except the root, in linear time. Handles
    /// stay open, also handles of nodes that were removed.
    ///
    /// It allocates nothing, unless the space is based on a template.
    ///
    /// # Errors
    /// `InsufficientSpace` if the space is based on a template and there is no memory to copy a
    /// directory that has to change. A part of the files has been removed then.
    pub fn clear(&mut self, now: Timestamp) -> Result<()> {
        self.empty(self.root, now)
    }

    /// Removes everything below a directory, as [`Space::clear`] does below the root.
    ///
    /// # Errors
    /// - `BadDescriptor`;
    /// - `NotDirectory`;
    /// - `ReadOnly` if the handle permits no changes;
    /// - those of [`Space::clear`].
    pub fn clear_directory(&mut self, directory: Handle, now: Timestamp) -> Result<()> {
        let &Open { node, mutable, .. } = self.opened_directory(directory)?;
        if !mutable {
            return Err(Error::ReadOnly);
        }
        self.empty(node, now)
    }

    fn empty(&mut self, top: Id<Node>, now: Timestamp) -> Result<()> {
        let mut directory = top;
        loop {
            let held = self.stock.directory(directory);
            let Some((_, entry)) = self.stock.layer.map_next(&held.order, 0) else {
                if directory == top {
                    return Ok(());
                }
                // It is the first entry of its parent, and is removed there.
                directory = held.parent.expect("BUG: below a top there are parents");
                continue;
            };
            let node = self.entry(entry).node;
            if self.stock.node(node).directory().is_some_and(|below| below.count > 0) {
                directory = node;
                continue;
            }
            let tag = Tag::of(self.stock.seed, self.entry(entry).name.bytes());
            self.remove(directory, entry, tag, now)?;
        }
    }
}
