//! The reference: the crate `tempfile`, natively on files of the system that lie in memory, in the
//! very source that the guest is made of.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

#[path = "../../../../../host-tests/bench-guests/src/rust_tempfile.rs"]
mod rust_tempfile;

/// The word that makes this program one run of the reference.
const WORD: &str = "native";

/// Where memory is the disk.
const DIRECTORY: &str = "/dev/shm";

/// Runs `work` so many times in a process of its own; how long each phase took.
pub(crate) fn run(work: &str, times: u32) -> Result<Vec<Duration>> {
    let mut child = Command::new(env::current_exe()?);
    child.args([WORD, work]).arg(times.to_string());
    let output = child.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{}", output.status);
    nanoseconds(str::from_utf8(&output.stdout)?)
}

/// Does so, where the command line says so, and prints the nanoseconds of each phase.
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
