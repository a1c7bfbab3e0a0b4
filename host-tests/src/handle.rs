//! Resources that the host holds: those of the component, and descriptors of WASI.

use std::marker::PhantomData;
use std::{any, fmt, mem};

use wasmtime::Store;
use wasmtime::component::{Resource, ResourceAny};
use wasmtime_wasi::filesystem::{Descriptor as Open, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{DescriptorStat, HostDescriptor as _};

use crate::bindings::exports::scratch::tempfile::tempfile::{Error, MkstempOptions, NameOptions};
use crate::bindings::exports::scratch::tempfile::text::{TextError, TextOptions};
use crate::counters::Host;
use crate::sandbox::{Exports, Outcome, Sandbox};

/// The resources of the component, by the names that they have in `wit/`.
pub(crate) mod kind {
    pub enum BinaryFile {}
    pub enum TextFile {}
    pub enum Directory {}
}

pub type File<'a> = Handle<'a, kind::BinaryFile>;
pub type TextFile<'a> = Handle<'a, kind::TextFile>;
pub type Directory<'a> = Handle<'a, kind::Directory>;

/// A resource of the component. Dropping it runs the component's destructor.
pub struct Handle<'a, Kind> {
    sandbox: &'a Sandbox,
    resource: ResourceAny,
    kind: PhantomData<Kind>,
}

impl<'a, Kind> Handle<'a, Kind> {
    pub(crate) fn new(sandbox: &'a Sandbox, resource: ResourceAny) -> Self {
        Self { sandbox, resource, kind: PhantomData }
    }

    pub(crate) fn sandbox(&self) -> &'a Sandbox {
        self.sandbox
    }

    /// Leaves the resource to the store: no destructor will run.
    pub fn leak(self) {
        mem::forget(self);
    }

    pub(crate) fn call<T>(
        &self,
        call: impl FnOnce(&Exports, &mut Store<Host>, ResourceAny) -> Outcome<T>,
    ) -> T {
        self.sandbox.call(|exports, store| call(exports, store, self.resource))
    }
}

impl<'a> File<'a> {
    pub fn wrap(&self, options: Option<&TextOptions>) -> Result<TextFile<'a>, TextError> {
        let text = self
            .call(|exports, store, this| exports.text.text_file().call_wrap(store, this, options));
        Ok(Handle::new(self.sandbox, text?))
    }
}

impl<Kind> Drop for Handle<'_, Kind> {
    fn drop(&mut self) {
        // In an instance that trapped nothing can run any more; tests look at what is left.
        let _ = self.sandbox.store(|store| self.resource.resource_drop(store));
    }
}

impl<Kind> fmt::Debug for Handle<'_, Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(any::type_name::<Kind>())
    }
}

/// The interface `descriptors`.
impl Sandbox {
    pub fn open_temporary(&self, options: Option<NameOptions>) -> Result<Descriptor<'_>, Error> {
        let opened = self.call(|exports, store| {
            exports.descriptors().call_open_temporary(store, options.as_ref())
        });
        Ok(Descriptor { sandbox: self, resource: opened? })
    }

    pub fn mkstemp_descriptor(
        &self,
        options: Option<MkstempOptions>,
    ) -> Result<(Descriptor<'_>, String), Error> {
        let made =
            self.call(|exports, store| exports.descriptors().call_mkstemp(store, options.as_ref()));
        let (resource, path) = made?;
        Ok((Descriptor { sandbox: self, resource }, path))
    }

    pub fn take(&self, file: &File<'_>) -> Result<Descriptor<'_>, Error> {
        let taken = file.call(|exports, store, this| exports.descriptors().call_take(store, this));
        Ok(Descriptor { sandbox: self, resource: taken? })
    }
}

/// A descriptor of the host that the component handed out. Dropping it closes it.
pub struct Descriptor<'a> {
    sandbox: &'a Sandbox,
    resource: Resource<Open>,
}

impl Descriptor<'_> {
    fn again(&self) -> Resource<Open> {
        Resource::new_borrow(self.resource.rep())
    }

    /// `descriptor.read`, to the end.
    pub fn read(&self, length: u64, offset: u64) -> Vec<u8> {
        let read = self
            .sandbox
            .store(|store| store.data_mut().filesystem().read(self.again(), length, offset));
        read.expect("reading a descriptor").0
    }

    pub fn write(&self, bytes: &[u8], offset: u64) -> u64 {
        let written = self.sandbox.store(|store| {
            store.data_mut().filesystem().write(self.again(), bytes.to_vec(), offset)
        });
        written.expect("writing a descriptor")
    }

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

impl fmt::Debug for Descriptor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Descriptor")
    }
}
