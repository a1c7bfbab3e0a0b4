//! The composition of program and library, and how it is run.

use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wasmtime::component::{Component, Instance, Linker, ResourceTable, Val};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::cli::{InputFile, OutputFile};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::interrupt::Interrupt;
use crate::limiter::Limiter;
use crate::listener::Listener;

/// What the program and the library take beside the memory for sorting: their code's data and
/// stacks, and blocks on their way from and to the host.
const PROGRAM: usize = 4 << 20;

/// Where the guest's files are.
pub(crate) enum Grants<'a> {
    /// In directories of this machine.
    Directories {
        /// The guest's `/in`, which it can only read.
        input: &'a Path,
        /// The guest's `/out`.
        output: &'a Path,
        /// The guest's `/tmp`.
        tmp: &'a Path,
    },
    /// In memory, as many bytes at the most. The text comes and goes by standard streams.
    Memory { input: File, output: File, bytes: u64 },
}

/// What a run took.
pub(crate) struct Taken {
    /// Bytes of linear memory.
    pub(crate) memory: usize,
    /// The most bytes of files in memory, where that is where they are.
    pub(crate) files: Option<u64>,
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

/// Puts the library under the program, and for files in memory the filesystem under both, and
/// compiles it all.
pub(crate) fn compose(engine: &Engine, components: &Path, in_memory: bool) -> Result<Component> {
    let read = |name: &str| {
        let file = components.join(name);
        std::fs::read(&file)
            .with_context(|| format!("reading {} (`cargo xtask build` makes it)", file.display()))
    };
    let library = read("tempfile.wasm")?;
    let filesystem = if in_memory { Some(read("tmpfs.wasm")?) } else { None };
    let providers: Vec<&[u8]> = filesystem.as_deref().into_iter().chain([&*library]).collect();
    let bytes = scratch_compose::plug(&read("external-sort.wasm")?, &providers)?;
    Ok(Component::new(engine, bytes)?)
}

/// Runs the program with so many bytes for sorting, and tells what it took.
pub(crate) fn run(
    component: &Component,
    grants: Grants<'_>,
    buffer_size: usize,
    arguments: &[&str],
    stderr: Listener,
    interrupt: &Interrupt,
) -> Result<Taken> {
    let engine = component.engine();
    let mut linker = Linker::<State>::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;

    let mut wasi = WasiCtxBuilder::new();
    // Before the directories, which copy it: no call changes threads.
    wasi.allow_blocking_current_thread(true).args(arguments).stderr(stderr);
    let in_memory = matches!(grants, Grants::Memory { .. });
    let mut limit = buffer_size + PROGRAM;
    match grants {
        Grants::Directories { input, output, tmp } => {
            wasi.preopened_dir(input, "/in", FsPerms::ReadOnly)?
                .preopened_dir(output, "/out", FsPerms::ReadWrite)?
                .preopened_dir(tmp, "/tmp", FsPerms::ReadWrite)?;
        }
        Grants::Memory { input, output, bytes } => {
            wasi.stdin(InputFile::new(input)).stdout(OutputFile::new(output));
            wasi.env("TMPFS_BYTES", bytes.to_string());
            // The filesystem's own, too: what finds the files, and blocks on their way.
            limit += usize::try_from(bytes)? + PROGRAM;
        }
    }
    let limiter = Limiter::new(limit);
    let state = State { wasi: wasi.build(), table: ResourceTable::new(), limiter };

    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limiter);
    store.set_epoch_deadline(1);
    // The deadline counts from now: an interrupt before it would be forgotten.
    interrupt.check()?;
    let instance = linker.instantiate(&mut store, component)?;
    let command = Command::new(&mut store, &instance)?;
    match command.wasi_cli_run().call_run(&mut store) {
        Ok(Ok(())) => {}
        Ok(Err(())) => bail!("the sort failed, as it said"),
        Err(error) if error.is::<I32Exit>() => bail!("the sort failed, as it said"),
        Err(error) => return Err(error.into()),
    }
    let files = if in_memory { Some(high_water(&mut store, &instance)?) } else { None };
    Ok(Taken { memory: store.data().limiter.taken(), files })
}

/// The most bytes that were ever in files.
fn high_water(store: &mut Store<State>, instance: &Instance) -> Result<u64> {
    let interface = instance.get_export_index(&mut *store, None, scratch_compose::USAGE);
    let interface = interface.context("the composition hands on no usage")?;
    let function = instance.get_export_index(&mut *store, Some(&interface), "high-water");
    let function = function.context("the usage has no high-water mark")?;
    let function = instance.get_func(&mut *store, function).context("the mark is no function")?;
    let mut amounts = [Val::Bool(false)];
    function.call(store, &[], &mut amounts)?;
    let [Val::Record(amounts)] = amounts else { bail!("the mark is no record") };
    match amounts.into_iter().find(|(name, _)| name == "bytes") {
        Some((_, Val::U64(bytes))) => Ok(bytes),
        _ => bail!("the mark has no bytes"),
    }
}
