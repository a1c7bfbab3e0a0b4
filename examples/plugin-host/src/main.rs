//! Runs plugins at the same time. Each has scratch space of its own, and all share one budget:
//! `plugin-host PLUGIN.wasm ARGUMENT... [-- PLUGIN.wasm ARGUMENT...]...`

use std::env;

use tokio::runtime::Runtime;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store, format_err};
use wasmtime_scratch::{ScratchCtx, ScratchCtxView, ScratchView, SharedLimit, SharedLimits, Space};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

/// The bytes of files that one plugin may hold.
const EACH: u64 = 6 << 20;

/// The limits of what all plugins may hold together.
const TOGETHER: SharedLimits = SharedLimits { bytes: 8 << 20, nodes: 100_000, handles: 1_000 };

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

/// Calls a plugin in a store of its own.
async fn call(plugin: CommandPre<State>, arguments: Vec<String>, space: Space) -> Result<()> {
    let state = State {
        wasi: WasiCtx::builder().inherit_stdio().arg("plugin").args(&arguments).build(),
        table: ResourceTable::new(),
        scratch: ScratchCtx::new().mount("/tmp", &space),
    };
    let mut store = Store::new(plugin.engine(), state);
    let command = plugin.instantiate_async(&mut store).await?;
    match command.wasi_cli_run().call_run(&mut store).await {
        Ok(ended) => ended.map_err(|()| format_err!("the plugin reports a failure")),
        // wasmtime returns an error for every call of exit, whatever the status.
        Err(error) if matches!(error.downcast_ref(), Some(I32Exit(0))) => Ok(()),
        Err(error) => Err(error),
    }
}

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_scratch::p2::add_to_linker_async(&mut linker)?;

    let runtime = Runtime::new()?;
    let budget = SharedLimit::new(TOGETHER);
    let mut plugins = Vec::new();
    let arguments: Vec<String> = env::args().skip(1).collect();
    for plugin in arguments.split(|argument| argument == "--") {
        let (file, arguments) =
            plugin.split_first().ok_or_else(|| format_err!("missing PLUGIN.wasm"))?;
        let component = Component::from_file(&engine, file)?;
        let plugin = CommandPre::new(linker.instantiate_pre(&component)?)?;
        let space = Space::builder().bytes(EACH).shared_limit(&budget).build()?;
        plugins.push((plugin, arguments.to_vec(), space));
    }

    // Make every space before any plugin runs: a running plugin could use up the shared budget.
    let start = |(plugin, arguments, space): (_, _, Space)| {
        (runtime.spawn(call(plugin, arguments, space.clone())), space)
    };
    let mut calls: Vec<_> = plugins.into_iter().map(start).collect();

    for ((call, space), number) in calls.iter_mut().zip(1..) {
        let outcome = match runtime.block_on(call)? {
            Ok(()) => "done".to_owned(),
            Err(error) => format!("failed: {}", error.root_cause()),
        };
        // The store is gone. The space still holds the files, and knows what the plugin did.
        let (now, most) = (space.usage().content, space.high_water().content);
        println!("plugin {number}: {outcome}; {now} bytes, at most {most}");
        if let Some(refusal) = space.last_refusal() {
            println!("plugin {number}: a limit refused: {refusal}");
        }
    }
    println!("together: {} bytes, names and metadata included", budget.usage().bytes);
    Ok(())
}
