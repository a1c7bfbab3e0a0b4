//! Renaming.

use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::id::Id;
use crate::lookup::{End, Last};
use crate::name::NewName;
use crate::node::Node;
use crate::pages::PageStore;
use crate::path::Component;
use crate::space::Space;
use crate::stat::{Kind, Timestamp};

impl<S: PageStore> Space<S> {
    /// Renames a file, symbolic link or directory in one step.
    ///
    /// The new name may exist: a file or symbolic link replaces a file or symbolic link, and a
    /// directory replaces an empty directory. If both names are of the same node, nothing happens.
    ///
    /// # Errors
    /// - Those of every path (see [`Space::open_at`]);
    /// - `Busy` if the last component of either path is `.` or `..`;
    /// - `Invalid` for a directory into itself;
    /// - `IsDirectory` for a file over a directory;
    /// - `NotDirectory` for a directory over a file, and for a file with a slash at the end of a
    ///   path;
    /// - `NotEmpty`;
    /// - `TooManyLinks`;
    /// - `ReadOnly` unless both handles permit changes;
    /// - `InsufficientSpace`;
    /// - `Quota`.
    pub fn rename_at(
        &mut self,
        old_directory: Handle,
        old_path: &str,
        new_directory: Handle,
        new_path: &str,
        now: Timestamp,
    ) -> Result<()> {
        let old_base = self.opened_directory(old_directory)?;
        let new_base = self.opened_directory(new_directory)?;
        let mutable = old_base.mutable && new_base.mutable;
        let old = self.resolve(old_base.node, old_path, Last::Name)?;
        let new = self.resolve(new_base.node, new_path, Last::Name)?;
        if old.last != Component::Name || new.last != Component::Name {
            return Err(Error::Busy);
        }
        let old = self.look_at(old, old_path)?;
        let (Some(entry), Some(node)) = (old.entry, old.node) else { return Err(Error::NoEntry) };
        let new = self.look_at(new, new_path)?;
        let is_directory = self.stock.node(node).kind() == Kind::Directory;
        if !is_directory && (old.slash() || new.slash()) {
            return Err(Error::NotDirectory);
        }
        if is_directory && self.is_below(new.directory, node) {
            return Err(Error::Invalid);
        }
        if let Some(victim) = new.node {
            self.check_victim(&old, node, is_directory, victim)?;
        }
        if !mutable {
            return Err(Error::ReadOnly);
        }
        if new.node == Some(node) {
            return Ok(());
        }
        if is_directory && self.stock.node(new.directory).links == u32::MAX {
            return Err(Error::TooManyLinks);
        }
        let name = self.name(&new, new_path)?;
        let name = NewName { text: &name, tag: new.tag };

        let leaving = self.stock.prepare_to_leave(old.directory, entry, old.tag)?;
        self.stock.own_node(new.directory)?;
        self.stock.own_node(node)?;
        match (new.entry, new.node) {
            (Some(over), Some(victim)) => {
                self.stock.own_node(victim)?;
                let over = self.stock.prepare_to_leave(new.directory, over, new.tag)?;
                self.stock.replace(over, node, now)?;
                self.stock.leave(leaving, now);
                if is_directory {
                    self.unlink_directory(new.directory, victim, now);
                } else {
                    self.unlink(victim, now);
                }
            }
            _ if old.directory == new.directory => {
                self.stock.rename_entry(leaving, name, now)?;
            }
            _ => {
                self.stock.enter(new.directory, name, node, now)?;
                self.stock.leave(leaving, now);
            }
        }
        if is_directory && old.directory != new.directory {
            self.stock.node_mut(old.directory).links -= 1;
            self.stock.node_mut(new.directory).links += 1;
            self.stock.node_mut(node).directory_mut().parent = Some(new.directory);
        }
        self.stock.node_mut(node).times.set_changed(now);
        Ok(())
    }

    /// Refuses to replace a node that cannot be replaced.
    fn check_victim(
        &self,
        old: &End,
        node: Id<Node>,
        is_directory: bool,
        victim: Id<Node>,
    ) -> Result<()> {
        if victim == node {
            return Ok(());
        }
        match (is_directory, self.stock.node(victim).directory()) {
            (false, Some(_)) => {
                // Linux first checks whether the directory is an ancestor of the file, which is not
                // empty.
                let above = self.is_below(old.directory, victim);
                Err(if above { Error::NotEmpty } else { Error::IsDirectory })
            }
            (true, None) => Err(Error::NotDirectory),
            (true, Some(held)) if held.count > 0 => Err(Error::NotEmpty),
            _ => Ok(()),
        }
    }

    /// Returns whether `directory` is `above` or is below it.
    fn is_below(&self, directory: Id<Node>, above: Id<Node>) -> bool {
        let mut at = Some(directory);
        while let Some(held) = at {
            if held == above {
                return true;
            }
            at = self.stock.directory(held).parent;
        }
        false
    }
}
