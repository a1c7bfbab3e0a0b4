//! The handling of Ctrl-C: our own loops check a flag, and wasmtime stops the guest at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use wasmtime::Engine;

pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Starts to catch the signals that end a process. From then on they only set the flag.
    pub(crate) fn listen(engine: &Engine) -> Result<Self> {
        let came = Arc::new(AtomicBool::new(false));
        let interrupt = Self(came.clone());
        let engine = engine.clone();
        ctrlc::set_handler(move || {
            came.store(true, Ordering::SeqCst);
            engine.increment_epoch();
        })?;
        Ok(interrupt)
    }

    pub(crate) fn came(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Fails once a signal came. The error's kind is not `Interrupted`, since callers retry that
    /// kind.
    pub(crate) fn check(&self) -> io::Result<()> {
        if self.came() { Err(io::Error::other("interrupted")) } else { Ok(()) }
    }
}
