//! An instance of a filesystem component: its functions, called from the host as a program would.

use std::cell::RefCell;

use wasmtime::Store;
use wasmtime::component::{Component, Linker, ResourceAny};

use crate::bindings_memory::Filesystem as Exports;
use crate::bindings_memory::exports::scratch::space::usage::{Amounts, AmountsAllowed};
use crate::bindings_memory::exports::wasi::filesystem::types::{
    DescriptorFlags, DirectoryEntry, ErrorCode, GuestDescriptor, OpenFlags, PathFlags,
};
use crate::builder::Builder;
use crate::component;
use crate::counters::Host;
use crate::sandbox::Outcome;
use scratch_compose::{Record, bake};

/// An instance of `tmpfs-lite.wasm`.
pub struct Filesystem {
    store: RefCell<Store<Host>>,
    exports: Exports,
}

impl Builder {
    /// Instantiates `tmpfs-lite.wasm` with these variables baked in.
    pub fn filesystem(self, variables: &[(&str, &str)]) -> Filesystem {
        let records = variables
            .iter()
            .map(|(name, value)| Record::Variable((*name).to_owned(), (*value).to_owned()));
        self.baked(&records.collect::<Vec<_>>())
    }

    /// Instantiates `tmpfs-lite.wasm` with these records baked in.
    pub fn baked(mut self, records: &[Record]) -> Filesystem {
        let bytes = bake(component::built("tmpfs-lite"), records).expect("baking");
        let engine = component::engine(self.metering());
        let component = Component::new(engine, bytes).expect("compiling the filesystem");
        let linker: Linker<Host> = self.linker(engine);
        let (mut store, _, _) = self.store(engine);
        let exports = Exports::instantiate(&mut store, &component, &linker)
            .expect("instantiating the filesystem");
        Filesystem { store: RefCell::new(store), exports }
    }
}

impl Filesystem {
    fn attempt<T>(
        &self,
        call: impl FnOnce(&Exports, &mut Store<Host>) -> Outcome<T>,
    ) -> Outcome<T> {
        call(&self.exports, &mut self.store.borrow_mut())
    }

    fn call<T>(&self, call: impl FnOnce(&Exports, &mut Store<Host>) -> Outcome<T>) -> T {
        self.attempt(call).expect("the filesystem trapped")
    }

    pub fn directories(&self) -> Vec<(Node<'_>, String)> {
        let found = self
            .call(|exports, store| exports.wasi_filesystem_preopens().call_get_directories(store));
        let node = |(it, name)| (Node { filesystem: self, descriptor: it }, name);
        found.into_iter().map(node).collect()
    }

    /// Returns the only preopened directory.
    pub fn root(&self) -> Node<'_> {
        let mut directories = self.directories();
        assert_eq!(directories.len(), 1);
        directories.remove(0).0
    }

    pub fn environment(&self) -> Vec<(String, String)> {
        self.call(|exports, store| exports.wasi_cli_environment().call_get_environment(store))
    }

    pub fn usage(&self) -> Amounts {
        self.call(|exports, store| exports.scratch_space_usage().call_usage(store))
    }

    pub fn high_water(&self) -> Amounts {
        self.call(|exports, store| exports.scratch_space_usage().call_high_water(store))
    }

    /// Asks for the limits, which may trap.
    pub fn try_limits(&self) -> wasmtime::Result<AmountsAllowed> {
        self.attempt(|exports, store| exports.scratch_space_usage().call_limits(store))
    }

    pub fn over_soft_limit(&self) -> bool {
        self.call(|exports, store| exports.scratch_space_usage().call_over_soft_limit(store))
    }

    /// Empties the filesystem: false if there is no room for what was seeded.
    pub fn clear(&self) -> bool {
        self.call(|exports, store| exports.scratch_space_files().call_clear(store)).is_ok()
    }

    pub fn memory(&self) -> usize {
        self.store.borrow().data().memory.bytes
    }
}

/// An open file or directory. Dropping it closes it.
pub struct Node<'a> {
    filesystem: &'a Filesystem,
    descriptor: ResourceAny,
}

impl Drop for Node<'_> {
    fn drop(&mut self) {
        let dropped = self.descriptor.resource_drop(&mut *self.filesystem.store.borrow_mut());
        if !std::thread::panicking() {
            dropped.expect("closing trapped");
        }
    }
}

impl<'a> Node<'a> {
    fn call<T>(
        &self,
        call: impl FnOnce(
            GuestDescriptor<'_>,
            &mut Store<Host>,
            ResourceAny,
        ) -> Outcome<Result<T, ErrorCode>>,
    ) -> Result<T, ErrorCode> {
        self.filesystem.call(|exports, store| {
            call(exports.wasi_filesystem_types().descriptor(), store, self.descriptor)
        })
    }

    pub fn open(
        &self,
        path: &str,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<Node<'a>, ErrorCode> {
        let descriptor = self.call(|it, store, this| {
            it.call_open_at(store, this, PathFlags::empty(), path, open, flags)
        })?;
        Ok(Node { filesystem: self.filesystem, descriptor })
    }

    pub fn create(&self, path: &str) -> Result<Node<'a>, ErrorCode> {
        let open = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        self.open(path, open, DescriptorFlags::READ | DescriptorFlags::WRITE)
    }

    pub fn write(&self, bytes: &[u8], offset: u64) -> Result<u64, ErrorCode> {
        self.call(|it, store, this| it.call_write(store, this, bytes, offset))
    }

    pub fn read(&self, length: u64, offset: u64) -> Result<(Vec<u8>, bool), ErrorCode> {
        self.call(|it, store, this| it.call_read(store, this, length, offset))
    }

    pub fn set_size(&self, size: u64) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_set_size(store, this, size))
    }

    pub fn size(&self) -> Result<u64, ErrorCode> {
        self.call(|it, store, this| it.call_stat(store, this)).map(|stat| stat.size)
    }

    pub fn create_directory(&self, path: &str) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_create_directory_at(store, this, path))
    }

    pub fn unlink(&self, path: &str) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_unlink_file_at(store, this, path))
    }

    pub fn symlink(&self, target: &str, path: &str) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_symlink_at(store, this, target, path))
    }

    pub fn readlink(&self, path: &str) -> Result<String, ErrorCode> {
        self.call(|it, store, this| it.call_readlink_at(store, this, path))
    }

    /// `link-at`, of a file in the same directory.
    pub fn link(&self, old: &str, new: &str) -> Result<(), ErrorCode> {
        self.link_with(PathFlags::empty(), old, new)
    }

    pub fn link_following(&self, old: &str, new: &str) -> Result<(), ErrorCode> {
        self.link_with(PathFlags::SYMLINK_FOLLOW, old, new)
    }

    fn link_with(&self, flags: PathFlags, old: &str, new: &str) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_link_at(store, this, flags, old, this, new))
    }

    pub fn flags(&self) -> Result<DescriptorFlags, ErrorCode> {
        self.call(|it, store, this| it.call_get_flags(store, this))
    }

    /// `rename-at`, within the same directory.
    pub fn rename(&self, old: &str, new: &str) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_rename_at(store, this, old, this, new))
    }

    /// `read-via-stream`, of whose errors only is something to be seen here.
    pub fn read_via_stream(&self) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_read_via_stream(store, this, 0)).map(drop)
    }

    pub fn names(&self) -> Result<Vec<String>, ErrorCode> {
        let listing = self.call(|it, store, this| it.call_read_directory(store, this))?;
        let next = || {
            self.filesystem.call(|exports, store| {
                let types = exports.wasi_filesystem_types();
                types.directory_entry_stream().call_read_directory_entry(store, listing)
            })
        };
        let mut names = Vec::new();
        while let Some(DirectoryEntry { name, .. }) = next()? {
            names.push(name);
        }
        let dropped = listing.resource_drop(&mut *self.filesystem.store.borrow_mut());
        dropped.expect("closing trapped");
        names.sort();
        Ok(names)
    }
}
