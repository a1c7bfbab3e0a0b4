//! Opening and closing of handles, at the limit of them.

use crate::error::{Error, Result};
use crate::handle::{DescriptorFlags, Handle, Open};
use crate::limits::Usage;
use crate::pages::PageStore;
use crate::space::Space;
use crate::stat::Kind;

/// One handle's charge.
const HANDLE: Usage = Usage { content: 0, metadata: 0, nodes: 0, handles: 1 };

impl<S: PageStore> Space<S> {
    /// Opens the root directory. Without `mutate_directory` nothing below it can be changed through
    /// the handle or what is opened from it.
    ///
    /// # Errors
    /// `InsufficientMemory` or `Quota` at the limit of handles; `IsDirectory` for `write`.
    pub fn root(&mut self, flags: DescriptorFlags) -> Result<Handle> {
        if flags.write {
            return Err(Error::IsDirectory);
        }
        self.prepare_to_open(self.root)?;
        Ok(self.open(self.root, flags, flags.mutate_directory))
    }

    /// Another handle of the same file or directory, for the same, as `dup` makes.
    ///
    /// # Errors
    /// `BadDescriptor`; `InsufficientMemory` or `Quota` at the limit of handles.
    pub fn duplicate(&mut self, handle: Handle) -> Result<Handle> {
        let &Open { node, mutable, flags, .. } = self.opened(handle)?;
        self.prepare_to_open(node)?;
        Ok(self.open(node, flags, mutable))
    }

    /// Closes a handle. What was removed meanwhile and is open nowhere else is gone.
    ///
    /// # Errors
    /// `BadDescriptor`.
    pub fn close(&mut self, handle: Handle) -> Result<()> {
        let node = self.opened(handle)?.node;
        self.handles.take(handle.index);
        self.stock.quota.refund(HANDLE);
        let held = self.stock.node_mut(node);
        held.opens -= 1;
        if held.opens == 0 && held.links == 0 {
            self.stock.reap(node);
        }
        Ok(())
    }

    pub(crate) fn close_all(&mut self) {
        for index in self.handles.start()..self.handles.end() {
            if let Some(Open { serial, .. }) = self.handles.find(index) {
                let handle = Handle { index, serial: *serial };
                self.close(handle).expect("BUG: the handle is open");
            }
        }
    }

    /// What a handle was opened for.
    ///
    /// # Errors
    /// `BadDescriptor`.
    pub fn flags(&self, handle: Handle) -> Result<DescriptorFlags> {
        Ok(self.opened(handle)?.flags)
    }

    /// What a handle is of.
    ///
    /// # Errors
    /// `BadDescriptor`.
    pub fn kind(&self, handle: Handle) -> Result<Kind> {
        Ok(self.stock.node(self.opened(handle)?.node).kind())
    }

    pub(crate) fn opened(&self, handle: Handle) -> Result<&Open> {
        let open = self.handles.find(handle.index).filter(|open| open.serial == handle.serial);
        open.ok_or(Error::BadDescriptor)
    }

    /// A directory's handle, as the start of a path.
    pub(crate) fn opened_directory(&self, handle: Handle) -> Result<&Open> {
        let open = self.opened(handle)?;
        match self.stock.node(open.node).kind() {
            Kind::Directory => Ok(open),
            Kind::RegularFile | Kind::SymbolicLink => Err(Error::NotDirectory),
        }
    }

    /// Charges a handle and makes room for it, so that [`open`](Self::open) cannot fail. Where nothing
    /// is opened after all, [`forgo_handle`](Self::forgo_handle) gives it back.
    pub(crate) fn reserve_handle(&mut self) -> Result<()> {
        self.stock.quota.charge(HANDLE)?;
        let handles = &mut self.handles;
        while handles.reserve().is_err() {
            if !self.stock.layer.store.release() {
                self.forgo_handle();
                return Err(Error::InsufficientMemory);
            }
        }
        Ok(())
    }

    pub(crate) fn forgo_handle(&mut self) {
        self.stock.quota.refund(HANDLE);
    }

    /// The same for a node that exists.
    pub(crate) fn prepare_to_open(&mut self, node: u32) -> Result<()> {
        self.reserve_handle()?;
        self.stock.own_node(node).inspect_err(|_| self.forgo_handle())
    }

    pub(crate) fn open(&mut self, node: u32, flags: DescriptorFlags, mutable: bool) -> Handle {
        let held = self.stock.node_mut(node);
        held.opens += 1;
        let mutate_directory = mutable && held.kind() == Kind::Directory;
        let flags = DescriptorFlags { mutate_directory, ..flags };
        self.serial += 1;
        let serial = self.serial;
        let index = self.handles.put(Open { node, mutable, flags, serial });
        Handle { index, serial }
    }
}
