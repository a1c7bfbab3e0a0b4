//! Compiling a program with wasmtime and running it to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use scratch_compose::{Error, ExitStatus, Kind, binary, into_component, kind_of};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store, Trap};
use wasmtime_scratch::{ScratchCtx, ScratchCtxView, ScratchView};
use wasmtime_wasi::p2::bindings::sync::CommandPre;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

use crate::failure::Failure;
use crate::run::ending::Ending;

/// A program that is not compiled yet, with everything that it gets.
pub(super) struct Guest {
    /// The path of the program as the user typed it.
    named: String,
    component: Vec<u8>,
    store: Store<State>,
    interrupt: Interrupt,
}

/// A means to stop a program from another thread.
#[derive(Clone)]
pub(super) struct Interrupt {
    engine: Engine,
    came: Arc<AtomicBool>,
}

impl Interrupt {
    /// Stops the program. From then on it begins no call of the host, a call under way does not
    /// return to it, and it computes only until wasmtime checks the epoch.
    pub(super) fn raise(&self) {
        self.came.store(true, Ordering::SeqCst);
        self.engine.increment_epoch();
    }

    fn check(&self) -> wasmtime::Result<()> {
        match self.came.load(Ordering::SeqCst) {
            true => Err(Trap::Interrupt.into()),
            false => Ok(()),
        }
    }
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

/// The outcome of the program's thread.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// The program ended by itself.
    Ended(Ending),
    /// An interrupt stopped it.
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
            // As a component it imports its files, which the scratch space then serves.
            Ok(Kind::Module) => into_component(&program, true, ExitStatus::Code),
            Err(error) => Err(error),
        };
        let component = component.map_err(|error: Error| refused(&named, &error.to_string()))?;
        let engine = Engine::new(Config::new().epoch_interruption(true)).map_err(|error| {
            Failure::Broken(format!("wasmtime does not run on this machine: {error:#}"))
        })?;
        let mut store = Store::new(&engine, State { wasi, scratch, table: ResourceTable::new() });
        let interrupt = Interrupt { engine, came: Arc::default() };
        // wasmtime checks the epoch in loops and where functions begin. A program may call the
        // host several times in between, so calls are checked, too.
        store.set_epoch_deadline(1);
        let checked = interrupt.clone();
        store.call_hook(move |_, _| checked.check());
        Ok(Self { named, component, store, interrupt })
    }

    /// Returns the interrupt of the program.
    pub(super) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Compiles the program and runs it. `starts` is called in between.
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

/// Joins the lines of a message to one.
fn line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex, mpsc};
    use std::thread;
    use std::time::SystemTime;

    use wasmtime_scratch::{ScratchCtx, Space};
    use wasmtime_wasi::WasiCtx;

    use super::{Done, Guest};

    const TWO_CALLS: &str = include_str!("../../tests/run/two_calls.wat");

    #[test]
    fn a_call_of_the_host_that_is_under_way_is_the_last() {
        let program = wat::parse_str(TWO_CALLS).unwrap();
        // Every call that changes the space asks for the time, and waits there.
        let runs = Arc::new(AtomicBool::new(false));
        let (tell, told) = mpsc::channel();
        let (answer, answers) = mpsc::channel::<()>();
        let answers = Mutex::new(answers);
        let (called, asked) = (tell.clone(), runs.clone());
        let clock = move || {
            if asked.load(Ordering::SeqCst) {
                called.send(None).unwrap();
                let _ = answers.lock().unwrap().recv();
            }
            SystemTime::now()
        };
        let space = Space::builder().clock(clock).build().unwrap();
        let wasi = WasiCtx::builder().build();
        let scratch = ScratchCtx::new().mount("/tmp", &space);
        let guest = Guest::new("two calls".to_owned(), program, wasi, scratch).unwrap();
        let interrupt = guest.interrupt();
        thread::spawn(move || {
            let done = guest.run(|| runs.store(true, Ordering::SeqCst));
            tell.send(Some(done.map_err(|failure| format!("{failure:?}")))).unwrap();
        });
        assert_eq!(told.recv().unwrap(), None);
        interrupt.raise();
        drop(answer);
        assert_eq!(told.recv().unwrap(), Some(Ok(Done::Interrupted)));
        assert!(space.exists("first").unwrap());
        assert!(!space.exists("second").unwrap());
    }
}
