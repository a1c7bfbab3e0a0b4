//! The server: a process that ends when its value is dropped.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use xtask::workspace;

/// The text before the address in the server's first message.
const READY: &str = "Serving HTTP on http://";

pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    told: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts the server, and waits until it is ready. The variable `WASMTIME` may name another
    /// wasmtime.
    pub(crate) fn start(component: &Path, options: &[&str]) -> Self {
        let mut command = match env::var_os("WASMTIME") {
            Some(wasmtime) => {
                let mut command = Command::new(wasmtime);
                command.args(["serve", "--addr", "127.0.0.1:0"]);
                command
            }
            None => Command::new(workspace::program("serve")),
        };
        command.args(options).arg(component).stdin(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
        let told = Arc::new(Mutex::new(String::new()));
        let address = lines.by_ref().find_map(|line| {
            let address =
                line.strip_prefix(READY).map(|rest| rest.trim_end_matches('/').to_owned());
            *told.lock().unwrap() += &(line + "\n");
            address
        });
        let Some(address) = address else {
            let _ = process.wait();
            panic!("the server does not start: {}", told.lock().unwrap());
        };
        // Read the server's messages until it ends, so that it never waits for a reader.
        let notes = told.clone();
        let listener = thread::spawn(move || {
            lines.for_each(|line| *notes.lock().unwrap() += &(line + "\n"));
        });
        let address = address.parse().unwrap();
        Self { process, address, told, listener: Some(listener) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = self.listener.take().map(JoinHandle::join);
        let told = self.told.lock().unwrap();
        if thread::panicking() {
            eprintln!("the server said:\n{told}");
        } else {
            // The server prints this word if an instance trapped.
            assert!(!told.contains("failed"), "{told}");
        }
    }
}
