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
    /// Removes every file, directory and symbolic link, in time that is linear in what there is.
    /// The root stays. Handles stay open, too, of nodes that have no name any more.
    ///
    /// It takes no memory, unless the space stands on a template.
    ///
    /// # Errors
    /// `InsufficientSpace` in a space that stands on a template, where there is no memory for a
    /// copy of a directory that is to change; some of what there was is gone then.
    pub fn clear(&mut self, now: Timestamp) -> Result<()> {
        self.empty(self.root, now)
    }

    /// Removes everything that is below a directory, as [`Space::clear`] does for the root.
    ///
    /// # Errors
    /// `BadDescriptor`; `NotDirectory`; `ReadOnly`; those of [`Space::clear`].
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
