//! The grants of the host to a guest, and the form in which the guest gets its files.

use std::path::Path;

use tempfile::TempDir;
use wasmtime::component::Linker;
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_scratch::{ScratchCtx, Space};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use crate::audit::{self, Answer, Hook};
use crate::component::{Ground, Library, Metering};
use crate::counters::{Host, Memory};
use crate::draws::{Count, Draws};
use crate::faulty_filesystem;

/// The grants of the host to a guest.
#[must_use]
pub struct Builder {
    wasi: WasiCtxBuilder,
    tmp: Option<TempDir>,
    draws: Draws,
    fuel: Option<u64>,
    epochs: Option<u64>,
    memory_limit: Option<usize>,
    hook: Option<Hook>,
    ground: Ground,
    /// The spaces that the host lends, unless they are made from the variables.
    scratch: Option<ScratchCtx>,
    /// The variables that were set.
    variables: Vec<(String, String)>,
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
            ground: Ground::Host,
            scratch: None,
            variables: Vec::new(),
        }
    }
}

impl Builder {
    /// Grants a new, empty directory of the host as `path`; [`Sandbox::tmp`](crate::Sandbox::tmp)
    /// tells which.
    pub fn tmp(self, path: &str) -> Self {
        let tmp = TempDir::new().expect("making a directory on the host");
        let mut this = self.preopen(tmp.path(), path);
        this.tmp = Some(tmp);
        this
    }

    /// Grants a directory of the host, for reading and writing.
    pub fn preopen(mut self, host: &Path, guest: &str) -> Self {
        self.wasi.preopened_dir(host, guest, FsPerms::ReadWrite).expect("granting a directory");
        self
    }

    /// Grants a directory of the host, for reading only.
    pub fn read_only(mut self, host: &Path, guest: &str) -> Self {
        self.wasi.preopened_dir(host, guest, FsPerms::ReadOnly).expect("granting a directory");
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.wasi.env(name, value);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the working directory; wasmtime sets none by default.
    pub fn cwd(mut self, path: &str) -> Self {
        self.wasi.initial_cwd(path);
        self
    }

    pub fn draws(mut self, draws: Draws) -> Self {
        self.draws = draws;
        self
    }

    /// Lets the guest execute this much, then traps it.
    pub fn fuel(mut self, fuel: u64) -> Self {
        self.fuel = Some(fuel);
        self
    }

    /// Grants the guest so many bytes of linear memory, and refuses more.
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Traps the guest once its engine's epoch was raised so often.
    pub fn epochs(mut self, epochs: u64) -> Self {
        self.epochs = Some(epochs);
        self
    }

    /// Asks `hook`, with the event and the path, before anything is made: the library is
    /// `tempfile-audited.wasm`.
    pub fn audit(mut self, hook: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Puts a filesystem in memory under the guest, which sees it as `/tmp`. What the host grants
    /// besides, the guest does not see.
    pub fn memory(mut self) -> Self {
        self.ground = Ground::Memory;
        self
    }

    /// Makes a filesystem in memory a part of the program.
    pub fn embedded(mut self) -> Self {
        self.ground = Ground::Embedded;
        self
    }

    /// Makes a filesystem in memory a part of the program, beside the directories that are granted.
    pub fn beside(mut self) -> Self {
        self.ground = Ground::Beside;
        self
    }

    /// Lends a filesystem in memory that the host serves, with the limits and at the mount that the
    /// variables of `tmpfs.wasm` say.
    pub fn hosted(mut self) -> Self {
        self.ground = Ground::Hosted;
        self
    }

    /// Lends this filesystem that the host serves, as `/tmp`.
    pub fn space(mut self, space: &Space) -> Self {
        self.scratch = Some(ScratchCtx::new().mount("/tmp", space));
        self.hosted()
    }

    fn scratch(&mut self) -> ScratchCtx {
        if let Some(scratch) = self.scratch.take() {
            return scratch;
        }
        if self.ground != Ground::Hosted {
            return ScratchCtx::new();
        }
        let settings = tmpfs_start::settings(&self.variables).expect("the variables make sense");
        let space = Space::builder().limits(settings.limits).build().expect("making a space");
        ScratchCtx::new().mount(settings.mount, &space)
    }

    pub(crate) fn ground(&self) -> Ground {
        self.ground
    }

    pub(crate) fn library(&self) -> Library {
        if self.hook.is_some() { Library::Audited } else { Library::Plain }
    }

    pub(crate) fn metering(&self) -> Metering {
        if self.fuel.is_some() || self.epochs.is_some() { Metering::On } else { Metering::Off }
    }

    pub(crate) fn granted_fuel(&self) -> Option<u64> {
        self.fuel
    }

    pub(crate) fn wasi(&mut self) -> &mut WasiCtxBuilder {
        &mut self.wasi
    }

    /// Makes a linker with all of WASI 0.2 that wasmtime has, and the hook.
    pub(crate) fn linker(&mut self, engine: &Engine) -> Linker<Host> {
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).expect("linking WASI");
        faulty_filesystem::install(&mut linker).expect("linking what can fail");
        if self.ground == Ground::Hosted {
            wasmtime_scratch::p2::add_to_linker_sync(&mut linker).expect("linking spaces");
        }
        if let Some(hook) = self.hook.take() {
            audit::install(&mut linker, hook).expect("linking the audit hook");
        }
        linker
    }

    /// Makes the store that the guest runs in. Also returns the directory and the counter that
    /// outlive it.
    pub(crate) fn store(mut self, engine: &Engine) -> (Store<Host>, Option<TempDir>, Count) {
        let (scratch, metering) = (self.scratch(), self.metering());
        let count = match self.draws.source() {
            Some((source, count)) => {
                self.wasi.secure_random(source);
                count
            }
            None => Count::default(),
        };
        let memory = Memory { limit: self.memory_limit, ..Memory::default() };
        let host = Host { wasi: self.wasi.build(), scratch, memory, ..Host::default() };
        let mut store = Store::new(engine, host);
        if metering == Metering::On {
            store.set_fuel(self.fuel.unwrap_or(u64::MAX)).expect("the engine counts fuel");
            store.set_epoch_deadline(self.epochs.unwrap_or(u64::MAX / 2));
        }
        store.limiter(|host| &mut host.memory);
        store
            .call_hook(|mut store: StoreContextMut<'_, Host>, hook| store.data_mut().on_call(hook));
        (store, self.tmp, count)
    }
}
