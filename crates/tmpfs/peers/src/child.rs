//! A round of a peer in its own process. No heap is left by another peer, and the first use of
//! memory costs every peer the same.

use std::env;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::peers::{PEERS, Peer};
use crate::work::Work;

/// The argument that makes this program one round of one peer.
const WORD: &str = "round";

/// Runs `work` a number of times, and returns the time of each phase.
pub(crate) fn run(peer: &Peer, work: Work, times: u32) -> Result<Vec<Duration>> {
    let mut child = Command::new(env::current_exe()?);
    child.args([WORD, peer.label]).args(work.words()).arg(times.to_string());
    let output = child.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{}", output.status);
    let phases = str::from_utf8(&output.stdout)?.split_whitespace();
    phases.map(|phase| Ok(Duration::from_nanos(phase.parse()?))).collect()
}

/// Runs a round if the command line asks for one, and prints the nanoseconds of each phase.
pub(crate) fn is(words: &[String]) -> Result<bool> {
    let [first, label, work, number, times] = words else { return Ok(false) };
    if first != WORD {
        return Ok(false);
    }
    let peer = PEERS.iter().find(|peer| peer.label == label).context("no such peer")?;
    let Some(work) = Work::of(work, number.parse()?) else { bail!("no such work") };
    for phase in peer.run(work, times.parse()?)? {
        println!("{}", phase.as_nanos());
    }
    Ok(true)
}
