//! `wasi:cli/stdin`, `stdout` and `stderr`: the host's streams, wrapped.

use crate::Component;
use crate::bindings::exports::wasi::cli::{stderr, stdin, stdout};
use crate::bindings::wasi::cli as host;
use crate::io_streams::{InputStream, OutputStream};

impl stdin::Guest for Component {
    fn get_stdin() -> stdin::InputStream {
        stdin::InputStream::new(InputStream::Host(host::stdin::get_stdin()))
    }
}

impl stdout::Guest for Component {
    fn get_stdout() -> stdout::OutputStream {
        stdout::OutputStream::new(OutputStream::Host(host::stdout::get_stdout()))
    }
}

impl stderr::Guest for Component {
    fn get_stderr() -> stderr::OutputStream {
        stderr::OutputStream::new(OutputStream::Host(host::stderr::get_stderr()))
    }
}
