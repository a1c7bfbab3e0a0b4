//! The composition of program and library, and how it is run.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::interrupt::Interrupt;
use crate::limiter::Limiter;
use crate::listener::Listener;

/// What the program and the library take beside the memory for sorting: their code's data and
/// stacks, and blocks on their way from and to the host.
const PROGRAM: usize = 4 << 20;

/// What the guest is given.
pub(crate) struct Grants<'a> {
    /// The guest's `/in`, which it can only read.
    pub(crate) input: &'a Path,
    /// The guest's `/out`.
    pub(crate) output: &'a Path,
    /// The guest's `/tmp`.
    pub(crate) tmp: &'a Path,
    /// Bytes for sorting.
    pub(crate) memory: usize,
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    limiter: Limiter,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// An engine whose guests can be stopped at any time.
pub(crate) fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    Ok(Engine::new(&config)?)
}

/// Puts the library under the program, and compiles both.
pub(crate) fn compose(engine: &Engine, components: &Path) -> Result<Component> {
    let read = |name: &str| {
        let file = components.join(name);
        std::fs::read(&file)
            .with_context(|| format!("reading {} (`cargo xtask build` makes it)", file.display()))
    };
    let bytes = xtask::compose::plug(&read("external-sort.wasm")?, &[&read("tempfile.wasm")?])?;
    Ok(Component::new(engine, bytes)?)
}

/// Runs the program, and tells how much memory it took.
pub(crate) fn run(
    component: &Component,
    grants: &Grants<'_>,
    arguments: &[&str],
    stderr: Listener,
    interrupt: &Interrupt,
) -> Result<usize> {
    let engine = component.engine();
    let mut linker = Linker::<State>::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;

    let mut wasi = WasiCtxBuilder::new();
    // Before the directories, which copy it: no call changes threads.
    wasi.allow_blocking_current_thread(true)
        .args(arguments)
        .stderr(stderr)
        .preopened_dir(grants.input, "/in", FsPerms::ReadOnly)?
        .preopened_dir(grants.output, "/out", FsPerms::ReadWrite)?
        .preopened_dir(grants.tmp, "/tmp", FsPerms::ReadWrite)?;
    let limiter = Limiter::new(grants.memory + PROGRAM);
    let state = State { wasi: wasi.build(), table: ResourceTable::new(), limiter };

    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limiter);
    store.set_epoch_deadline(1);
    // The deadline counts from now: an interrupt before it would be forgotten.
    interrupt.check()?;
    let command = Command::instantiate(&mut store, component, &linker)?;
    match command.wasi_cli_run().call_run(&mut store) {
        Ok(Ok(())) => Ok(store.data().limiter.taken()),
        Ok(Err(())) => bail!("the sort failed, as it said"),
        Err(error) if error.is::<I32Exit>() => bail!("the sort failed, as it said"),
        Err(error) => Err(error.into()),
    }
}
