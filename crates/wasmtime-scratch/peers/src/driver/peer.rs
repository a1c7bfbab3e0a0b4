//! The hosts that are measured.

use std::env;
use std::path::Path;
use std::process::{Command, ExitStatus};

use anyhow::Result;

/// A host, and the words that start its program.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) label: &'static str,
    /// The name of the program, which lies beside this one.
    pub(crate) program: &'static str,
    words: &'static [&'static str],
    /// True if it is our host a second time, for times only.
    pub(crate) again: bool,
}

pub(crate) static PEERS: [Peer; 4] = [
    Peer { label: "ours", program: "host-of-ours", words: &[], again: false },
    Peer {
        label: "ours, asynchronous",
        program: "host-of-ours",
        words: &["asynchronous"],
        again: true,
    },
    Peer { label: "eryx-vfs 0.8.0", program: "host-of-eryx-vfs", words: &[], again: false },
    Peer { label: "vfs-host 0.3.0", program: "host-of-vfs-host", words: &[], again: false },
];

/// The failure of a host to do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    status: ExitStatus,
    /// The last line that it printed to standard error.
    pub(crate) said: String,
}

impl Failure {
    /// Returns true if the host's process was ended.
    pub(crate) fn ended_the_host(&self) -> bool {
        self.status.code() != Some(1)
    }
}

impl Peer {
    /// Starts the host, which runs a guest, and returns its answer or its failure.
    pub(crate) fn ask(
        &self,
        work: &str,
        guest: &Path,
        words: &[&str],
    ) -> Result<Result<String, Failure>> {
        let mut command = Command::new(env::current_exe()?.with_file_name(self.program));
        // With backtraces, wasmtime would make one for each refusal.
        command.env("RUST_BACKTRACE", "0").env("RUST_LIB_BACKTRACE", "0");
        let output = command.args(self.words).arg(work).arg(guest).args(words).output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        let (status, said) = (output.status, text(&output.stderr));
        let last = said.lines().rfind(|line| !line.starts_with("note: "));
        let last = last.unwrap_or_default().to_owned();
        let done = status.success();
        Ok(if done { Ok(text(&output.stdout)) } else { Err(Failure { status, said: last }) })
    }
}
