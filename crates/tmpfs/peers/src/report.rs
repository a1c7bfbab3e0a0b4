//! The measurement of a workload: a table, and whether the engine reached its goal.

use anyhow::{Context as _, Result};
use measure::{Effort, Repeats, Spread, table};

use crate::child;
use crate::peers::{PEERS, Peer, Role};
use crate::work::Work;

/// The result of a peer in one phase of a workload.
pub(crate) struct Line {
    pub(crate) peer: &'static Peer,
    /// Nanoseconds per operation, in each round.
    times: Vec<f64>,
}

impl Line {
    pub(crate) fn median(&self) -> f64 {
        Spread::of_rounds(&self.times).median
    }
}

/// Measures all peers that can do a workload, and returns the lines of each phase.
pub(crate) fn lines(work: Work, rounds: usize, effort: Effort) -> Result<Vec<Vec<Line>>> {
    static ALL: [Peer; PEERS.len()] = PEERS;
    let peers: Vec<&'static Peer> = ALL.iter().filter(|peer| peer.does(work)).collect();
    let rounds = effort.rounds(rounds);
    let run = |at: usize, times| {
        let peer: &Peer = peers[at];
        child::run(peer, work, times).context(peer.label)
    };
    let measured = measure::interleave(peers.len(), rounds, Repeats::Calibrated, effort, run)?;
    let phases = measured[0].len();
    let line = |phase: usize, at: usize| {
        let times = measured[at][phase].iter().map(|time| time / work.operations());
        Line { peer: peers[at], times: times.collect() }
    };
    Ok((0..phases).map(|phase| (0..peers.len()).map(|at| line(phase, at)).collect()).collect())
}

/// Returns the fastest peer of a role.
pub(crate) fn best(lines: &[Line], role: Role) -> &Line {
    let of = lines.iter().filter(|line| line.peer.role == role);
    of.min_by(|one, other| one.median().total_cmp(&other.median()))
        .expect("BUG: every role has a peer")
}

/// Prints the lines, each compared with the reference and with the fastest of the other crates.
pub(crate) fn print(title: &str, lines: &[Line]) {
    let (reference, rival) = (best(lines, Role::Reference), best(lines, Role::Rival));
    let rows = lines.iter().map(|line| {
        // The ratio to a lower bound says nothing.
        let ratio = |other: &Line| match line.peer.role {
            Role::Floor => "–".to_owned(),
            _ => table::ratios(Spread::ratio(&other.times, &line.times)),
        };
        let times = table::times(Spread::of_rounds(&line.times), table::fine_time);
        vec![line.peer.label.to_owned(), times, ratio(reference), ratio(rival)]
    });
    let rival = format!("times as fast as {}", rival.peer.label);
    let head = ["peer", "median [min .. max]", "as the native one", &rival];
    table::print(title, &head, &rows.collect::<Vec<_>>());
}

/// Measures and prints one workload that has no sizes.
pub(crate) fn measure(work: Work, effort: Effort) -> Result<()> {
    for lines in lines(work, 15, effort)? {
        print(&work.title(), &lines);
    }
    Ok(())
}

/// Measures a large file, and a file that partly stays in the cache.
pub(crate) fn bulk(effort: Effort) -> Result<()> {
    for pieces in [256, 4096] {
        let work = Work::Bulk { pieces };
        for lines in lines(work, 7, effort)? {
            print(&work.title(), &lines);
        }
    }
    Ok(())
}
