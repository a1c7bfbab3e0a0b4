//! A host as the crate's documentation shows it: a store with WASI and spaces, for the harness's
//! programs.

use std::path::Path;
use std::sync::LazyLock;

use host_tests::Built;
use tokio::runtime;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_scratch::{ScratchCtx, ScratchCtxView, ScratchView};
use wasmtime_wasi::p2::bindings::{self, sync};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

include!(concat!(env!("OUT_DIR"), "/programs_of_hosted_embedder.rs"));

pub(crate) struct State {
    wasi: WasiCtx,
    scratch: ScratchCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl ScratchView for State {
    fn scratch(&mut self) -> ScratchCtxView<'_> {
        let Self { scratch, wasi, table } = self;
        ScratchCtxView { scratch, wasi, table }
    }
}

/// The kind of functions in the linker.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Calling {
    Sync,
    Async,
}

/// Both kinds of functions.
pub(crate) const CALLINGS: [Calling; 2] = [Calling::Sync, Calling::Async];

/// The spaces, directories and variables that a guest gets.
#[derive(Clone)]
pub(crate) struct Granted<'a> {
    pub(crate) scratch: ScratchCtx,
    /// The granted directories of the host, with their paths in the guest.
    pub(crate) directories: Vec<(&'a Path, &'a str, FsPerms)>,
    pub(crate) variables: Vec<(&'a str, &'a str)>,
    /// The fuel after which the guest traps.
    pub(crate) fuel: u64,
}

impl Granted<'_> {
    pub(crate) fn new(scratch: ScratchCtx) -> Self {
        Self { scratch, directories: Vec::new(), variables: Vec::new(), fuel: u64::MAX }
    }
}

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(Config::new().consume_fuel(true)).expect("making an engine"));

static COMPILED: LazyLock<Component> = LazyLock::new(|| compiled(SHELL));

/// Compiles a program of the harness.
pub(crate) fn compiled(program: Built) -> Component {
    Component::from_file(&ENGINE, program.file()).expect("compiling a program")
}

/// Makes the store of a program with these arguments, and the pipe for its output.
fn store(granted: Granted<'_>, arguments: &[&str]) -> (Store<State>, MemoryOutputPipe) {
    let output = MemoryOutputPipe::new(1 << 20);
    let mut wasi = WasiCtxBuilder::new();
    wasi.arg("program").args(arguments).stdout(output.clone()).envs(&granted.variables);
    for (host, guest, permissions) in granted.directories {
        wasi.preopened_dir(host, guest, permissions).expect("granting a directory");
    }
    let (wasi, table) = (wasi.build(), ResourceTable::new());
    let mut store = Store::new(&ENGINE, State { wasi, scratch: granted.scratch, table });
    store.set_fuel(granted.fuel).expect("the engine counts fuel");
    (store, output)
}

/// Runs a program to its end, and returns its output. An error is a trap.
pub(crate) fn run(
    calling: Calling,
    program: &Component,
    granted: Granted<'_>,
    arguments: &[&str],
) -> wasmtime::Result<String> {
    let (mut store, output) = store(granted, arguments);
    let mut linker = Linker::new(&ENGINE);
    let ended = match calling {
        Calling::Sync => {
            wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
            wasmtime_scratch::p2::add_to_linker_sync(&mut linker)?;
            let command = sync::Command::instantiate(&mut store, program, &linker)?;
            command.wasi_cli_run().call_run(&mut store)
        }
        Calling::Async => {
            wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
            wasmtime_scratch::p2::add_to_linker_async(&mut linker)?;
            runtime::Builder::new_current_thread().build()?.block_on(async {
                let command =
                    bindings::Command::instantiate_async(&mut store, program, &linker).await?;
                command.wasi_cli_run().call_run(&mut store).await
            })
        }
    };
    drop(store);
    ended?.expect("the program ends well");
    Ok(String::from_utf8(output.contents().to_vec()).expect("the output is text"))
}

/// Runs commands of the shell, and returns the answer to each. An error is a trap.
pub(crate) fn shell(
    calling: Calling,
    granted: Granted<'_>,
    commands: &[&str],
) -> wasmtime::Result<Vec<String>> {
    let output = run(calling, &COMPILED, granted, commands)?;
    let answers = output.lines().zip(commands).map(|(line, command)| {
        let answer = line.strip_prefix(command).and_then(|it| it.strip_prefix(": "));
        answer.unwrap_or_else(|| panic!("{command}: {line}")).to_owned()
    });
    Ok(answers.collect())
}

/// Runs commands that must not trap, and returns the answer to each.
pub(crate) fn answers(calling: Calling, granted: Granted<'_>, commands: &[&str]) -> Vec<String> {
    let answers = shell(calling, granted, commands).expect("the shell does not trap");
    assert_eq!(answers.len(), commands.len(), "{answers:?}");
    answers
}
