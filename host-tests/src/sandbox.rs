//! An instance of `tempfile.wasm` on directories of the host: its functions, called from Rust.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use wasmtime::component::Linker;
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use crate::audit::{self, Answer, Hook};
use crate::bindings::Component;
use crate::bindings::exports::scratch::tempfile::tempfile::{
    DirectoryOptions, Error, FileOptions, Guest, MkstempOptions, NameOptions, NamedFileOptions,
    SpooledFileOptions,
};
use crate::bindings::exports::scratch::tempfile::text::{self, TextError};
use crate::component::{Library, Metering};
use crate::counters::Host;
use crate::draws::{Count, Draws};
use crate::faults::{self, Faults};
use crate::{Descriptor, Directory, File, Leftover, OwedItem, TextFile, Tree, UnclosedItem};

/// What a guest gets of the host.
pub struct Builder {
    wasi: WasiCtxBuilder,
    tmp: Option<TempDir>,
    draws: Draws,
    fuel: Option<u64>,
    epochs: Option<u64>,
    memory_limit: Option<usize>,
    hook: Option<Hook>,
}

impl Default for Builder {
    fn default() -> Self {
        let mut wasi = WasiCtxBuilder::new();
        // Before any preopen, which copies it: file calls stay on this thread, ten times as fast.
        wasi.allow_blocking_current_thread(true);
        Self {
            wasi,
            tmp: None,
            draws: Draws::Real,
            fuel: None,
            epochs: None,
            memory_limit: None,
            hook: None,
        }
    }
}

impl Builder {
    /// Grants a new, empty directory of the host as `path`; [`Sandbox::tmp`] tells which.
    ///
    /// # Panics
    /// The host has no room for it.
    #[must_use]
    pub fn tmp(self, path: &str) -> Self {
        let tmp = TempDir::new().expect("making a directory on the host");
        let mut this = self.preopen(tmp.path(), path);
        this.tmp = Some(tmp);
        this
    }

    /// Grants a directory of the host, for reading and writing.
    ///
    /// # Panics
    /// There is no such directory.
    #[must_use]
    pub fn preopen(mut self, host: &Path, guest: &str) -> Self {
        self.wasi.preopened_dir(host, guest, FsPerms::ReadWrite).expect("granting a directory");
        self
    }

    /// Grants a directory of the host, for reading only.
    ///
    /// # Panics
    /// There is no such directory.
    #[must_use]
    pub fn read_only(mut self, host: &Path, guest: &str) -> Self {
        self.wasi.preopened_dir(host, guest, FsPerms::ReadOnly).expect("granting a directory");
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.wasi.env(name, value);
        self
    }

    /// Sets the working directory; wasmtime sets none by default.
    #[must_use]
    pub fn cwd(mut self, path: &str) -> Self {
        self.wasi.initial_cwd(path);
        self
    }

    /// Says where random numbers come from.
    #[must_use]
    pub fn draws(mut self, draws: Draws) -> Self {
        self.draws = draws;
        self
    }

    /// Lets the guest execute this much, then traps it.
    #[must_use]
    pub fn fuel(mut self, fuel: u64) -> Self {
        self.fuel = Some(fuel);
        self
    }

    /// Grants the guest so many bytes of linear memory, and refuses more.
    #[must_use]
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Traps the guest once its engine's epoch was raised so often.
    #[must_use]
    pub fn epochs(mut self, epochs: u64) -> Self {
        self.epochs = Some(epochs);
        self
    }

    /// Asks `hook`, with the event and the path, before anything is made: the library is
    /// `tempfile-audited.wasm`.
    #[must_use]
    pub fn audit(mut self, hook: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    pub(crate) fn library(&self) -> Library {
        if self.hook.is_some() { Library::Audited } else { Library::Plain }
    }

    pub(crate) fn metering(&self) -> Metering {
        if self.fuel.is_some() || self.epochs.is_some() { Metering::On } else { Metering::Off }
    }

    pub(crate) fn wasi(&mut self) -> &mut WasiCtxBuilder {
        &mut self.wasi
    }

    /// All of WASI 0.2 that wasmtime has, and the hook.
    pub(crate) fn linker(&mut self, engine: &Engine) -> Linker<Host> {
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).expect("linking WASI");
        faults::install(&mut linker).expect("linking what can fail");
        if let Some(hook) = self.hook.take() {
            audit::install(&mut linker, hook).expect("linking the audit hook");
        }
        linker
    }

    /// The store that the guest runs in, and what outlives it.
    pub(crate) fn store(mut self, engine: &Engine) -> (Store<Host>, Option<TempDir>, Count) {
        let count = match self.draws.source() {
            Some((source, count)) => {
                self.wasi.secure_random(source);
                count
            }
            None => Count::default(),
        };
        let metered = self.fuel.is_some() || self.epochs.is_some();
        let memory_limit = self.memory_limit;
        let mut store = Store::new(engine, Host::new(self.wasi.build()));
        if metered {
            store.set_fuel(self.fuel.unwrap_or(u64::MAX)).expect("the engine counts fuel");
            store.set_epoch_deadline(self.epochs.unwrap_or(u64::MAX / 2));
        }
        store.data_mut().memory.limit = memory_limit;
        store.limiter(|host| &mut host.memory);
        store
            .call_hook(|mut store: StoreContextMut<'_, Host>, hook| store.data_mut().on_call(hook));
        (store, self.tmp, count)
    }

    /// Instantiates `tempfile.wasm`.
    ///
    /// # Panics
    /// It cannot be instantiated.
    #[must_use]
    pub fn start(mut self) -> Sandbox {
        let code = self.library().code(self.metering());
        let linker = self.linker(&code.engine);
        let (mut store, tmp, draws) = self.store(&code.engine);
        let exports = Component::instantiate(&mut store, &code.component, &linker)
            .expect("instantiating tempfile.wasm");
        Sandbox { store: RefCell::new(store), exports, tmp, draws }
    }
}

/// An instance of `tempfile.wasm`.
///
/// A trap makes a call panic, but for those of the methods that begin with `try_`, which return it.
pub struct Sandbox {
    store: RefCell<Store<Host>>,
    exports: Component,
    tmp: Option<TempDir>,
    draws: Count,
}

/// A call of the guest's, as bindgen words it: the outer error is a trap.
pub(crate) type Outcome<T> = wasmtime::Result<T>;

impl Sandbox {
    /// An instance with an empty directory of the host as `/tmp`, and nothing else.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().tmp("/tmp").start()
    }

    /// An instance with what the builder is told.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The directory of the host behind the first `/tmp`.
    ///
    /// # Panics
    /// None was made.
    #[must_use]
    pub fn tmp(&self) -> &Path {
        self.tmp.as_ref().expect("the sandbox was made with `tmp`").path()
    }

    /// Where on the host a path below `/tmp` is.
    ///
    /// # Panics
    /// It is not below `/tmp`.
    #[must_use]
    pub fn host_path(&self, guest: &str) -> PathBuf {
        self.tmp().join(guest.strip_prefix("/tmp/").expect("the path is below /tmp"))
    }

    /// What is below `/tmp` now.
    #[must_use]
    pub fn tree(&self) -> Tree {
        Tree::of(self.tmp())
    }

    /// Drops the instance and all that is open in it, running nothing of the guest. Returns
    /// the host's directory.
    #[must_use]
    pub fn drop_store(self) -> Option<TempDir> {
        self.tmp
    }

    /// How many random numbers were drawn so far.
    #[must_use]
    pub fn draws(&self) -> u64 {
        self.draws.get()
    }

    /// How often `action` makes the guest call the host; a drop of a host's resource counts twice.
    pub fn calls<T>(&self, action: impl FnOnce() -> T) -> (T, u64) {
        let before = self.store.borrow().data().calls;
        let result = action();
        let after = self.store.borrow().data().calls;
        (result, after - before)
    }

    /// The bytes of linear memory that the guest has taken.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.store.borrow().data().memory.bytes
    }

    /// From now on, the host has these faults and no others.
    pub fn set_faults(&self, faults: Faults) {
        self.store.borrow_mut().data_mut().faults = faults;
    }

    /// From now on, every call of the host is a trap.
    pub fn refuse_host_calls(&self) {
        self.store.borrow_mut().data_mut().refuse_calls = true;
    }

    /// Sets what the guest may still execute.
    ///
    /// # Panics
    /// The sandbox was built without fuel.
    pub fn set_fuel(&self, fuel: u64) {
        self.store.borrow_mut().set_fuel(fuel).expect("the sandbox counts fuel");
    }

    /// How much fuel is left.
    ///
    /// # Panics
    /// The sandbox was built without fuel.
    #[must_use]
    pub fn fuel_left(&self) -> u64 {
        self.store.borrow().get_fuel().expect("the sandbox counts fuel")
    }

    /// Sets after how many raised epochs the guest traps.
    pub fn set_epochs(&self, epochs: u64) {
        self.store.borrow_mut().set_epoch_deadline(epochs);
    }

    /// Makes one call that may trap.
    ///
    /// # Errors
    /// The trap.
    pub(crate) fn attempt<T>(
        &self,
        call: impl FnOnce(&Guest, &mut Store<Host>) -> Outcome<T>,
    ) -> Outcome<T> {
        call(self.exports.scratch_tempfile_tempfile(), &mut self.store.borrow_mut())
    }

    pub(crate) fn call<T>(&self, call: impl FnOnce(&Guest, &mut Store<Host>) -> Outcome<T>) -> T {
        self.attempt(call).expect("the component trapped")
    }

    pub(crate) fn store<T>(&self, action: impl FnOnce(&mut Store<Host>) -> T) -> T {
        action(&mut self.store.borrow_mut())
    }

    /// Whether the instance can still be entered: `Err` is the trap that says no.
    ///
    /// # Errors
    /// The trap.
    pub fn try_enter(&self) -> wasmtime::Result<String> {
        self.attempt(|guest, store| guest.call_template(store))
    }

    /// `mkdtemp` where it may trap.
    ///
    /// # Errors
    /// The outer error is the trap.
    pub fn try_mkdtemp(
        &self,
        options: Option<NameOptions>,
    ) -> wasmtime::Result<Result<String, Error>> {
        self.attempt(|guest, store| guest.call_mkdtemp(store, options.as_ref()))
    }

    /// The export `temporary-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn temporary_file(&self, options: Option<FileOptions>) -> Result<File<'_>, Error> {
        let file = self.call(|guest, store| guest.call_temporary_file(store, options.as_ref()));
        Ok(File::new(self, file?))
    }

    /// The export `named-temporary-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn named_temporary_file(
        &self,
        options: Option<NamedFileOptions>,
    ) -> Result<File<'_>, Error> {
        let call = |guest: &Guest, store: &mut Store<Host>| {
            guest.call_named_temporary_file(store, options.as_ref())
        };
        Ok(File::new(self, self.call(call)?))
    }

    /// The export `spooled-temporary-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn spooled_temporary_file(
        &self,
        options: Option<SpooledFileOptions>,
    ) -> Result<File<'_>, Error> {
        let call = |guest: &Guest, store: &mut Store<Host>| {
            guest.call_spooled_temporary_file(store, options.as_ref())
        };
        Ok(File::new(self, self.call(call)?))
    }

    /// Makes one call to the interface `text`.
    pub(crate) fn call_text<T>(
        &self,
        call: impl FnOnce(&text::Guest, &mut Store<Host>) -> Outcome<T>,
    ) -> T {
        call(self.exports.scratch_tempfile_text(), &mut self.store.borrow_mut())
            .expect("the component trapped")
    }

    /// The export `text.temporary-text-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn temporary_text_file(
        &self,
        options: Option<FileOptions>,
    ) -> Result<TextFile<'_>, TextError> {
        let file =
            self.call_text(|guest, store| guest.call_temporary_text_file(store, options.as_ref()));
        Ok(TextFile::new(self, file?))
    }

    /// The export `text.named-temporary-text-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn named_temporary_text_file(
        &self,
        options: Option<NamedFileOptions>,
    ) -> Result<TextFile<'_>, TextError> {
        let file = self.call_text(|guest, store| {
            guest.call_named_temporary_text_file(store, options.as_ref())
        });
        Ok(TextFile::new(self, file?))
    }

    /// The export `text.spooled-temporary-text-file`.
    ///
    /// # Errors
    /// As the component's.
    pub fn spooled_temporary_text_file(
        &self,
        options: Option<SpooledFileOptions>,
    ) -> Result<TextFile<'_>, TextError> {
        let file = self.call_text(|guest, store| {
            guest.call_spooled_temporary_text_file(store, options.as_ref())
        });
        Ok(TextFile::new(self, file?))
    }

    /// The export `temporary-directory`.
    ///
    /// # Errors
    /// As the component's.
    pub fn temporary_directory(
        &self,
        options: Option<DirectoryOptions>,
    ) -> Result<Directory<'_>, Error> {
        let call = |guest: &Guest, store: &mut Store<Host>| {
            guest.call_temporary_directory(store, options.as_ref())
        };
        Ok(Directory::new(self, self.call(call)?))
    }

    /// The export `mkstemp`.
    ///
    /// # Errors
    /// As the component's.
    pub fn mkstemp(&self, options: Option<MkstempOptions>) -> Result<(File<'_>, String), Error> {
        let made = self.call(|guest, store| guest.call_mkstemp(store, options.as_ref()));
        let (file, path) = made?;
        Ok((File::new(self, file), path))
    }

    /// The export `mkdtemp`.
    ///
    /// # Errors
    /// As the component's.
    pub fn mkdtemp(&self, options: Option<NameOptions>) -> Result<String, Error> {
        self.call(|guest, store| guest.call_mkdtemp(store, options.as_ref()))
    }

    /// The export `mktemp`.
    ///
    /// # Errors
    /// As the component's.
    pub fn mktemp(&self, options: Option<NameOptions>) -> Result<String, Error> {
        self.call(|guest, store| guest.call_mktemp(store, options.as_ref()))
    }

    /// The export `gettempdir`.
    ///
    /// # Errors
    /// As the component's.
    pub fn gettempdir(&self) -> Result<String, Error> {
        self.call(|guest, store| guest.call_gettempdir(store))
    }

    /// The export `gettempdirb`.
    ///
    /// # Errors
    /// As the component's.
    pub fn gettempdirb(&self) -> Result<Vec<u8>, Error> {
        self.call(|guest, store| guest.call_gettempdirb(store))
    }

    /// The export `gettempprefix`.
    pub fn gettempprefix(&self) -> String {
        self.call(|guest, store| guest.call_gettempprefix(store))
    }

    /// The export `gettempprefixb`.
    pub fn gettempprefixb(&self) -> Vec<u8> {
        self.call(|guest, store| guest.call_gettempprefixb(store))
    }

    /// The export `tempdir`.
    pub fn tempdir(&self) -> Option<String> {
        self.call(|guest, store| guest.call_tempdir(store))
    }

    /// The export `set-tempdir`.
    pub fn set_tempdir(&self, value: Option<&str>) {
        self.call(|guest, store| guest.call_set_tempdir(store, value));
    }

    /// The export `template`.
    pub fn template(&self) -> String {
        self.call(|guest, store| guest.call_template(store))
    }

    /// The export `set-template`.
    pub fn set_template(&self, value: &str) {
        self.call(|guest, store| guest.call_set_template(store, value));
    }

    /// The export `tmp-max`.
    pub fn tmp_max(&self) -> u32 {
        self.call(|guest, store| guest.call_tmp_max(store))
    }

    /// The export `set-tmp-max`.
    pub fn set_tmp_max(&self, value: u32) {
        self.call(|guest, store| guest.call_set_tmp_max(store, value));
    }

    /// The export `set-spare-files`.
    pub fn set_spare_files(&self, value: u32) {
        self.call(|guest, store| guest.call_set_spare_files(store, value));
    }

    /// The export `cleanup.owed`.
    pub fn owed(&self) -> Vec<OwedItem> {
        let cleanup = self.exports.scratch_tempfile_cleanup();
        self.store(|store| cleanup.call_owed(store)).expect("the component trapped")
    }

    /// The export `cleanup.unclosed`.
    pub fn unclosed(&self) -> Vec<UnclosedItem> {
        let cleanup = self.exports.scratch_tempfile_cleanup();
        self.store(|store| cleanup.call_unclosed(store)).expect("the component trapped")
    }

    /// The export `cleanup.cleanup`.
    pub fn cleanup(&self) -> Vec<Leftover> {
        self.try_cleanup().expect("the component trapped")
    }

    /// [`cleanup`](Self::cleanup) where it may trap.
    ///
    /// # Errors
    /// The trap.
    pub fn try_cleanup(&self) -> wasmtime::Result<Vec<Leftover>> {
        let cleanup = self.exports.scratch_tempfile_cleanup();
        self.store(|store| cleanup.call_cleanup(store))
    }

    /// The export `descriptors.open-temporary`.
    ///
    /// # Errors
    /// As the component's.
    pub fn open_temporary(&self, options: Option<NameOptions>) -> Result<Descriptor<'_>, Error> {
        let descriptors = self.exports.scratch_tempfile_descriptors();
        let opened = self.store(|store| descriptors.call_open_temporary(store, options.as_ref()));
        Ok(Descriptor::new(self, opened.expect("the component trapped")?))
    }

    /// The export `descriptors.mkstemp`.
    ///
    /// # Errors
    /// As the component's.
    pub fn mkstemp_descriptor(
        &self,
        options: Option<MkstempOptions>,
    ) -> Result<(Descriptor<'_>, String), Error> {
        let descriptors = self.exports.scratch_tempfile_descriptors();
        let made = self.store(|store| descriptors.call_mkstemp(store, options.as_ref()));
        let (descriptor, path) = made.expect("the component trapped")?;
        Ok((Descriptor::new(self, descriptor), path))
    }

    /// The export `descriptors.take`.
    ///
    /// # Errors
    /// As the component's.
    pub fn take(&self, file: &File<'_>) -> Result<Descriptor<'_>, Error> {
        let descriptors = self.exports.scratch_tempfile_descriptors();
        let taken = self.store(|store| descriptors.call_take(store, file.resource()));
        Ok(Descriptor::new(self, taken.expect("the component trapped")?))
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}
