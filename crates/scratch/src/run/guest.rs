//! A program in wasmtime: compiled, and run to its end.

use scratch_compose::{Error, Kind, binary, into_component, kind_of};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store, Trap};
use wasmtime_scratch::{ScratchCtx, ScratchCtxView, ScratchView};
use wasmtime_wasi::p2::bindings::sync::CommandPre;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

use crate::failure::Failure;
use crate::run::ending::Ending;

/// A program that was not compiled yet, and what it gets.
pub(super) struct Guest {
    /// The program as the user typed it.
    named: String,
    component: Vec<u8>,
    store: Store<State>,
}

struct State {
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
        ScratchCtxView { scratch: &mut self.scratch, wasi: &mut self.wasi, table: &mut self.table }
    }
}

/// The end of what the guest's own thread does.
pub(super) enum Done {
    /// The program ended by itself.
    Ended(Ending),
    /// The engine's epoch passed, which ends every program.
    Interrupted,
}

impl Guest {
    /// Takes a program: a component, or a core module of preview 1.
    pub(super) fn new(
        named: String,
        program: Vec<u8>,
        wasi: WasiCtx,
        scratch: ScratchCtx,
    ) -> Result<Self, Failure> {
        let component = match kind_of(&program) {
            Ok(Kind::Component) => Ok(program),
            // Its files are those of the scratch space, which it asks for as a component.
            Ok(Kind::Module) => into_component(&program, true),
            Err(error) => Err(error),
        };
        let component = component.map_err(|error: Error| refused(&named, &error.to_string()))?;
        let engine = Engine::new(Config::new().epoch_interruption(true)).map_err(|error| {
            Failure::Broken(format!("wasmtime does not run on this machine: {error:#}"))
        })?;
        let mut store = Store::new(&engine, State { wasi, scratch, table: ResourceTable::new() });
        // From now on, wherever it then is.
        store.set_epoch_deadline(1);
        Ok(Self { named, component, store })
    }

    /// Returns the engine, whose epoch ends the program.
    pub(super) fn engine(&self) -> Engine {
        self.store.engine().clone()
    }

    /// Compiles the program and runs it; `starts` is called in between.
    pub(super) fn run(mut self, starts: impl FnOnce()) -> Result<Done, Failure> {
        let command = self.compiled()?;
        starts();
        let ended = command
            .instantiate(&mut self.store)
            .and_then(|command| command.wasi_cli_run().call_run(&mut self.store));
        let ending = match ended {
            Ok(outcome) => Ending::Exit(u8::from(outcome.is_err())),
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(I32Exit(status)) => Ending::Exit(u8::try_from(*status).unwrap_or(u8::MAX)),
                None if error.downcast_ref() == Some(&Trap::Interrupt) => {
                    return Ok(Done::Interrupted);
                }
                None => Ending::Trap(line(&error.root_cause().to_string())),
            },
        };
        Ok(Done::Ended(ending))
    }

    fn compiled(&self) -> Result<CommandPre<State>, Failure> {
        let engine = self.store.engine();
        let refuse = |words: &str, error: &wasmtime::Error| {
            refused(&self.named, &format!("{words}: {}", line(&format!("{error:#}"))))
        };
        let component = Component::new(engine, &self.component).map_err(|error| {
            refuse("the component is damaged, or wasmtime 48 does not run such", &error)
        })?;
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)
            .and_then(|()| wasmtime_scratch::p2::add_to_linker_sync(&mut linker))
            .expect("BUG: no function is added twice");
        let linked = linker.instantiate_pre(&component).map_err(|error| {
            let imports = binary::imports(&self.component).unwrap_or_default();
            if imports.iter().any(|it| it.starts_with("scratch:tempfile/")) {
                let first = "type `scratch compose` first, and run what that makes";
                return refused(&self.named, &format!("it imports scratch:tempfile; {first}"));
            }
            refuse("it imports what `scratch run` does not have", &error)
        })?;
        CommandPre::new(linked).map_err(|error| {
            refuse("it is no command, such as `cargo build --target wasm32-wasip2` makes", &error)
        })
    }
}

fn refused(named: &str, words: &str) -> Failure {
    Failure::Refused(format!("{named}: {words}"))
}

/// Joins lines to one.
fn line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
