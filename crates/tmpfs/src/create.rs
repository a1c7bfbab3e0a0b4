//! New directories, links and symbolic links.

use alloc::boxed::Box;

use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::layer::{Stock, link_cost};
use crate::lookup::{End, Follow, Last};
use crate::name::NewName;
use crate::node::{Body, Directory, Node};
use crate::pages::PageStore;
use crate::path::{self, Component};
use crate::space::Space;
use crate::stat::{Kind, Timestamp};
use crate::text;

impl<S: PageStore> Space<S> {
    /// Makes a directory.
    ///
    /// # Errors
    /// Those of every path (see [`Space::open_at`]); `Exist`; `ReadOnly` if `directory` permits no
    /// changes; `InsufficientSpace`; `Quota`.
    pub fn create_directory_at(
        &mut self,
        directory: Handle,
        path: &str,
        now: Timestamp,
    ) -> Result<()> {
        let base = self.opened_directory(directory)?;
        let mutable = base.mutable;
        let end = self.resolve(base.node, path, Last::Name)?;
        let end = self.check_new(end, path)?;
        if !mutable {
            return Err(Error::ReadOnly);
        }
        if self.stock.node(end.directory).links == u32::MAX {
            return Err(Error::TooManyLinks);
        }
        let name = self.name(&end, path)?;
        let name = NewName { text: &name, tag: end.tag };
        let node = self.new_node(Body::Directory(Directory::under(Some(end.directory))), now);
        self.stock.make(end.directory, name, |stock| stock.insert(node), now)?;
        self.stock.node_mut(end.directory).links += 1;
        Ok(())
    }

    /// Gives the file or symbolic link at `old_path` another name, a hard link.
    ///
    /// # Errors
    /// - Those of every path (see [`Space::open_at`]);
    /// - `Exist`;
    /// - `NotPermitted` for a directory;
    /// - `TooManyLinks`;
    /// - `ReadOnly` unless both handles permit changes;
    /// - `InsufficientSpace`;
    /// - `Quota`.
    ///
    /// A `new_path` with a slash at the end is always refused: with `Exist` or `NotDirectory` if
    /// something has the name, and otherwise with `NoEntry`.
    pub fn link_at(
        &mut self,
        old_directory: Handle,
        old_follow: Follow,
        old_path: &str,
        new_directory: Handle,
        new_path: &str,
        now: Timestamp,
    ) -> Result<()> {
        let old_base = self.opened_directory(old_directory)?;
        let new_base = self.opened_directory(new_directory)?;
        let mutable = old_base.mutable && new_base.mutable;
        // Resolve the directories of both names first, as wasmtime does.
        self.resolve(old_base.node, old_path, Last::NameOrDirectory)?;
        let new = self.resolve(new_base.node, new_path, Last::NameOrDirectory)?;
        let node = self.resolve_node(old_base.node, old_path, old_follow)?;
        let new = self.check_new(new, new_path)?;
        let held = self.stock.node(node);
        if held.kind() == Kind::Directory {
            return Err(Error::NotPermitted);
        }
        if !mutable {
            return Err(Error::ReadOnly);
        }
        if held.links == u32::MAX {
            return Err(Error::TooManyLinks);
        }
        let name = self.name(&new, new_path)?;
        let name = NewName { text: &name, tag: new.tag };
        self.stock.own_node(node)?;
        self.stock.own_node(new.directory)?;
        self.stock.enter(new.directory, name, node, now)?;
        let held = self.stock.node_mut(node);
        held.links += 1;
        held.times.set_changed(now);
        Ok(())
    }

    /// Makes a symbolic link at `path` with the target `target`.
    ///
    /// # Errors
    /// - Those of every path (see [`Space::open_at`]);
    /// - `NotPermitted` for an absolute target;
    /// - `NoEntry` for an empty target;
    /// - `Exist`;
    /// - `ReadOnly` if `directory` permits no changes;
    /// - `InsufficientSpace`;
    /// - `Quota`.
    ///
    /// A `path` with a slash at the end is always refused: with `Exist` or `NotDirectory` if
    /// something has the name, and otherwise with `NoEntry`.
    pub fn symlink_at(
        &mut self,
        target: &str,
        directory: Handle,
        path: &str,
        now: Timestamp,
    ) -> Result<()> {
        let base = self.opened_directory(directory)?;
        let mutable = base.mutable;
        if target.starts_with('/') {
            return Err(Error::NotPermitted);
        }
        let end = self.resolve(base.node, path, Last::NameOrDirectory)?;
        path::check(target, &self.stock.quota)?;
        let end = self.check_new(end, path)?;
        if !mutable {
            return Err(Error::ReadOnly);
        }
        let name = self.name(&end, path)?;
        let name = NewName { text: &name, tag: end.tag };
        let node = self.new_node(Body::Link(Box::default(), None), now);
        let node = || Ok(Node { body: Body::Link(text::boxed(target)?, None), ..node });
        let insert = |stock: &mut Stock<S>| stock.insert_new(link_cost(target.len()), node);
        self.stock.make(end.directory, name, insert, now)?;
        Ok(())
    }

    /// Returns the target of the symbolic link at `path`.
    ///
    /// # Errors
    /// Those of every path (see [`Space::open_at`]); `Invalid` if the node is no symbolic link.
    pub fn readlink_at(&self, directory: Handle, path: &str) -> Result<&str> {
        let base = self.opened_directory(directory)?.node;
        let node = self.resolve_node(base, path, Follow::No)?;
        self.stock.node(node).target().ok_or(Error::Invalid)
    }

    /// Looks up the end of a path, and refuses it if the name is taken.
    fn check_new(&self, end: End, path: &str) -> Result<End> {
        if end.last != Component::Name {
            return Err(Error::Exist);
        }
        let end = self.look_at(end, path)?;
        if end.node.is_some() { Err(Error::Exist) } else { Ok(end) }
    }
}
