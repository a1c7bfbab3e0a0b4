//! A host of `eryx-vfs`, which has asynchronous functions only.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use eryx_vfs::{
    ArcStorage, DirPerms, FilePerms, InMemorySnapshot, InMemoryStorage, VfsCtx, VfsState,
    VfsStorage as _, VfsView, add_vfs_to_linker,
};
use scratch_peers::{Host, Limits, serve};
use tokio::runtime;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    files: VfsCtx<ArcStorage>,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl VfsView for State {
    type Storage = ArcStorage;

    fn vfs(&mut self) -> VfsState<'_, ArcStorage> {
        VfsState { ctx: &mut self.files, table: &mut self.table }
    }
}

struct Eryx {
    engine: Engine,
    command: CommandPre<State>,
}

impl Host for Eryx {
    type Space = Arc<InMemoryStorage>;
    type Template = InMemorySnapshot;

    fn prepare(program: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::new(&engine, program)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        linker.allow_shadowing(true);
        add_vfs_to_linker(&mut linker)?;
        let command = CommandPre::new(linker.instantiate_pre(&component)?)?;
        Ok(Self { engine, command })
    }

    fn space(&self, limits: Limits) -> Result<Arc<InMemoryStorage>> {
        let storage = InMemoryStorage::with_max_bytes(limits.bytes);
        for directory in ["/tmp", "/other"] {
            storage.mkdir_sync(directory)?;
        }
        Ok(Arc::new(storage))
    }

    fn template(&self, space: &Arc<InMemoryStorage>) -> Result<InMemorySnapshot> {
        Ok(runtime::Builder::new_current_thread().build()?.block_on(space.snapshot()))
    }

    fn fork(&self, template: &InMemorySnapshot) -> Result<Arc<InMemoryStorage>> {
        Ok(Arc::new(InMemoryStorage::from_snapshot(template)))
    }

    fn run(&self, space: &Arc<InMemoryStorage>, arguments: &[&str]) -> Result<String> {
        let (output, errors) = (MemoryOutputPipe::new(1 << 16), MemoryOutputPipe::new(1 << 16));
        let mut wasi = WasiCtxBuilder::new();
        wasi.arg("guest").args(arguments).stdout(output.clone()).stderr(errors.clone());
        let mut files = VfsCtx::new_empty(ArcStorage::new(space.clone()));
        for directory in ["/tmp", "/other"] {
            files.preopen(directory, DirPerms::all(), FilePerms::all());
        }
        let state = State { wasi: wasi.build(), table: ResourceTable::new(), files };
        let mut store = Store::new(&self.engine, state);
        let outcome = runtime::Builder::new_current_thread().build()?.block_on(async {
            let command = self.command.instantiate_async(&mut store).await?;
            command.wasi_cli_run().call_run(&mut store).await
        })?;
        let text = |pipe: MemoryOutputPipe| String::from_utf8_lossy(&pipe.contents()).into_owned();
        match outcome {
            Ok(()) => Ok(text(output)),
            Err(()) => bail!("{}", text(errors).trim_end()),
        }
    }
}

fn main() -> ExitCode {
    serve::<Eryx>(&std::env::args().skip(1).collect::<Vec<_>>())
}
