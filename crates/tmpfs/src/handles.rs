//! Opening and closing handles, within the limit of handles.

use core::mem;

use crate::error::{Error, Result};
use crate::handle::{DescriptorFlags, Handle, Open};
use crate::id::Id;
use crate::limits::Usage;
use crate::node::Node;
use crate::pages::PageStore;
use crate::space::{HANDLES, Space};
use crate::stat::Kind;
use crate::table::{Room, Table};

/// The charge for one handle.
const HANDLE: Usage = Usage { content: 0, metadata: 0, nodes: 0, handles: 1 };

impl<S: PageStore> Space<S> {
    /// Opens the root directory.
    ///
    /// Without `mutate_directory`, nothing below the root can be changed through this handle or
    /// through handles that are opened from it.
    ///
    /// # Errors
    /// `InsufficientMemory` or `Quota` at the limit of handles; `IsDirectory` if the flags ask for
    /// writing.
    pub fn root(&mut self, flags: DescriptorFlags) -> Result<Handle> {
        if flags.write {
            return Err(Error::IsDirectory);
        }
        self.open_node(self.root, flags, flags.mutate_directory)
    }

    /// Opens another handle of the same file or directory, with the same flags, as `dup` does.
    ///
    /// # Errors
    /// `BadDescriptor`; `InsufficientMemory` or `Quota` at the limit of handles.
    pub fn duplicate(&mut self, handle: Handle) -> Result<Handle> {
        let &Open { node, mutable, flags, .. } = self.opened(handle)?;
        self.open_node(node, flags, mutable)
    }

    /// Opens another handle of the same file, with the same flags.
    ///
    /// Use it for a stream that reads or writes the file. `permits` decides by the flags whether
    /// the stream may be made.
    ///
    /// # Errors
    /// `BadDescriptor`, also if `permits` returns false; `IsDirectory`; `InsufficientMemory` or
    /// `Quota` at the limit of handles.
    pub fn duplicate_file(
        &mut self,
        handle: Handle,
        permits: impl FnOnce(DescriptorFlags) -> bool,
    ) -> Result<Handle> {
        let &Open { node, mutable, flags, .. } = self.opened(handle)?;
        if !permits(flags) {
            return Err(Error::BadDescriptor);
        }
        // POSIX, read: a directory can be open for reading, never for writing.
        if self.stock.node(node).kind() == Kind::Directory {
            return Err(Error::IsDirectory);
        }
        self.open_node(node, flags, mutable)
    }

    /// Closes a handle. If its node has no name and no other handle, the node is removed.
    ///
    /// # Errors
    /// `BadDescriptor`.
    pub fn close(&mut self, handle: Handle) -> Result<()> {
        let node = self.opened(handle)?.node;
        self.handles.take(handle.open);
        self.closed(node);
        Ok(())
    }

    /// Closes every handle.
    pub(crate) fn close_all(&mut self) {
        let handles = mem::replace(&mut self.handles, Table::new(HANDLES));
        for open in handles.rows() {
            self.closed(open.node);
        }
    }

    /// Subtracts one handle of a node.
    fn closed(&mut self, node: Id<Node>) {
        self.stock.quota.refund::<S>(HANDLE);
        let held = self.stock.node_mut(node);
        held.opens -= 1;
        if held.is_unused() {
            self.stock.reap(node);
        }
    }

    /// Returns the flags that a handle was opened with.
    ///
    /// # Errors
    /// `BadDescriptor`.
    pub fn flags(&self, handle: Handle) -> Result<DescriptorFlags> {
        Ok(self.opened(handle)?.flags)
    }

    /// Returns the kind of node that a handle is open on.
    ///
    /// # Errors
    /// `BadDescriptor`.
    pub fn kind(&self, handle: Handle) -> Result<Kind> {
        Ok(self.stock.node(self.opened(handle)?.node).kind())
    }

    pub(crate) fn opened(&self, handle: Handle) -> Result<&Open> {
        let open = self.handles.find(handle.open).filter(|open| open.serial == handle.serial);
        open.ok_or(Error::BadDescriptor)
    }

    /// Returns an open directory, from which a path is resolved.
    pub(crate) fn opened_directory(&self, handle: Handle) -> Result<&Open> {
        let open = self.opened(handle)?;
        match self.stock.node(open.node).kind() {
            Kind::Directory => Ok(open),
            Kind::RegularFile | Kind::SymbolicLink => Err(Error::NotDirectory),
        }
    }

    /// Opens the node that `make` makes or finds. The handle is charged and has memory before
    /// `make` runs, so that nothing that `make` did has to be undone.
    pub(crate) fn open(
        &mut self,
        flags: DescriptorFlags,
        mutable: bool,
        make: impl FnOnce(&mut Self) -> Result<Id<Node>>,
    ) -> Result<Handle> {
        let room = self.room_for_handle()?;
        let node = make(self).inspect_err(|_| self.stock.quota.refund::<S>(HANDLE))?;
        Ok(self.opened_in(room, node, flags, mutable))
    }

    fn opened_in(
        &mut self,
        room: Room<Open>,
        node: Id<Node>,
        flags: DescriptorFlags,
        mutable: bool,
    ) -> Handle {
        let held = self.stock.node_mut(node);
        held.opens += 1;
        let mutate_directory = mutable && held.kind() == Kind::Directory;
        let flags = DescriptorFlags { mutate_directory, ..flags };
        self.serial += 1;
        let serial = self.serial;
        let open = self.handles.put(room, Open { node, mutable, flags, serial });
        Handle { open, serial }
    }

    /// Opens an existing node.
    fn open_node(
        &mut self,
        node: Id<Node>,
        flags: DescriptorFlags,
        mutable: bool,
    ) -> Result<Handle> {
        self.open(flags, mutable, |space| space.stock.own_node(node).map(|()| node))
    }

    /// Charges a handle and makes room for it.
    fn room_for_handle(&mut self) -> Result<Room<Open>> {
        self.stock.quota.charge::<S>(HANDLE)?;
        let room = self.stock.allocate(|_| self.handles.reserve());
        room.map_err(|_| {
            self.stock.quota.refund::<S>(HANDLE);
            Error::InsufficientMemory
        })
    }
}
