//! Runs code, a line at a time, as a language model sends it:
//! `code-interpreter INTERPRETER.wasm DATA...`. The interpreter gets each line as its argument. It
//! finds copies of the files DATA in `/data`, and may change everything there. A line that fails
//! changes nothing. The host itself handles three commands: `undo`, `keep NAME`, and `fork NAME`,
//! which continues from a kept state.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs, io};

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Result, Store, format_err};
use wasmtime_scratch::{Builder, ScratchCtx, ScratchCtxView, ScratchView, Space, Template};
use wasmtime_wasi::p2::bindings::sync::CommandPre;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

/// The instructions that one line may execute.
const FUEL: u64 = 500_000_000;

/// The bytes that one line may print.
const OUTPUT: usize = 64 << 10;

/// The most states that are kept, seed included. A space is based on at most 16 templates, and each
/// kept state may be based on the template of a line as well.
const KEPT: usize = 8;

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

fn interpreter(file: &Path) -> Result<CommandPre<State>> {
    let engine = Engine::new(Config::new().consume_fuel(true))?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    wasmtime_scratch::p2::add_to_linker_sync(&mut linker)?;
    CommandPre::new(linker.instantiate_pre(&Component::from_file(&engine, file)?)?)
}

/// Runs code in a new instance, and returns what it printed.
fn run(interpreter: &CommandPre<State>, code: &str, space: &Space) -> Result<String> {
    let output = MemoryOutputPipe::new(OUTPUT);
    let state = State {
        wasi: WasiCtx::builder().arg("interpreter").arg(code).stdout(output.clone()).build(),
        table: ResourceTable::new(),
        scratch: ScratchCtx::new().mount("/data", space),
    };
    let mut store = Store::new(interpreter.engine(), state);
    store.set_fuel(FUEL)?;
    let command = interpreter.instantiate(&mut store)?;
    match command.wasi_cli_run().call_run(&mut store) {
        Ok(ended) => ended.map_err(|()| format_err!("the interpreter reports a failure"))?,
        // wasmtime returns an error for every call of exit, whatever the status.
        Err(error) if matches!(error.downcast_ref(), Some(I32Exit(0))) => {}
        Err(error) => return Err(error),
    }
    Ok(String::from_utf8_lossy(&output.contents()).into_owned())
}

/// Returns the settings of every space.
fn limits() -> Builder {
    Space::builder().bytes(32 << 20).nodes(10_000)
}

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let file = arguments.next().ok_or_else(|| format_err!("missing INTERPRETER.wasm"))?;
    let interpreter = interpreter(Path::new(&file))?;

    // Fill a space once. Every session starts from its template in constant time.
    let seeded = limits().build()?;
    for file in arguments {
        let name = Path::new(&file).file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format_err!("{}: name is not UTF-8", file.display()))?;
        seeded.write(name, fs::read(&file)?)?;
    }
    let seed = seeded.snapshot()?;

    let mut space = limits().build_from(&seed)?;
    let mut before = None;
    let mut kept = BTreeMap::from([("seed".to_owned(), seed)]);
    for line in io::stdin().lines() {
        let line = line?;
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("undo", "") => match &before {
                Some(before) => space.reset_to(before)?,
                None => println!("there is nothing to undo"),
            },
            ("keep", name) if kept.contains_key(name) => println!("{name} is kept already"),
            ("keep", _) if kept.len() == KEPT => println!("{KEPT} states are kept already"),
            ("keep", name) => {
                let _ = kept.insert(name.to_owned(), space.snapshot()?);
            }
            ("fork", name) => match kept.get(name) {
                Some(template) => (space, before) = (limits().build_from(template)?, None),
                None => println!("nothing was kept as {name}"),
            },
            _ => {
                // Drop the last template first. Only `undo` needed it, and their number is limited.
                drop(before.take());
                let template = before.insert(space.snapshot()?);
                match run(&interpreter, &line, &space) {
                    Ok(output) => print!("{output}"),
                    Err(error) => {
                        println!("failed: {}", error.root_cause());
                        space.reset_to(template)?;
                    }
                }
                tell_changes(&space, template)?;
            }
        }
    }
    Ok(())
}

/// Prints the differences between the space and the template.
fn tell_changes(space: &Space, template: &Template) -> Result<()> {
    for change in space.changes_since(template)? {
        println!("  {}: {:?}", change.path, change.difference);
    }
    Ok(())
}
