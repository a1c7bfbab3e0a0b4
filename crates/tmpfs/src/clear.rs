//! Removal of everything at once.

use crate::error::Result;
use crate::name::Tag;
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
        let mut directory = self.root;
        loop {
            let held = self.stock.directory(directory);
            let Some((_, entry)) = self.stock.layer.map_next(&held.order, 0) else {
                // It is the first entry of its parent, and is removed there.
                let Some(parent) = held.parent else { return Ok(()) };
                directory = parent;
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
