//! An instance of a filesystem component: its functions, called from the host as a program would.

use std::cell::RefCell;

use wasmtime::Store;
use wasmtime::component::{Component, Linker, ResourceAny};

use crate::bindings_memory::Filesystem as Exports;
use crate::bindings_memory::exports::scratch::space::usage::{Amounts, AmountsAllowed};
use crate::bindings_memory::exports::wasi::filesystem::types::{
    DescriptorFlags, DirectoryEntry, ErrorCode, Guest, GuestDescriptor, OpenFlags, PathFlags,
};
use crate::builder::Builder;
use crate::component;
use crate::counters::Host;
use crate::sandbox::Outcome;
use scratch_compose::{Record, bake};

/// A filesystem component that ships, and what is baked into it.
pub struct Filesystem {
    store: RefCell<Store<Host>>,
    exports: Exports,
}

impl Builder {
    /// Instantiates `tmpfs-lite.wasm` with these variables baked in.
    ///
    /// # Panics
    /// It cannot be instantiated.
    #[must_use]
    pub fn filesystem(self, variables: &[(&str, &str)]) -> Filesystem {
        let records = variables
            .iter()
            .map(|(name, value)| Record::Variable((*name).to_owned(), (*value).to_owned()));
        self.baked(&records.collect::<Vec<_>>())
    }

    /// The same with these records.
    ///
    /// # Panics
    /// It cannot be instantiated.
    #[must_use]
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
    fn types<T>(&self, call: impl FnOnce(&Guest, &mut Store<Host>) -> Outcome<T>) -> Outcome<T> {
        call(self.exports.wasi_filesystem_types(), &mut self.store.borrow_mut())
    }

    /// The preopened directories, by name.
    ///
    /// # Panics
    /// It trapped.
    pub fn directories(&self) -> Vec<(Node<'_>, String)> {
        let preopens = self.exports.wasi_filesystem_preopens();
        let found = preopens.call_get_directories(&mut *self.store.borrow_mut());
        let found = found.expect("the filesystem trapped").into_iter();
        found.map(|(it, name)| (Node { filesystem: self, descriptor: it }, name)).collect()
    }

    /// The only preopened directory.
    ///
    /// # Panics
    /// There is another, or none.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        let mut directories = self.directories();
        assert_eq!(directories.len(), 1);
        directories.remove(0).0
    }

    /// The variables of the environment.
    ///
    /// # Panics
    /// It trapped.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let environment = self.exports.wasi_cli_environment();
        environment
            .call_get_environment(&mut *self.store.borrow_mut())
            .expect("the filesystem trapped")
    }

    /// `scratch:space/usage.usage`.
    ///
    /// # Panics
    /// It trapped.
    #[must_use]
    pub fn usage(&self) -> Amounts {
        let usage = self.exports.scratch_space_usage();
        usage.call_usage(&mut *self.store.borrow_mut()).expect("the filesystem trapped")
    }

    /// `scratch:space/usage.high-water`.
    ///
    /// # Panics
    /// It trapped.
    #[must_use]
    pub fn high_water(&self) -> Amounts {
        let usage = self.exports.scratch_space_usage();
        usage.call_high_water(&mut *self.store.borrow_mut()).expect("the filesystem trapped")
    }

    /// `scratch:space/usage.limits`, where it may trap.
    ///
    /// # Errors
    /// The trap.
    pub fn try_limits(&self) -> wasmtime::Result<AmountsAllowed> {
        let usage = self.exports.scratch_space_usage();
        usage.call_limits(&mut *self.store.borrow_mut())
    }

    /// `scratch:space/usage.over-soft-limit`.
    ///
    /// # Panics
    /// It trapped.
    #[must_use]
    pub fn over_soft_limit(&self) -> bool {
        let usage = self.exports.scratch_space_usage();
        usage.call_over_soft_limit(&mut *self.store.borrow_mut()).expect("the filesystem trapped")
    }

    /// `scratch:space/files.clear`: false if there is no room for what was seeded.
    ///
    /// # Panics
    /// It trapped.
    #[must_use]
    pub fn clear(&self) -> bool {
        let files = self.exports.scratch_space_files();
        let cleared = files.call_clear(&mut *self.store.borrow_mut());
        cleared.expect("the filesystem trapped").is_ok()
    }

    /// The bytes of linear memory that it has taken.
    #[must_use]
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
        let called =
            self.filesystem.types(|types, store| call(types.descriptor(), store, self.descriptor));
        called.expect("the filesystem trapped")
    }

    /// `open-at`.
    ///
    /// # Errors
    /// As the component's.
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

    /// A new file, for reading and writing.
    ///
    /// # Errors
    /// As the component's.
    pub fn create(&self, path: &str) -> Result<Node<'a>, ErrorCode> {
        let open = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        self.open(path, open, DescriptorFlags::READ | DescriptorFlags::WRITE)
    }

    /// `write`.
    ///
    /// # Errors
    /// As the component's.
    pub fn write(&self, bytes: &[u8], offset: u64) -> Result<u64, ErrorCode> {
        self.call(|it, store, this| it.call_write(store, this, bytes, offset))
    }

    /// `read`.
    ///
    /// # Errors
    /// As the component's.
    pub fn read(&self, length: u64, offset: u64) -> Result<(Vec<u8>, bool), ErrorCode> {
        self.call(|it, store, this| it.call_read(store, this, length, offset))
    }

    /// `set-size`.
    ///
    /// # Errors
    /// As the component's.
    pub fn set_size(&self, size: u64) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_set_size(store, this, size))
    }

    /// `stat`'s size.
    ///
    /// # Errors
    /// As the component's.
    pub fn size(&self) -> Result<u64, ErrorCode> {
        self.call(|it, store, this| it.call_stat(store, this)).map(|stat| stat.size)
    }

    /// `create-directory-at`.
    ///
    /// # Errors
    /// As the component's.
    pub fn create_directory(&self, path: &str) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_create_directory_at(store, this, path))
    }

    /// `unlink-file-at`.
    ///
    /// # Errors
    /// As the component's.
    pub fn unlink(&self, path: &str) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_unlink_file_at(store, this, path))
    }

    /// `symlink-at`.
    ///
    /// # Errors
    /// As the component's.
    pub fn symlink(&self, target: &str, path: &str) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_symlink_at(store, this, target, path))
    }

    /// `readlink-at`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readlink(&self, path: &str) -> Result<String, ErrorCode> {
        self.call(|it, store, this| it.call_readlink_at(store, this, path))
    }

    /// `link-at`, of a file in the same directory.
    ///
    /// # Errors
    /// As the component's.
    pub fn link(&self, old: &str, new: &str) -> Result<(), ErrorCode> {
        self.link_with(PathFlags::empty(), old, new)
    }

    /// `link-at` with `symlink-follow`.
    ///
    /// # Errors
    /// As the component's.
    pub fn link_following(&self, old: &str, new: &str) -> Result<(), ErrorCode> {
        self.link_with(PathFlags::SYMLINK_FOLLOW, old, new)
    }

    fn link_with(&self, flags: PathFlags, old: &str, new: &str) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_link_at(store, this, flags, old, this, new))
    }

    /// `get-flags`.
    ///
    /// # Errors
    /// As the component's.
    pub fn flags(&self) -> Result<DescriptorFlags, ErrorCode> {
        self.call(|it, store, this| it.call_get_flags(store, this))
    }

    /// `rename-at`, within the same directory.
    ///
    /// # Errors
    /// As the component's.
    pub fn rename(&self, old: &str, new: &str) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_rename_at(store, this, old, this, new))
    }

    /// `read-via-stream`, of whose errors only is something to be seen here.
    ///
    /// # Errors
    /// As the component's.
    pub fn read_via_stream(&self) -> Result<(), ErrorCode> {
        self.call(|it, store, this| it.call_read_via_stream(store, this, 0)).map(drop)
    }

    /// The names in a directory, in their order.
    ///
    /// # Errors
    /// As the component's.
    ///
    /// # Panics
    /// It trapped.
    pub fn names(&self) -> Result<Vec<String>, ErrorCode> {
        let listing = self.call(|it, store, this| it.call_read_directory(store, this))?;
        let next = || {
            self.filesystem.types(|types, store| {
                types.directory_entry_stream().call_read_directory_entry(store, listing)
            })
        };
        let mut names = Vec::new();
        while let Some(DirectoryEntry { name, .. }) = next().expect("the filesystem trapped")? {
            names.push(name);
        }
        let dropped = listing.resource_drop(&mut *self.filesystem.store.borrow_mut());
        dropped.expect("closing trapped");
        names.sort();
        Ok(names)
    }
}
