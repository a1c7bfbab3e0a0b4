//! Rounds in which all peers run one after the other, so that whatever slows the machine down for a
//! while slows all of them; every other round runs in reverse order.

use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::child;
use crate::peers::Peer;
use crate::work::Work;

/// How long to measure for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For numbers that count.
    Full,
    /// To see that everything runs.
    Quick,
}

impl Effort {
    /// `full` rounds, or few.
    pub(crate) fn rounds(self, full: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => full.min(3),
        }
    }

    /// What a peer does in one round takes at least about this long.
    fn round(self) -> Duration {
        match self {
            Self::Full => Duration::from_millis(35),
            Self::Quick => Duration::from_millis(5),
        }
    }
}

/// Nanoseconds per operation: of each phase, in each round.
pub(crate) type Phases = Vec<Vec<f64>>;

/// Measures these peers at this work.
pub(crate) fn interleave(
    peers: &[&Peer],
    work: Work,
    rounds: usize,
    effort: Effort,
) -> Result<Vec<Phases>> {
    let run = |peer: &Peer, times| child::run(peer, work, times).context(peer.label);
    let mut times = Vec::new();
    for peer in peers {
        let once: Duration = run(peer, 1)?.iter().sum();
        times.push(if once > effort.round() { 1 } else { calibrate(effort, |n| run(peer, n))? });
    }
    let mut measured = vec![Phases::new(); peers.len()];
    for round in 0..rounds {
        for turn in 0..peers.len() {
            let peer = if round % 2 == 0 { turn } else { peers.len() - 1 - turn };
            let took = run(peers[peer], times[peer])?;
            measured[peer].resize(took.len(), Vec::new());
            for (phase, took) in measured[peer].iter_mut().zip(took) {
                phase.push(took.as_secs_f64() * 1e9 / work.operations(times[peer]));
            }
        }
    }
    Ok(measured)
}

/// How many repetitions fill a round.
fn calibrate(effort: Effort, run: impl Fn(u32) -> Result<Vec<Duration>>) -> Result<u32> {
    let mut n: u32 = 1;
    loop {
        let took: Duration = run(n)?.iter().sum();
        if took >= effort.round() / 5 || n > u32::MAX / 16 {
            let fitting = u128::from(n) * effort.round().as_nanos() / took.as_nanos().max(1);
            return Ok(u32::try_from(fitting).unwrap_or(u32::MAX).max(1));
        }
        // By leaps while the time is too short to tell anything.
        n *= if took < effort.round() / 100 { 16 } else { 3 };
    }
}
