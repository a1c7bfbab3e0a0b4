//! The handling of Ctrl-C: our own loops check a flag, and the guest, or the command that runs it,
//! is stopped at once.

use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::Result;
use wasmtime::Engine;

pub(crate) struct Interrupt {
    came: Arc<AtomicBool>,
    command: Arc<Mutex<Option<Child>>>,
}

impl Interrupt {
    /// Starts to catch the signals that end a process. From then on they only set the flag.
    pub(crate) fn listen(engine: &Engine) -> Result<Self> {
        let came = Arc::new(AtomicBool::new(false));
        let command = Arc::default();
        let interrupt = Self { came: Arc::clone(&came), command: Arc::clone(&command) };
        let engine = engine.clone();
        ctrlc::set_handler(move || {
            came.store(true, Ordering::SeqCst);
            engine.increment_epoch();
            kill(&command);
        })?;
        Ok(interrupt)
    }

    pub(crate) fn came(&self) -> bool {
        self.came.load(Ordering::SeqCst)
    }

    /// Fails once a signal came. The error's kind is not `Interrupted`, since callers retry that
    /// kind.
    pub(crate) fn check(&self) -> io::Result<()> {
        if self.came() { Err(io::Error::other("interrupted")) } else { Ok(()) }
    }

    /// Runs a command to its end, which a signal brings about, too. `hear` gets each line that it
    /// says on standard error.
    pub(crate) fn run(
        &self,
        command: &mut Command,
        mut hear: impl FnMut(String),
    ) -> Result<ExitStatus> {
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        let stderr = child.stderr.take().expect("BUG: standard error is piped");
        *lock(&self.command) = Some(child);
        if self.came() {
            kill(&self.command);
        }
        for line in BufReader::new(stderr).lines() {
            hear(line?);
        }
        let child = lock(&self.command).take();
        Ok(child.expect("BUG: nobody else takes it").wait()?)
    }
}

fn kill(command: &Mutex<Option<Child>>) {
    if let Some(child) = &mut *lock(command) {
        // One that has ended already is as good as killed.
        let _ = child.kill();
    }
}

fn lock(command: &Mutex<Option<Child>>) -> MutexGuard<'_, Option<Child>> {
    command.lock().expect("BUG: nothing panics with it")
}
