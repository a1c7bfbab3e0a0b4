//! The guest's standard error. The guest waits while the host handles a message: the host shows it,
//! and can look at the guest's open files at that moment.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// A limit longer than any line of progress.
const MOST_AT_ONCE: usize = 4096;

type Hear = dyn FnMut(&[u8]) + Send;

#[derive(Clone)]
pub(crate) struct Listener(Arc<Mutex<Hear>>);

impl Listener {
    pub(crate) fn new(hear: impl FnMut(&[u8]) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(hear)))
    }
}

impl IsTerminal for Listener {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Listener {
    /// Returns this process's standard error. Only WASI 0.3 calls this function: its output would
    /// be shown, but not handled.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(wasmtime_wasi::cli::stderr())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl OutputStream for Listener {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut hear = self.0.lock().expect("BUG: hearing does not panic");
        hear(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MOST_AT_ONCE)
    }
}

#[async_trait]
impl Pollable for Listener {
    async fn ready(&mut self) {}
}
