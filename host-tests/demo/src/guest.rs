//! The program, the components under it, and its run in wasmtime.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use scratch_compose::{Memory, Options};
use wasmtime::component::{Component, Instance, Linker, ResourceTable, Val};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::cli::{InputFile, OutputFile};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::interrupt::Interrupt;
use crate::limiter::Limiter;
use crate::listener::Listener;

/// The bytes of memory that the program and the library take besides the memory for sorting. They
/// hold static data, stacks, and blocks on the way from and to the host.
const PROGRAM: usize = 4 << 20;

/// The forms in which the program gets its temporary files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Files in a directory of this machine, made by the library beside the program.
    Directory,
    /// Files in memory, in a filesystem beside the program and the library.
    Beside,
    /// Files in memory, in a filesystem that is a part of a program without the library.
    Embedded,
}

impl Form {
    /// Returns the name of the program, and the names of the components put under it or into it.
    fn components(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Directory => ("external-sort", &["tempfile"]),
            Self::Beside => ("external-sort", &["tempfile", "tmpfs"]),
            Self::Embedded => ("external-sort-std", &["tmpfs-embedded"]),
        }
    }
}

/// The place of the guest's files.
pub(crate) enum Grants<'a> {
    /// Directories of this machine.
    Directories {
        /// The guest's `/in`, which it can only read.
        input: &'a Path,
        /// The guest's `/out`.
        output: &'a Path,
        /// The guest's `/tmp`.
        tmp: &'a Path,
    },
    /// Memory for at most so many bytes. The text comes and goes by standard streams.
    Memory { input: File, output: File, bytes: u64 },
}

/// The memory that a run took.
pub(crate) struct Taken {
    /// Bytes of linear memory.
    pub(crate) memory: usize,
    /// The most bytes that files in memory had at once, if a component counted them.
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

/// Makes an engine that can stop its guests at any time.
pub(crate) fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    Ok(Engine::new(&config)?)
}

/// Composes or embeds the program as `scratch compose` does, and compiles the outcome.
pub(crate) fn compose(
    engine: &Engine,
    components: &Path,
    form: Form,
) -> Result<(Component, scratch_compose::Way)> {
    let read = |name: &str| {
        let file = components.join(format!("{name}.wasm"));
        std::fs::read(&file)
            .with_context(|| format!("reading {} (`cargo xtask build` makes it)", file.display()))
    };
    let (program, needed) = form.components();
    let mut providers = BTreeMap::new();
    for name in needed {
        providers.insert(*name, read(name)?);
    }
    let memory = match form {
        Form::Directory => None,
        Form::Beside | Form::Embedded => Some(Memory::default()),
    };
    let options = Options { memory, ..Options::default() };
    let whole = scratch_compose::compose(&read(program)?, &options, |component| {
        providers.get(component.name()).expect("BUG: the form needs no other").as_slice()
    })?;
    Ok((Component::new(engine, whole.wasm)?, whole.way))
}

/// Runs the program with so many bytes for sorting, and returns the memory it took.
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
    // Set this before the directories, which copy it. With it, no call of the host changes threads.
    wasi.allow_blocking_current_thread(true).args(arguments).stderr(stderr);
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
            // The filesystem takes memory besides the files, for its tables and for blocks on their
            // way.
            limit += usize::try_from(bytes)? + PROGRAM;
        }
    }
    let limiter = Limiter::new(limit);
    let state = State { wasi: wasi.build(), table: ResourceTable::new(), limiter };

    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limiter);
    store.set_epoch_deadline(1);
    // The deadline counts from here, so check for an interrupt that came before it was set.
    interrupt.check()?;
    let instance = linker.instantiate(&mut store, component)?;
    let command = Command::new(&mut store, &instance)?;
    match command.wasi_cli_run().call_run(&mut store) {
        Ok(Ok(())) => {}
        Ok(Err(())) => bail!("the sort failed; its message is above"),
        Err(error) if error.is::<I32Exit>() => bail!("the sort failed; its message is above"),
        Err(error) => return Err(error.into()),
    }
    let files = high_water(&mut store, &instance)?;
    Ok(Taken { memory: store.data().limiter.taken(), files })
}

/// Returns the most bytes that files ever had, if a filesystem beside the program counts them.
fn high_water(store: &mut Store<State>, instance: &Instance) -> Result<Option<u64>> {
    let interface = instance.get_export_index(&mut *store, None, scratch_compose::USAGE);
    let Some(interface) = interface else { return Ok(None) };
    let function = instance.get_export_index(&mut *store, Some(&interface), "high-water");
    let function = function.context("scratch:space/usage has no high-water")?;
    let function = instance.get_func(&mut *store, function).context("high-water is no function")?;
    let mut amounts = [Val::Bool(false)];
    function.call(store, &[], &mut amounts)?;
    let [Val::Record(amounts)] = amounts else { bail!("high-water returned no record") };
    match amounts.into_iter().find(|(name, _)| name == "bytes") {
        Some((_, Val::U64(bytes))) => Ok(Some(bytes)),
        _ => bail!("high-water returned no bytes"),
    }
}
