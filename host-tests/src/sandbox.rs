//! An instance of `tempfile.wasm` on directories of the host: its functions, called from Rust.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use ::tempfile::TempDir;
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::bindings::exports::scratch::tempfile::tempfile::{self, Error, Guest, NameOptions};
use crate::bindings::exports::scratch::tempfile::text;
use crate::bindings::exports::scratch::tempfile::{cleanup, descriptors};
use crate::builder::Builder;
use crate::counters::Host;
use crate::draws::Count;
use crate::faults::{Faults, Moment};
use crate::tree::Tree;
use crate::{Leftover, OwedItem, UnclosedItem};

impl Builder {
    /// Instantiates `tempfile.wasm`.
    ///
    /// # Panics
    /// It cannot be instantiated.
    #[must_use]
    pub fn start(mut self) -> Sandbox {
        let code = self.library().code(self.ground(), self.metering());
        let linker = self.linker(&code.engine);
        let (mut store, tmp, draws) = self.store(&code.engine);
        let exports = linker
            .instantiate_pre(&code.component)
            .and_then(|pre| Exports::of(&pre, &mut store))
            .expect("instantiating tempfile.wasm");
        Sandbox { store: RefCell::new(store), exports, tmp, draws }
    }
}

/// An instance of `tempfile.wasm`.
///
/// A trap makes a call panic, but for those of the methods that begin with `try_`, which return it.
pub struct Sandbox {
    store: RefCell<Store<Host>>,
    exports: Exports,
    tmp: Option<TempDir>,
    draws: Count,
}

/// The interfaces of an instance.
struct Exports {
    tempfile: Guest,
    text: text::Guest,
    cleanup: cleanup::Guest,
    /// Not where the descriptors are those of a filesystem in memory: the host has no such type.
    descriptors: Option<descriptors::Guest>,
}

impl Exports {
    fn of(pre: &InstancePre<Host>, store: &mut Store<Host>) -> Outcome<Self> {
        let instance = pre.instantiate(&mut *store)?;
        Ok(Self {
            tempfile: tempfile::GuestIndices::new(pre)?.load(&mut *store, &instance)?,
            text: text::GuestIndices::new(pre)?.load(&mut *store, &instance)?,
            cleanup: cleanup::GuestIndices::new(pre)?.load(&mut *store, &instance)?,
            descriptors: descriptors::GuestIndices::new(pre)?.load(&mut *store, &instance).ok(),
        })
    }
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

    /// Runs `interference` in the next such moment, as another process might.
    pub fn interfere(&self, moment: Moment, interference: impl FnOnce() + Send + 'static) {
        let interference = Some((moment, Box::new(interference) as Box<dyn FnOnce() + Send>));
        self.store.borrow_mut().data_mut().interference = interference;
    }

    /// How many directories `action` makes the guest list.
    pub fn listings<T>(&self, action: impl FnOnce() -> T) -> (T, u64) {
        let before = self.store.borrow().data().listings;
        let result = action();
        (result, self.store.borrow().data().listings - before)
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
        call(&self.exports.tempfile, &mut self.store.borrow_mut())
    }

    pub(crate) fn call<T>(&self, call: impl FnOnce(&Guest, &mut Store<Host>) -> Outcome<T>) -> T {
        self.attempt(call).expect("the component trapped")
    }

    /// Makes one call to the interface `descriptors`.
    pub(crate) fn call_descriptors<T>(
        &self,
        call: impl FnOnce(&descriptors::Guest, &mut Store<Host>) -> Outcome<T>,
    ) -> T {
        let guest = self.exports.descriptors.as_ref().expect("the descriptors are the host's");
        call(guest, &mut self.store.borrow_mut()).expect("the component trapped")
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

    /// Makes one call to the interface `text`.
    pub(crate) fn call_text<T>(
        &self,
        call: impl FnOnce(&text::Guest, &mut Store<Host>) -> Outcome<T>,
    ) -> T {
        call(&self.exports.text, &mut self.store.borrow_mut()).expect("the component trapped")
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
        let cleanup = &self.exports.cleanup;
        self.store(|store| cleanup.call_owed(store)).expect("the component trapped")
    }

    /// The export `cleanup.unclosed`.
    pub fn unclosed(&self) -> Vec<UnclosedItem> {
        let cleanup = &self.exports.cleanup;
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
        let cleanup = &self.exports.cleanup;
        self.store(|store| cleanup.call_cleanup(store))
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}
