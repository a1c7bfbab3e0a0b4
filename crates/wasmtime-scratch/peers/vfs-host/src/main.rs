//! A host of Monaka's `vfs-host`, which stands on wasmtime 46 and has synchronous functions only.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use fs_core::MonotonicCounter;
use fs_core::snapshot::FsSnapshot;
use scratch_peers::{Host, Limits, serve};
use vfs_host::{Fs, VfsHostState, add_to_linker_with_vfs};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p2::bindings::sync::CommandPre;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

struct Monaka {
    engine: Engine,
    command: CommandPre<VfsHostState>,
}

impl Host for Monaka {
    type Space = Arc<Fs>;
    type Template = FsSnapshot;

    fn prepare(program: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::new(&engine, program)?;
        let mut linker = Linker::new(&engine);
        add_to_linker_with_vfs(&mut linker)?;
        let command = CommandPre::new(linker.instantiate_pre(&component)?)?;
        Ok(Self { engine, command })
    }

    /// Makes a filesystem; there is no call for limits.
    fn space(&self, _limits: Limits) -> Result<Arc<Fs>> {
        let files = Fs::new();
        for directory in ["/tmp", "/other"] {
            if let Err(error) = files.mkdir(directory) {
                bail!("{directory}: {error:?}");
            }
        }
        Ok(Arc::new(files))
    }

    fn template(&self, space: &Arc<Fs>) -> Result<FsSnapshot> {
        Ok(space.to_snapshot())
    }

    /// Makes a filesystem of a copy: the call takes the snapshot itself.
    fn fork(&self, template: &FsSnapshot) -> Result<Arc<Fs>> {
        Ok(Arc::new(Fs::from_snapshot(template.clone(), MonotonicCounter::new())))
    }

    fn run(&self, space: &Arc<Fs>, arguments: &[&str]) -> Result<String> {
        let (output, errors) = (MemoryOutputPipe::new(1 << 16), MemoryOutputPipe::new(1 << 16));
        let mut wasi = WasiCtxBuilder::new();
        wasi.arg("guest").args(arguments).stdout(output.clone()).stderr(errors.clone());
        let (wasi_ctx, shared_vfs) = (wasi.build(), space.clone());
        let state = VfsHostState { wasi_ctx, table: ResourceTable::new(), shared_vfs };
        let mut store = Store::new(&self.engine, state);
        let outcome = self.command.instantiate(&mut store)?.wasi_cli_run().call_run(&mut store)?;
        let text = |pipe: MemoryOutputPipe| String::from_utf8_lossy(&pipe.contents()).into_owned();
        match outcome {
            Ok(()) => Ok(text(output)),
            Err(()) => bail!("{}", text(errors).trim_end()),
        }
    }
}

fn main() -> ExitCode {
    serve::<Monaka>(&std::env::args().skip(1).collect::<Vec<_>>())
}
