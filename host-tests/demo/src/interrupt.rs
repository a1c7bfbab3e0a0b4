//! Ctrl-C: remembered for our own loops, and told to the guest, which is stopped at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use wasmtime::Engine;

pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on a signal to end does not end the process.
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

    /// Fails once a signal came. Not with the kind `Interrupted`: that is for trying again.
    pub(crate) fn check(&self) -> io::Result<()> {
        if self.came() { Err(io::Error::other("interrupted")) } else { Ok(()) }
    }
}
