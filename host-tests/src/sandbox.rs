//! An instance of `tempfile.wasm` on directories of the host: its functions, called from Rust.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use ::tempfile::TempDir;
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::Leftover;
use crate::bindings::exports::scratch::tempfile::tempfile::{self, Error, NameOptions};
use crate::bindings::exports::scratch::tempfile::text;
use crate::bindings::exports::scratch::tempfile::{cleanup, descriptors};
use crate::builder::Builder;
use crate::counters::Host;
use crate::draws::Count;
use crate::faults::{Faults, Moment};
use crate::tree::Tree;

impl Builder {
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
pub(crate) struct Exports {
    pub(crate) tempfile: tempfile::Guest,
    pub(crate) text: text::Guest,
    pub(crate) cleanup: cleanup::Guest,
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

    pub(crate) fn descriptors(&self) -> &descriptors::Guest {
        self.descriptors.as_ref().expect("the descriptors are the host's")
    }
}

/// A call of the guest's, as bindgen words it: the outer error is a trap.
pub(crate) type Outcome<T> = wasmtime::Result<T>;

impl Sandbox {
    /// Starts an instance with an empty directory of the host as `/tmp`, and nothing else.
    pub fn new() -> Self {
        Self::builder().tmp("/tmp").start()
    }

    pub fn builder() -> Builder {
        Builder::default()
    }

    pub fn tmp(&self) -> &Path {
        self.tmp.as_ref().expect("the sandbox was made with `tmp`").path()
    }

    /// Returns the path on the host of a path below `/tmp`.
    pub fn host_path(&self, guest: &str) -> PathBuf {
        self.tmp().join(guest.strip_prefix("/tmp/").expect("the path is below /tmp"))
    }

    pub fn tree(&self) -> Tree {
        Tree::of(self.tmp())
    }

    /// Drops the instance and all that is open in it, running nothing of the guest. Returns
    /// the host's directory.
    pub fn drop_store(self) -> Option<TempDir> {
        self.tmp
    }

    pub fn draws(&self) -> u64 {
        self.draws.get()
    }

    /// Counts the calls of the host that `action` makes the guest do. Dropping a resource of the
    /// host counts twice.
    pub fn calls<T>(&self, action: impl FnOnce() -> T) -> (T, u64) {
        let before = self.store.borrow().data().calls;
        let result = action();
        let after = self.store.borrow().data().calls;
        (result, after - before)
    }

    pub fn memory(&self) -> usize {
        self.store.borrow().data().memory.bytes
    }

    /// Gives the host these faults and no others, from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.store.borrow_mut().data_mut().faults = faults;
    }

    /// Runs `interference` in the next such moment, as another process might.
    pub fn interfere(&self, moment: Moment, interference: impl FnOnce() + Send + 'static) {
        let interference = Some((moment, Box::new(interference) as Box<dyn FnOnce() + Send>));
        self.store.borrow_mut().data_mut().interference = interference;
    }

    /// Counts the directories that `action` makes the guest list.
    pub fn listings<T>(&self, action: impl FnOnce() -> T) -> (T, u64) {
        let before = self.store.borrow().data().listings;
        let result = action();
        (result, self.store.borrow().data().listings - before)
    }

    /// Makes every call of the host a trap, from now on.
    pub fn refuse_host_calls(&self) {
        self.store.borrow_mut().data_mut().refuse_calls = true;
    }

    /// Sets what the guest may still execute.
    pub fn set_fuel(&self, fuel: u64) {
        self.store.borrow_mut().set_fuel(fuel).expect("the sandbox counts fuel");
    }

    pub fn fuel_left(&self) -> u64 {
        self.store.borrow().get_fuel().expect("the sandbox counts fuel")
    }

    /// Sets after how many raised epochs the guest traps.
    pub fn set_epochs(&self, epochs: u64) {
        self.store.borrow_mut().set_epoch_deadline(epochs);
    }

    fn attempt<T>(
        &self,
        call: impl FnOnce(&Exports, &mut Store<Host>) -> Outcome<T>,
    ) -> Outcome<T> {
        call(&self.exports, &mut self.store.borrow_mut())
    }

    pub(crate) fn call<T>(&self, call: impl FnOnce(&Exports, &mut Store<Host>) -> Outcome<T>) -> T {
        self.attempt(call).expect("the component trapped")
    }

    pub(crate) fn store<T>(&self, action: impl FnOnce(&mut Store<Host>) -> T) -> T {
        action(&mut self.store.borrow_mut())
    }

    /// Calls the function that does least: an error is the trap by which an instance says that
    /// nothing can run in it any more.
    pub fn try_enter(&self) -> wasmtime::Result<String> {
        self.attempt(|exports, store| exports.tempfile.call_template(store))
    }

    /// Calls `mkdtemp`, which may trap: the outer error.
    pub fn try_mkdtemp(
        &self,
        options: Option<NameOptions>,
    ) -> wasmtime::Result<Result<String, Error>> {
        self.attempt(|exports, store| exports.tempfile.call_mkdtemp(store, options.as_ref()))
    }

    pub fn try_cleanup(&self) -> wasmtime::Result<Vec<Leftover>> {
        self.attempt(|exports, store| exports.cleanup.call_cleanup(store))
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}
