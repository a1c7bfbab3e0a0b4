//! A measured program inside wasm: compiled once, run in an instance of its own each time.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::runtime::{self, Runtime};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{CallHook, Config, Engine, Store};
use wasmtime_scratch::{Limits, ScratchCtx, ScratchCtxView, ScratchView, Space};
use wasmtime_wasi::p2::bindings::{self, sync};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::workloads::Calling;

/// The engine's support for concurrent calls of guests, which is on by default. It makes each
/// resource that passes between components, and each call of a host, dearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Concurrency {
    Default,
    Off,
}

impl Concurrency {
    pub(crate) fn engine(self) -> Result<Engine> {
        let mut config = Config::new();
        if self == Self::Off {
            config.concurrency_support(false);
        }
        Ok(Engine::new(&config)?)
    }

    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Default => "",
            Self::Off => ", concurrency off",
        }
    }
}

/// The data of a store.
pub(crate) struct State {
    wasi: WasiCtx,
    scratch: ScratchCtx,
    table: ResourceTable,
}

impl State {
    pub(crate) fn new(wasi: WasiCtx) -> Self {
        Self { wasi, scratch: ScratchCtx::new(), table: ResourceTable::new() }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl ScratchView for State {
    fn scratch(&mut self) -> ScratchCtxView<'_> {
        let Self { wasi, scratch, table } = self;
        ScratchCtxView { scratch, wasi, table }
    }
}

/// Makes a linker with WASI 0.2.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    Ok(linker)
}

/// Makes the settings of every guest. Calls of the host stay on this thread where wasmtime-wasi can
/// do that, which makes all of them faster.
pub(crate) fn settings() -> WasiCtxBuilder {
    let mut settings = WasiCtxBuilder::new();
    // A preopened directory copies this: it has no effect on those that are there already.
    settings.allow_blocking_current_thread(true);
    settings
}

/// Lets the guest see `host` as the directory for temporary files.
pub(crate) fn grant(settings: &mut WasiCtxBuilder, host: &Path) -> Result<()> {
    settings.preopened_dir(host, "/tmp", FsPerms::ReadWrite)?;
    Ok(())
}

pub(crate) struct Guest {
    engine: Engine,
    prepared: Prepared,
    hosted: bool,
}

/// A command and the way to run it.
enum Prepared {
    Sync(sync::CommandPre<State>),
    Async(bindings::CommandPre<State>, Runtime),
}

impl Prepared {
    fn run(&self, store: &mut Store<State>) -> wasmtime::Result<Result<(), ()>> {
        match self {
            Self::Sync(command) => command.instantiate(&mut *store)?.wasi_cli_run().call_run(store),
            Self::Async(command, runtime) => runtime.block_on(async {
                let command = command.instantiate_async(&mut *store).await?;
                command.wasi_cli_run().call_run(store).await
            }),
        }
    }
}

impl Guest {
    pub(crate) fn prepare(engine: &Engine, component: &[u8]) -> Result<Self> {
        let component = Component::new(engine, component)?;
        let prepared = sync::CommandPre::new(linker(engine)?.instantiate_pre(&component)?)?;
        Ok(Self { engine: engine.clone(), prepared: Prepared::Sync(prepared), hosted: false })
    }

    /// Prepares the same on a filesystem that the host serves.
    pub(crate) fn hosted(engine: &Engine, component: &[u8], calling: Calling) -> Result<Self> {
        let component = Component::new(engine, component)?;
        let mut linker = Linker::new(engine);
        let prepared = match calling {
            Calling::Sync => {
                wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
                wasmtime_scratch::p2::add_to_linker_sync(&mut linker)?;
                Prepared::Sync(sync::CommandPre::new(linker.instantiate_pre(&component)?)?)
            }
            Calling::Async => {
                wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
                wasmtime_scratch::p2::add_to_linker_async(&mut linker)?;
                let command = bindings::CommandPre::new(linker.instantiate_pre(&component)?)?;
                Prepared::Async(command, runtime::Builder::new_current_thread().build()?)
            }
        };
        Ok(Self { engine: engine.clone(), prepared, hosted: true })
    }

    /// Runs `workload` `n` times in `directory`. Returns the time of each phase by the guest's
    /// clock.
    pub(crate) fn run(&self, directory: &Path, workload: &str, n: u32) -> Result<Vec<Duration>> {
        self.run_hooked(directory, workload, n, |_| {})
    }

    /// Counts the calls of the host in one run, beginning and end of the instance included.
    pub(crate) fn count_host_calls(&self, directory: &Path, workload: &str, n: u32) -> Result<u64> {
        let calls = Arc::new(AtomicU64::new(0));
        let counter = calls.clone();
        self.run_hooked(directory, workload, n, move |store| {
            store.call_hook(move |_, hook| {
                if matches!(hook, CallHook::CallingHost) {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            });
        })?;
        Ok(calls.load(Ordering::Relaxed))
    }

    fn run_hooked(
        &self,
        directory: &Path,
        workload: &str,
        n: u32,
        hook: impl FnOnce(&mut Store<State>),
    ) -> Result<Vec<Duration>> {
        let (output, errors) = (MemoryOutputPipe::new(4096), MemoryOutputPipe::new(4096));
        let mut settings = settings();
        settings.args(&["guest", workload, &n.to_string()]);
        settings.stdout(output.clone()).stderr(errors.clone());
        // A filesystem in memory gets as much as the largest workload takes.
        let (content, metadata, nodes) = (1 << 30, 1 << 30, 2_000_000);
        let limits = Limits { content, metadata, nodes, ..Limits::default() };
        let variables =
            [("TMPFS_BYTES", content), ("TMPFS_METADATA", metadata), ("TMPFS_NODES", nodes)];
        for (name, limit) in variables {
            settings.env(name, limit.to_string());
        }
        if !self.hosted {
            grant(&mut settings, directory)?;
        }
        let mut state = State::new(settings.build());
        if self.hosted {
            let space = Space::builder().limits(limits).build()?;
            state.scratch = ScratchCtx::new().mount("/tmp", &space);
        }
        let mut store = Store::new(&self.engine, state);
        hook(&mut store);
        let outcome = self.prepared.run(&mut store);
        if !matches!(outcome, Ok(Ok(()))) {
            let said = String::from_utf8_lossy(&errors.contents()).trim_end().to_owned();
            match outcome {
                Err(trap) => return Err(anyhow::Error::from(trap).context(said)),
                Ok(_) => bail!("{said}"),
            }
        }
        nanoseconds(&String::from_utf8_lossy(&output.contents()))
    }
}

/// Reads a number of nanoseconds for each phase, as peers print them.
pub(crate) fn nanoseconds(printed: &str) -> Result<Vec<Duration>> {
    let words = printed.split_whitespace();
    words.map(|word| Ok(Duration::from_nanos(word.parse().context("nanoseconds")?))).collect()
}

/// Reads the component in a file.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("reading {}", file.display()))
}
