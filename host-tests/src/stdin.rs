//! The standard input of a program.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use wasmtime_wasi::cli::{IsTerminal, StdinStream};
use wasmtime_wasi::p2::pipe::MemoryInputPipe;

use crate::builder::Builder;

/// Neither gives anything nor ends.
struct Silence;

impl Builder {
    /// Gives the guest these bytes to read, and then the end; nothing at all by default.
    pub fn stdin(mut self, bytes: &'static [u8]) -> Self {
        self.wasi().stdin(MemoryInputPipe::new(Bytes::from_static(bytes)));
        self
    }

    /// Lets the guest wait for its standard input for ever.
    pub fn silent_stdin(mut self) -> Self {
        self.wasi().stdin(Silence);
        self
    }
}

impl IsTerminal for Silence {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for Silence {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(Self)
    }
}

impl AsyncRead for Silence {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Poll::Pending
    }
}
