//! The reference: the crate `tempfile`, natively on files of the system that are in memory. It is
//! compiled from the same source as the guest.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

#[path = "../../../../../host-tests/bench-guests/src/rust_tempfile.rs"]
mod rust_tempfile;

/// The argument that makes this program one run of the reference.
const WORD: &str = "native";

/// A directory of the system whose files are in memory.
const DIRECTORY: &str = "/dev/shm";

/// Runs `work` a number of times in its own process, and returns the time of each phase.
pub(crate) fn run(work: &str, times: u32) -> Result<Vec<Duration>> {
    let mut child = Command::new(env::current_exe()?);
    child.args([WORD, work]).arg(times.to_string());
    let output = child.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{}", output.status);
    nanoseconds(str::from_utf8(&output.stdout)?)
}

/// Runs the reference if the command line asks for it, prints the nanoseconds of each phase, and
/// returns whether it did.
pub(crate) fn is(words: &[String]) -> Result<bool> {
    let [first, work, times] = words else { return Ok(false) };
    if first != WORD {
        return Ok(false);
    }
    let run = |times| {
        let phases = rust_tempfile::run(Path::new(DIRECTORY), work, times);
        anyhow::Ok(phases.context("no such work")??)
    };
    // Once beforehand, as the guest does.
    run(1)?;
    for phase in run(times.parse()?)? {
        println!("{}", phase.as_nanos());
    }
    Ok(true)
}

/// Reads a number of nanoseconds for each phase.
pub(crate) fn nanoseconds(printed: &str) -> Result<Vec<Duration>> {
    let words = printed.split_whitespace();
    words.map(|word| Ok(Duration::from_nanos(word.parse().context("nanoseconds")?))).collect()
}
