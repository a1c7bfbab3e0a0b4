//! CPython's own `tempfile`: the newest interpreter that is found, in a process of its own that
//! is asked a line at a time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::guest;

const PROGRAM: &str = include_str!("cpython.py");

/// The names of interpreters, newest first. Some only answer to a version in pyenv's variable.
const INTERPRETERS: [(&str, Option<&str>); 6] = [
    ("python3.14", None),
    ("python3.13", None),
    ("python3.13", Some("3.13.0")),
    ("python3.12", None),
    ("python3", Some("3.13.0")),
    ("python3", None),
];

pub(crate) struct CPython {
    pub(crate) version: String,
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl CPython {
    /// Starts the newest interpreter; `None` if no interpreter is found.
    pub(crate) fn start(directory: &Path) -> Result<Option<Self>> {
        let works = |(name, version): &(&str, Option<&str>)| {
            let mut asked = interpreter(name, *version);
            asked.args(["-c", "import sys; print(sys.version.split()[0])"]);
            let output = asked.stderr(Stdio::null()).output().ok()?;
            let said = String::from_utf8(output.stdout).ok()?.trim().to_owned();
            output.status.success().then(|| (interpreter(name, *version), said))
        };
        let Some((mut interpreter, version)) = INTERPRETERS.iter().find_map(works) else {
            return Ok(None);
        };
        let mut process = interpreter
            .args(["-I", "-c", PROGRAM])
            .arg(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting Python")?;
        let questions = process.stdin.take();
        let answers = process.stdout.take().expect("BUG: it is a pipe");
        Ok(Some(Self { version, process, questions, answers: BufReader::new(answers) }))
    }

    /// Runs `workload` `n` times. Returns the time of each phase by Python's clock.
    pub(crate) fn run(&mut self, workload: &str, n: u32) -> Result<Vec<Duration>> {
        let questions = self.questions.as_mut().expect("BUG: asked after the end");
        writeln!(questions, "{workload} {n}").context("asking Python")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        ensure!(answer.ends_with('\n'), "Python ended");
        guest::nanoseconds(&answer)
    }

    pub(crate) fn finish(mut self) -> Result<()> {
        drop(self.questions.take());
        let status = self.process.wait()?;
        ensure!(status.success(), "Python: {status}");
        Ok(())
    }
}

fn interpreter(name: &str, version: Option<&str>) -> Command {
    let mut command = Command::new(name);
    if let Some(version) = version {
        command.env("PYENV_VERSION", version);
    }
    command.stdin(Stdio::null());
    command
}
