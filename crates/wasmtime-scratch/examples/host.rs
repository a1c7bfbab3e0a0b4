//! Runs a program with 64 MiB of scratch space, and returns the space with what the program left.

use std::path::Path;

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store};
use wasmtime_scratch::{ScratchCtx, ScratchCtxView, ScratchView, Space};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    scratch: ScratchCtx,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl ScratchView for State {
    fn scratch(&mut self) -> ScratchCtxView<'_> {
        ScratchCtxView { scratch: &mut self.scratch, wasi: &mut self.wasi, table: &mut self.table }
    }
}

pub(crate) fn run(program: &Path, arguments: &[String]) -> Result<Space> {
    let engine = Engine::default();
    let component = Component::from_file(&engine, program)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    // The one line more.
    wasmtime_scratch::p2::add_to_linker_sync(&mut linker)?;

    let space = Space::builder().bytes(64 << 20).build()?;
    let state = State {
        wasi: WasiCtx::builder().inherit_stdio().arg("program").args(arguments).build(),
        table: ResourceTable::new(),
        scratch: ScratchCtx::new().mount("/tmp", &space),
    };
    let mut store = Store::new(&engine, state);
    let command = Command::instantiate(&mut store, &component, &linker)?;
    match command.wasi_cli_run().call_run(&mut store) {
        // A program that exits, with whatever status, is an error to wasmtime.
        Err(error) if !error.is::<I32Exit>() => Err(error),
        _ => Ok(space),
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().expect("the program's file as the first argument");
    let space = run(Path::new(&program), &arguments.collect::<Vec<_>>())?;
    println!("{} bytes in {} files", space.usage().content, space.usage().nodes - 1);
    Ok(())
}
