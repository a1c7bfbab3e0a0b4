//! A host of `wasmtime-scratch`, with synchronous functions or asynchronous ones.

use std::process::ExitCode;

use anyhow::{Result, bail};
use scratch_peers::{Host, Limits, serve};
use tokio::runtime;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_scratch::{ScratchCtx, ScratchCtxView, ScratchView, Space, Template};
use wasmtime_wasi::p2::bindings::{CommandPre, sync};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

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

struct Ours<const ASYNCHRONOUS: bool> {
    engine: Engine,
    prepared: Prepared,
}

enum Prepared {
    Synchronous(sync::CommandPre<State>),
    Asynchronous(CommandPre<State>),
}

impl<const ASYNCHRONOUS: bool> Host for Ours<ASYNCHRONOUS> {
    type Space = Space;
    type Template = Template;

    fn prepare(program: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::new(&engine, program)?;
        let mut linker = Linker::new(&engine);
        let prepared = if ASYNCHRONOUS {
            wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
            wasmtime_scratch::p2::add_to_linker_async(&mut linker)?;
            Prepared::Asynchronous(CommandPre::new(linker.instantiate_pre(&component)?)?)
        } else {
            wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
            wasmtime_scratch::p2::add_to_linker_sync(&mut linker)?;
            Prepared::Synchronous(sync::CommandPre::new(linker.instantiate_pre(&component)?)?)
        };
        Ok(Self { engine, prepared })
    }

    fn space(&self, limits: Limits) -> Result<Space> {
        let Limits { bytes, nodes, file_size } = limits;
        Ok(Space::builder().bytes(bytes).nodes(nodes).file_size(file_size).build()?)
    }

    fn template(&self, space: &Space) -> Result<Template> {
        Ok(space.snapshot()?)
    }

    fn fork(&self, template: &Template) -> Result<Space> {
        let Limits { bytes, nodes, .. } = Limits::GENEROUS;
        Ok(Space::builder().bytes(bytes).nodes(nodes).build_from(template)?)
    }

    fn run(&self, space: &Space, arguments: &[&str]) -> Result<String> {
        let (output, errors) = (MemoryOutputPipe::new(1 << 16), MemoryOutputPipe::new(1 << 16));
        let mut wasi = WasiCtxBuilder::new();
        wasi.arg("guest").args(arguments).stdout(output.clone()).stderr(errors.clone());
        let other = Space::builder().build()?;
        let scratch = ScratchCtx::new().mount("/tmp", space).mount("/other", &other);
        let state = State { wasi: wasi.build(), table: ResourceTable::new(), scratch };
        let mut store = Store::new(&self.engine, state);
        let outcome = match &self.prepared {
            Prepared::Synchronous(command) => {
                command.instantiate(&mut store)?.wasi_cli_run().call_run(&mut store)?
            }
            Prepared::Asynchronous(command) => {
                runtime::Builder::new_current_thread().build()?.block_on(async {
                    let command = command.instantiate_async(&mut store).await?;
                    command.wasi_cli_run().call_run(&mut store).await
                })?
            }
        };
        let text = |pipe: MemoryOutputPipe| String::from_utf8_lossy(&pipe.contents()).into_owned();
        match outcome {
            Ok(()) => Ok(text(output)),
            Err(()) => bail!("{}", text(errors).trim_end()),
        }
    }
}

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("asynchronous") => serve::<Ours<true>>(&words.split_off(1)),
        _ => serve::<Ours<false>>(&words),
    }
}
