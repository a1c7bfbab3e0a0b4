//! A folder with a program in it, in which the command runs, and what became of it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use xtask::components::{self, Profile};
use xtask::workspace;

static PROGRAMS: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(|| {
    components::programs("host-tests-programs", Profile::Checked).expect("building the programs")
});

/// A new folder with `shell.wasm`, the harness's program of commands on files.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        fs::copy(Self::program("shell"), folder.path().join("shell.wasm")).unwrap();
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Returns a program of the harness.
    pub(crate) fn program(name: &str) -> PathBuf {
        PROGRAMS[name].clone()
    }

    /// Lists what is in the folder.
    pub(crate) fn names(&self) -> Vec<OsString> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names = entries.map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        names.sort();
        names
    }

    /// Returns the command with these words; nothing is to be read, and what it prints is kept.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(workspace::program("scratch"));
        command.args(words).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Returns `scratch run` of the shell, with these commands; standard input is to be written.
    pub(crate) fn shell(&self, options: &[&str], commands: &[&str]) -> Command {
        let words = [&["run"], options, &["shell.wasm"], commands].concat();
        let mut command = self.command(&words);
        command.stdin(Stdio::piped());
        command
    }

    /// Runs the shell with these commands, and without anything to read.
    pub(crate) fn run(&self, options: &[&str], commands: &[&str]) -> Output {
        self.shell(options, commands).stdin(Stdio::null()).output().unwrap()
    }
}

/// Waits for the first line that a program prints: it runs from then on.
pub(crate) fn first_line(child: &mut Child) -> String {
    let output = child.stdout.as_mut().unwrap();
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let mut byte = [0];
        output.read_exact(&mut byte).expect("the program prints a line");
        line.push(byte[0]);
    }
    String::from_utf8(line).unwrap()
}

pub(crate) fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

pub(crate) fn told(output: &Output) -> (&str, &str) {
    [&output.stdout, &output.stderr].map(|bytes| str::from_utf8(bytes).unwrap()).into()
}

/// Asserts that the program ended with the status, and returns what it printed.
#[track_caller]
pub(crate) fn ended(output: &Output, status: i32) -> (&str, &str) {
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    told(output)
}
