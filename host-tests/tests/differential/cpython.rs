//! The newest CPython of the machine, in a process that runs programs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::{fmt, thread};

use tempfile::TempDir;
use xtask::workspace;

/// The names of interpreters. Some only answer to a version in pyenv's variable.
const INTERPRETERS: [(&str, Option<&str>); 6] = [
    ("python3.14", None),
    ("python3.13", None),
    ("python3.13", Some("3.13.0")),
    ("python3.12", None),
    ("python3", None),
    ("python3", Some("3.13.0")),
];

/// A version of Python, such as 3.13.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) [u32; 3]);

/// The version from which the recording and the tables come.
pub(crate) const REFERENCE: Version = Version([3, 13, 0]);

/// A running interpreter.
pub(crate) struct CPython {
    pub(crate) version: Version,
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// The directory in which the interpreter makes temporary files.
    _root: TempDir,
}

impl CPython {
    /// Starts the newest interpreter of the machine. Returns `None` if it is older than `since`.
    pub(crate) fn start(since: Version) -> Option<Self> {
        if std::env::var_os("DIFFERENTIAL_RECORDED").is_some() {
            return None;
        }
        let (version, name, pyenv) = (*NEWEST).filter(|(version, ..)| *version >= since)?;
        let root = TempDir::new().expect("making a directory for CPython");
        let mut process = interpreter(name, pyenv)
            .arg(workspace::root().join("host-tests/tests/cpython/scripts.py"))
            .arg(root.path())
            .stdin(Stdio::piped())
            .spawn()
            .expect("starting CPython");
        let questions = process.stdin.take().expect("it is a pipe");
        let answers = BufReader::new(process.stdout.take().expect("it is a pipe"));
        Some(Self { version, process, questions, answers, _root: root })
    }

    /// Runs programs, and returns their outcomes.
    pub(crate) fn run(&mut self, programs: &[Script]) -> Vec<Outcomes> {
        let text: String = programs
            .iter()
            .flat_map(|program| program.iter().map(String::as_str).chain(["end"]))
            .flat_map(|line| [line, "\n"])
            .collect();
        thread::scope(|threads| {
            let questions = &mut self.questions;
            threads.spawn(move || {
                questions.write_all(text.as_bytes()).expect("CPython reads programs");
                questions.flush().expect("CPython reads programs");
            });
            programs.iter().map(|_| outcomes(&mut self.answers)).collect()
        })
    }
}

/// The version of the newest interpreter, its name, and its version for pyenv.
static NEWEST: LazyLock<Option<(Version, &str, Option<&str>)>> = LazyLock::new(|| {
    let found = INTERPRETERS.iter().filter_map(|&(name, pyenv)| {
        let output = interpreter(name, pyenv).arg("-V").output().ok()?;
        let version = version(std::str::from_utf8(&output.stdout).ok()?)?;
        output.status.success().then_some((version, name, pyenv))
    });
    found.max_by_key(|(version, ..)| *version)
});

fn outcomes(answers: &mut BufReader<ChildStdout>) -> Outcomes {
    let mut outcomes = Vec::new();
    loop {
        let mut line = String::new();
        let read = answers.read_line(&mut line).expect("CPython answers");
        assert!(read > 0, "CPython ended: its error is above");
        match line.trim_end_matches('\n') {
            "end" => return outcomes,
            line => outcomes.push(line.to_owned()),
        }
    }
}

fn interpreter(name: &str, pyenv: Option<&str>) -> Command {
    let mut command = Command::new(name);
    if let Some(version) = pyenv {
        command.env("PYENV_VERSION", version);
    }
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

/// Parses a version such as `Python 3.13.0`.
fn version(said: &str) -> Option<Version> {
    let mut numbers = said.trim().strip_prefix("Python ")?.split('.').map(|it| {
        let digits = it.find(|c: char| !c.is_ascii_digit()).unwrap_or(it.len());
        it[..digits].parse().ok()
    });
    let mut next = || numbers.next().flatten();
    Some(Version([next()?, next()?, next()?]))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl Drop for CPython {
    fn drop(&mut self) {
        // The process would end by itself with its input, but nobody waits for that.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
use host_tests::script::{Outcomes, Script};
