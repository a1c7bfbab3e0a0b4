//! Reading and setting the attributes of nodes: size, links, times, identity.

use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::hash::{hash_words, permute};
use crate::id::Id;
use crate::listing::DirectoryEntry;
use crate::lookup::Follow;
use crate::node::Node;
use crate::pages::PageStore;
use crate::path;
use crate::space::Space;
use crate::stat::{MetadataHash, NewTimestamp, Stat, Timestamp};

impl<S: PageStore> Space<S> {
    /// Returns the attributes of an open file or directory.
    ///
    /// # Errors
    /// `BadDescriptor`.
    pub fn stat(&self, handle: Handle) -> Result<Stat> {
        Ok(self.stat_node(self.opened(handle)?.node))
    }

    /// Returns the attributes of the node that `path` names. With [`Follow::No`], a symbolic link
    /// at the end is not followed.
    ///
    /// # Errors
    /// Those of every path (see [`Space::open_at`]).
    pub fn stat_at(&self, directory: Handle, follow: Follow, path: &str) -> Result<Stat> {
        let base = self.opened_directory(directory)?.node;
        Ok(self.stat_node(self.resolve_node(base, path, follow)?))
    }

    /// Returns the attributes and the inode number of an open file or directory.
    ///
    /// # Errors
    /// `BadDescriptor`.
    pub fn identify(&self, handle: Handle) -> Result<(Stat, u64)> {
        Ok(self.identify_node(self.opened(handle)?.node))
    }

    /// Returns the attributes and the inode number of the node that `path` names, after one lookup
    /// of the path.
    ///
    /// # Errors
    /// Those of every path (see [`Space::open_at`]).
    pub fn identify_at(
        &self,
        directory: Handle,
        follow: Follow,
        path: &str,
    ) -> Result<(Stat, u64)> {
        let base = self.opened_directory(directory)?.node;
        Ok(self.identify_node(self.resolve_node(base, path, follow)?))
    }

    /// Returns the inode number of the node that a directory entry names. See
    /// [`MetadataHash::lower`].
    #[must_use]
    pub fn inode(&self, entry: &DirectoryEntry<'_>) -> u64 {
        permute(self.identity, entry.serial)
    }

    /// Sets the access and modification times of an open file or directory.
    ///
    /// # Errors
    /// - `BadDescriptor`;
    /// - `Invalid` for more than 999,999,999 nanoseconds;
    /// - `ReadOnly` if the handle comes from a directory that permits no changes.
    pub fn set_times(
        &mut self,
        handle: Handle,
        accessed: NewTimestamp,
        modified: NewTimestamp,
        now: Timestamp,
    ) -> Result<()> {
        let open = self.opened(handle)?;
        let (node, mutable) = (open.node, open.mutable);
        self.set_times_of(node, mutable, [accessed, modified], now)
    }

    /// Sets the access and modification times of the node that `path` names. With [`Follow::No`], a
    /// symbolic link at the end is not followed.
    ///
    /// # Errors
    /// Those of every path (see [`Space::open_at`]), and those of [`Space::set_times`].
    pub fn set_times_at(
        &mut self,
        directory: Handle,
        follow: Follow,
        path: &str,
        accessed: NewTimestamp,
        modified: NewTimestamp,
        now: Timestamp,
    ) -> Result<()> {
        let base = self.opened_directory(directory)?;
        let mutable = base.mutable;
        let node = self.resolve_node(base.node, path, follow)?;
        self.set_times_of(node, mutable, [accessed, modified], now)
    }

    /// Returns whether two handles are open on the same node.
    ///
    /// # Errors
    /// `BadDescriptor`.
    pub fn is_same_object(&self, one: Handle, other: Handle) -> Result<bool> {
        Ok(self.opened(one)?.node == self.opened(other)?.node)
    }

    /// Returns the inode number of an open file or directory, and a hash of its state.
    ///
    /// # Errors
    /// `BadDescriptor`.
    pub fn metadata_hash(&self, handle: Handle) -> Result<MetadataHash> {
        Ok(self.hash_node(self.opened(handle)?.node))
    }

    /// Returns the inode number of the node that `path` names, and a hash of its state.
    ///
    /// # Errors
    /// Those of every path (see [`Space::open_at`]).
    pub fn metadata_hash_at(
        &self,
        directory: Handle,
        follow: Follow,
        path: &str,
    ) -> Result<MetadataHash> {
        let base = self.opened_directory(directory)?.node;
        Ok(self.hash_node(self.resolve_node(base, path, follow)?))
    }

    fn identify_node(&self, node: Id<Node>) -> (Stat, u64) {
        (self.stat_node(node), permute(self.identity, self.stock.node(node).serial))
    }

    fn stat_node(&self, node: Id<Node>) -> Stat {
        let held = self.stock.node(node);
        let file = held.file().map(|file| file.size);
        let size = file.or_else(|| held.target().map(path::length));
        Stat {
            kind: held.kind(),
            link_count: u64::from(held.links),
            size: size.unwrap_or(0),
            accessed: held.times.accessed(),
            modified: held.times.modified(),
            changed: held.times.changed(),
        }
    }

    fn set_times_of(
        &mut self,
        node: Id<Node>,
        mutable: bool,
        times: [NewTimestamp; 2],
        now: Timestamp,
    ) -> Result<()> {
        let told = |time: NewTimestamp| match time {
            NewTimestamp::NoChange => Ok(None),
            NewTimestamp::Now => Ok(Some(now)),
            NewTimestamp::Timestamp(time) if time.nanoseconds > 999_999_999 => Err(Error::Invalid),
            NewTimestamp::Timestamp(time) => Ok(Some(time)),
        };
        let [accessed, modified] = times;
        let (accessed, modified) = (told(accessed)?, told(modified)?);
        if !mutable {
            return Err(Error::ReadOnly);
        }
        if accessed.is_none() && modified.is_none() {
            return Ok(());
        }
        self.stock.own_node(node)?;
        let times = &mut self.stock.node_mut(node).times;
        if let Some(time) = accessed {
            times.set_accessed(time);
        }
        if let Some(time) = modified {
            times.set_modified(time);
        }
        times.set_changed(now);
        Ok(())
    }

    fn hash_node(&self, node: Id<Node>) -> MetadataHash {
        let serial = self.stock.node(node).serial;
        let Stat { size, modified, changed, .. } = self.stat_node(node);
        let time = |time: Timestamp| {
            [u64::from_le_bytes(time.seconds.to_le_bytes()), u64::from(time.nanoseconds)]
        };
        let ([a, b], [c, d]) = (time(modified), time(changed));
        MetadataHash {
            lower: permute(self.identity, serial),
            upper: hash_words(self.identity, [1, serial, size, a, b, c, d]),
        }
    }
}
