//! Asking rustup for a target, without waiting for a network that does not answer.

use std::io::{self, Read as _};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// The longest wait: enough to fetch the twenty megabytes of a target over a slow line.
const PATIENCE: Duration = Duration::from_secs(120);

/// Adds the target, and returns an error with the reason if that fails. A missing rustup is an
/// error, too.
pub(crate) fn add(target: &str) -> Result<()> {
    let mut command = Command::new("rustup");
    command.args(["target", "add", target]).env("RUSTUP_MAX_RETRIES", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    within(&mut command, PATIENCE)
}

fn within(command: &mut Command, patience: Duration) -> Result<()> {
    let mut child = match command.spawn() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!("it is not installed"),
        started => started.context("it does not start")?,
    };
    let mut pipe = child.stderr.take().expect("BUG: standard error is piped");
    let reader = thread::spawn(move || {
        let mut said = Vec::new();
        pipe.read_to_end(&mut said).map(|_| String::from_utf8_lossy(&said).into_owned())
    });
    let deadline = Instant::now() + patience;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            bail!("it did not answer within {} seconds", patience.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    };
    if status.success() {
        return Ok(());
    }
    let said = reader.join().expect("BUG: the reader does not panic")?;
    bail!("{}", said.trim_end().lines().last().unwrap_or("it failed and gave no reason"))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::within;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stderr(Stdio::piped());
        command
    }

    #[test]
    fn a_refusal_is_told_in_its_own_last_line() {
        let refusal =
            within(&mut shell("echo first >&2; echo reason >&2; exit 1"), Duration::MAX / 4);
        assert_eq!(refusal.unwrap_err().to_string(), "reason");
    }

    #[test]
    fn a_program_that_does_not_answer_is_given_up() {
        let silence = within(&mut shell("exec tail -f /dev/null"), Duration::from_millis(1));
        assert!(silence.unwrap_err().to_string().contains("did not answer"));
    }

    #[test]
    fn a_program_that_is_not_there_is_said_so() {
        let absent =
            within(Command::new("no-such-program").stderr(Stdio::piped()), Duration::MAX / 4);
        assert_eq!(absent.unwrap_err().to_string(), "it is not installed");
    }
}
