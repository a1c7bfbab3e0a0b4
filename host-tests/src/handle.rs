//! Resources that the host holds: files and directories of the component, descriptors of WASI.

use std::{fmt, mem};

use wasmtime::Store;
use wasmtime::component::{Resource, ResourceAny};
use wasmtime_wasi::filesystem::WasiFilesystemView as _;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{DescriptorStat, HostDescriptor as _};

use crate::bindings::exports::scratch::tempfile::tempfile::{
    Error, GuestBinaryFile, GuestDirectory,
};
use crate::counters::Host;
use crate::sandbox::{Outcome, Sandbox};

type Result<T, E = Error> = std::result::Result<T, E>;

/// A `binary-file`. Dropping it drops the resource, which runs the component's destructor.
pub struct File<'a> {
    sandbox: &'a Sandbox,
    resource: ResourceAny,
}

impl<'a> File<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, resource: ResourceAny) -> Self {
        Self { sandbox, resource }
    }

    pub(crate) fn sandbox(&self) -> &'a Sandbox {
        self.sandbox
    }

    pub(crate) fn resource(&self) -> ResourceAny {
        self.resource
    }

    /// Leaves the resource to the store: no destructor will run.
    pub fn leak(self) {
        mem::forget(self);
    }

    fn call<T>(
        &self,
        call: impl FnOnce(&GuestBinaryFile<'_>, &mut Store<Host>, ResourceAny) -> Outcome<T>,
    ) -> T {
        self.sandbox.call(|guest, store| call(&guest.binary_file(), store, self.resource))
    }

    /// The method `read`.
    ///
    /// # Errors
    /// As the component's; so for all that follow.
    pub fn read(&self, size: Option<i64>) -> Result<Vec<u8>> {
        self.call(|file, store, this| file.call_read(store, this, size))
    }

    /// The method `readinto`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readinto(&self, length: u64) -> Result<Vec<u8>> {
        self.call(|file, store, this| file.call_readinto(store, this, length))
    }

    /// The method `readall`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readall(&self) -> Result<Vec<u8>> {
        self.call(|file, store, this| file.call_readall(store, this))
    }

    /// The method `read1`.
    ///
    /// # Errors
    /// As the component's.
    pub fn read1(&self, size: Option<i64>) -> Result<Vec<u8>> {
        self.call(|file, store, this| file.call_read1(store, this, size))
    }

    /// The method `readinto1`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readinto1(&self, length: u64) -> Result<Vec<u8>> {
        self.call(|file, store, this| file.call_readinto1(store, this, length))
    }

    /// The method `peek`.
    ///
    /// # Errors
    /// As the component's.
    pub fn peek(&self) -> Result<Vec<u8>> {
        self.call(|file, store, this| file.call_peek(store, this))
    }

    /// The method `readline`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readline(&self, size: Option<i64>) -> Result<Vec<u8>> {
        self.call(|file, store, this| file.call_readline(store, this, size))
    }

    /// The method `readlines`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readlines(&self, hint: Option<i64>) -> Result<Vec<Vec<u8>>> {
        self.call(|file, store, this| file.call_readlines(store, this, hint))
    }

    /// The method `write`.
    ///
    /// # Errors
    /// As the component's.
    pub fn write(&self, bytes: &[u8]) -> Result<u64> {
        self.call(|file, store, this| file.call_write(store, this, bytes))
    }

    /// The method `writelines`.
    ///
    /// # Errors
    /// As the component's.
    pub fn writelines(&self, lines: &[&[u8]]) -> Result<()> {
        let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
        self.call(|file, store, this| file.call_writelines(store, this, &lines))
    }

    /// The method `seek`.
    ///
    /// # Errors
    /// As the component's.
    pub fn seek(&self, offset: i64, whence: i32) -> Result<u64> {
        self.call(|file, store, this| file.call_seek(store, this, offset, whence))
    }

    /// The method `tell`.
    ///
    /// # Errors
    /// As the component's.
    pub fn tell(&self) -> Result<u64> {
        self.call(|file, store, this| file.call_tell(store, this))
    }

    /// The method `truncate`.
    ///
    /// # Errors
    /// As the component's.
    pub fn truncate(&self, size: Option<i64>) -> Result<u64> {
        self.call(|file, store, this| file.call_truncate(store, this, size))
    }

    /// The method `flush`.
    ///
    /// # Errors
    /// As the component's.
    pub fn flush(&self) -> Result<()> {
        self.call(|file, store, this| file.call_flush(store, this))
    }

    /// The method `close`.
    ///
    /// # Errors
    /// As the component's.
    pub fn close(&self) -> Result<()> {
        self.call(|file, store, this| file.call_close(store, this))
    }

    /// The method `close-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn close_file(&self) -> Result<()> {
        self.call(|file, store, this| file.call_close_file(store, this))
    }

    /// The method `enter`.
    ///
    /// # Errors
    /// As the component's.
    pub fn enter(&self) -> Result<()> {
        self.call(|file, store, this| file.call_enter(store, this))
    }

    /// The method `exit`.
    ///
    /// # Errors
    /// As the component's.
    pub fn exit(&self) -> Result<()> {
        self.call(|file, store, this| file.call_exit(store, this))
    }

    /// The method `closed`.
    ///
    /// # Errors
    /// As the component's.
    pub fn closed(&self) -> Result<bool> {
        self.call(|file, store, this| file.call_closed(store, this))
    }

    /// The method `name`.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.call(|file, store, this| file.call_name(store, this))
    }

    /// The method `mode`.
    ///
    /// # Errors
    /// As the component's.
    pub fn mode(&self) -> Result<String> {
        self.call(|file, store, this| file.call_mode(store, this))
    }

    /// The method `readable`.
    ///
    /// # Errors
    /// As the component's.
    pub fn readable(&self) -> Result<bool> {
        self.call(|file, store, this| file.call_readable(store, this))
    }

    /// The method `writable`.
    ///
    /// # Errors
    /// As the component's.
    pub fn writable(&self) -> Result<bool> {
        self.call(|file, store, this| file.call_writable(store, this))
    }

    /// The method `seekable`.
    ///
    /// # Errors
    /// As the component's.
    pub fn seekable(&self) -> Result<bool> {
        self.call(|file, store, this| file.call_seekable(store, this))
    }

    /// The method `isatty`.
    ///
    /// # Errors
    /// As the component's.
    pub fn isatty(&self) -> Result<bool> {
        self.call(|file, store, this| file.call_isatty(store, this))
    }

    /// The method `detach`.
    ///
    /// # Errors
    /// As the component's.
    pub fn detach(&self) -> Result<File<'a>> {
        let raw = self.call(|file, store, this| file.call_detach(store, this))?;
        Ok(File::new(self.sandbox, raw))
    }

    /// The method `keep`.
    ///
    /// # Errors
    /// As the component's.
    pub fn keep(&self) -> Result<String> {
        self.call(|file, store, this| file.call_keep(store, this))
    }

    /// The method `persist`.
    ///
    /// # Errors
    /// As the component's.
    pub fn persist(&self, path: &str) -> Result<()> {
        self.call(|file, store, this| file.call_persist(store, this, path))
    }

    /// The method `persist-noclobber`.
    ///
    /// # Errors
    /// As the component's.
    pub fn persist_noclobber(&self, path: &str) -> Result<()> {
        self.call(|file, store, this| file.call_persist_noclobber(store, this, path))
    }

    /// The method `reopen`.
    ///
    /// # Errors
    /// As the component's.
    pub fn reopen(&self, mode: Option<&str>, buffering: Option<i32>) -> Result<File<'a>> {
        let call = |file: &GuestBinaryFile<'_>, store: &mut Store<Host>, this| {
            file.call_reopen(store, this, mode, buffering)
        };
        Ok(File::new(self.sandbox, self.call(call)?))
    }

    /// The method `rolled`.
    #[must_use]
    pub fn rolled(&self) -> bool {
        self.call(|file, store, this| file.call_rolled(store, this))
    }

    /// The method `rollover`.
    ///
    /// # Errors
    /// As the component's.
    pub fn rollover(&self) -> Result<()> {
        self.call(|file, store, this| file.call_rollover(store, this))
    }
}

impl Drop for File<'_> {
    fn drop(&mut self) {
        // In an instance that trapped nothing can run any more; tests look at what is left.
        let _ = self.sandbox.store(|store| self.resource.resource_drop(store));
    }
}

/// A `directory`. Dropping it drops the resource, which runs the component's destructor.
pub struct Directory<'a> {
    sandbox: &'a Sandbox,
    resource: ResourceAny,
}

impl<'a> Directory<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, resource: ResourceAny) -> Self {
        Self { sandbox, resource }
    }

    /// Leaves the resource to the store: no destructor will run.
    pub fn leak(self) {
        mem::forget(self);
    }

    fn call<T>(
        &self,
        call: impl FnOnce(&GuestDirectory<'_>, &mut Store<Host>, ResourceAny) -> Outcome<T>,
    ) -> T {
        self.sandbox.call(|guest, store| call(&guest.directory(), store, self.resource))
    }

    /// The method `name`.
    #[must_use]
    pub fn name(&self) -> String {
        self.call(|directory, store, this| directory.call_name(store, this))
    }

    /// The method `cleanup`.
    ///
    /// # Errors
    /// As the component's.
    pub fn cleanup(&self) -> Result<()> {
        self.call(|directory, store, this| directory.call_cleanup(store, this))
    }

    /// The method `exit`.
    ///
    /// # Errors
    /// As the component's.
    pub fn exit(&self) -> Result<()> {
        self.call(|directory, store, this| directory.call_exit(store, this))
    }
}

impl Drop for Directory<'_> {
    fn drop(&mut self) {
        // As for a file.
        let _ = self.sandbox.store(|store| self.resource.resource_drop(store));
    }
}

/// A descriptor of the host that the component handed out. Dropping it closes it.
pub struct Descriptor<'a> {
    sandbox: &'a Sandbox,
    resource: Resource<wasmtime_wasi::filesystem::Descriptor>,
}

impl<'a> Descriptor<'a> {
    pub(crate) fn new(
        sandbox: &'a Sandbox,
        resource: Resource<wasmtime_wasi::filesystem::Descriptor>,
    ) -> Self {
        Self { sandbox, resource }
    }

    fn again(&self) -> Resource<wasmtime_wasi::filesystem::Descriptor> {
        Resource::new_borrow(self.resource.rep())
    }

    /// `descriptor.read`, to the end.
    ///
    /// # Panics
    /// The host refuses.
    #[must_use]
    pub fn read(&self, length: u64, offset: u64) -> Vec<u8> {
        let read = self
            .sandbox
            .store(|store| store.data_mut().filesystem().read(self.again(), length, offset));
        read.expect("reading a descriptor").0
    }

    /// `descriptor.write`.
    ///
    /// # Panics
    /// The host refuses.
    #[must_use]
    pub fn write(&self, bytes: &[u8], offset: u64) -> u64 {
        let written = self.sandbox.store(|store| {
            store.data_mut().filesystem().write(self.again(), bytes.to_vec(), offset)
        });
        written.expect("writing a descriptor")
    }

    /// `descriptor.stat`.
    ///
    /// # Panics
    /// The host refuses.
    #[must_use]
    pub fn stat(&self) -> DescriptorStat {
        let stat = self.sandbox.store(|store| store.data_mut().filesystem().stat(self.again()));
        stat.expect("asking a descriptor")
    }
}

impl Drop for Descriptor<'_> {
    fn drop(&mut self) {
        let own = Resource::new_own(self.resource.rep());
        let dropped = self.sandbox.store(|store| store.data_mut().filesystem().drop(own));
        dropped.expect("closing a descriptor");
    }
}

impl fmt::Debug for File<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("File")
    }
}

impl fmt::Debug for Directory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Directory")
    }
}

impl fmt::Debug for Descriptor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Descriptor")
    }
}
