//! The guest's standard error, heard while the guest waits: what it says is shown, and at that
//! moment the host can look at what the guest has open.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// More than any line of progress is long.
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
    /// Only WASI 0.3 asks for this one: there it would not be heard, but shown.
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
