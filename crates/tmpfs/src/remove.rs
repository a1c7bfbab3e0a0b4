//! Removing names, and nodes with their last name and last handle.

use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::id::Id;
use crate::lookup::Last;
use crate::name::Tag;
use crate::node::{Entry, Node};
use crate::pages::PageStore;
use crate::path::Component;
use crate::space::Space;
use crate::stat::{Kind, Timestamp};

impl<S: PageStore> Space<S> {
    /// Removes the name of a file or symbolic link. The file exists until its last handle is
    /// closed.
    ///
    /// # Errors
    /// - Those of every path (see [`Space::open_at`]);
    /// - `IsDirectory`, and with a slash at the end also for a symbolic link to a directory;
    /// - `NotDirectory` for a file with a slash at the end;
    /// - `ReadOnly` if `directory` permits no changes.
    pub fn unlink_file_at(&mut self, directory: Handle, path: &str, now: Timestamp) -> Result<()> {
        let base = self.opened_directory(directory)?;
        let mutable = base.mutable;
        let end = self.resolve(base.node, path, Last::NameOrDirectory)?;
        if end.last != Component::Name {
            return Err(Error::IsDirectory);
        }
        let end = self.look_at(end, path)?;
        let (Some(entry), Some(node)) = (end.entry, end.node) else { return Err(Error::NoEntry) };
        if self.stock.node(node).kind() == Kind::Directory {
            return Err(Error::IsDirectory);
        }
        if !mutable {
            return Err(Error::ReadOnly);
        }
        self.remove(end.directory, entry, end.tag, now)
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// - Those of every path (see [`Space::open_at`]);
    /// - `NotDirectory`, also for a symbolic link to a directory;
    /// - `NotEmpty`;
    /// - `Invalid` if the last component is `.` or, as in wasmtime, `..`;
    /// - `ReadOnly` if `directory` permits no changes.
    pub fn remove_directory_at(
        &mut self,
        directory: Handle,
        path: &str,
        now: Timestamp,
    ) -> Result<()> {
        let base = self.opened_directory(directory)?;
        let mutable = base.mutable;
        let end = self.resolve(base.node, path, Last::Name)?;
        if end.last != Component::Name {
            return Err(Error::Invalid);
        }
        let end = self.look_at(end, path)?;
        let (Some(entry), Some(node)) = (end.entry, end.node) else { return Err(Error::NoEntry) };
        let held = self.stock.node(node).directory().ok_or(Error::NotDirectory)?;
        if held.count > 0 {
            return Err(Error::NotEmpty);
        }
        if !mutable {
            return Err(Error::ReadOnly);
        }
        self.remove(end.directory, entry, end.tag, now)
    }

    /// Removes the entry with this tag, and with it a name of a file, a symbolic link or an empty
    /// directory.
    pub(crate) fn remove(
        &mut self,
        directory: Id<Node>,
        entry: Id<Entry>,
        tag: Tag,
        now: Timestamp,
    ) -> Result<()> {
        let node = self.entry(entry).node;
        let leaving = self.stock.prepare_to_leave(directory, entry, tag)?;
        self.stock.own_node(node)?;
        self.stock.leave(leaving, now);
        match self.stock.node(node).kind() {
            Kind::Directory => self.unlink_directory(directory, node, now),
            Kind::RegularFile | Kind::SymbolicLink => self.unlink(node, now),
        }
        Ok(())
    }

    /// Subtracts one name of a file or symbolic link.
    pub(crate) fn unlink(&mut self, node: Id<Node>, now: Timestamp) {
        let held = self.stock.node_mut(node);
        held.links -= 1;
        if S::TEMPLATES {
            // The recorded name may be the removed one.
            held.set_home(None);
        }
        held.times.set_changed(now);
        if held.is_unused() {
            self.stock.reap(node);
        }
    }

    /// Subtracts the name of an empty directory, and its `..` from the links of its parent.
    pub(crate) fn unlink_directory(&mut self, parent: Id<Node>, node: Id<Node>, now: Timestamp) {
        self.stock.node_mut(parent).links -= 1;
        let held = self.stock.node_mut(node);
        held.links = 0;
        held.directory_mut().parent = None;
        held.times.set_changed(now);
        if held.is_unused() {
            self.stock.reap(node);
        }
    }
}
