//! A folder with a program in it, in which the command runs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use tempfile::TempDir;
use xtask::components::{self, Profile};

static PROGRAMS: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(|| {
    components::programs("host-tests-programs", Profile::Checked).expect("building the programs")
});

/// A new folder with `shell.wasm`, the harness's program of commands on files.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        fs::copy(folder.program("shell"), folder.path().join("shell.wasm")).unwrap();
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Returns a program of the harness.
    #[expect(clippy::unused_self, reason = "programs are where folders are")]
    pub(crate) fn program(&self, name: &str) -> PathBuf {
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
        let mut command = Command::new(env!("CARGO_BIN_EXE_scratch"));
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
