//! Running other programs. An error names the command, and contains what it printed.

use std::io;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, bail};

/// Runs a command with this process's own output. An error contains the command line.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| describe(command))?;
    if !status.success() {
        bail!("{}: {status}", describe(command));
    }
    Ok(())
}

/// Runs a command and returns its output. An error contains what it printed to standard error.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| describe(command))?;
    checked(command, output)
}

/// Runs a command with this process's own standard error, and returns its output.
pub(crate) fn stdout(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| describe(command))?;
    checked(command, output)
}

/// Runs a command as [`read`] does, but returns `None` if there is no such program.
pub(crate) fn read_if_present(command: &mut Command) -> Result<Option<String>> {
    match command.stdin(Stdio::null()).output() {
        Ok(output) => checked(command, output).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| describe(command)),
    }
}

fn checked(command: &Command, output: Output) -> Result<String> {
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {}\n{}", describe(command), output.status, said.trim_end());
    }
    String::from_utf8(output.stdout).with_context(|| describe(command))
}

/// Returns the command line as a user would type it.
fn describe(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
