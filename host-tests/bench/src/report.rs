//! The measurements, for the targets to look up.

use anyhow::Result;
use measure::{Effort, Repeats, Spread};

use crate::embedding::Embedding;
use crate::guest::Concurrency;
use crate::instantiation::Instantiation;
use crate::line::{self, Line};
use crate::peers::{Entry, Peers};
use crate::size::Size;
use crate::spaces::Spaces;
use crate::workloads::{Way, Workload};

#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
    pub(crate) embedding: Option<Embedding>,
    pub(crate) instantiation: Option<Instantiation>,
    pub(crate) size: Option<Size>,
    pub(crate) spaces: Option<Spaces>,
}

impl Report {
    /// Measures a workload at all its scales, prints a table for each phase, and keeps the rows.
    pub(crate) fn measure(
        &mut self,
        workload: &Workload,
        peers: &mut Peers,
        effort: Effort,
    ) -> Result<()> {
        let entries = peers.entries(workload);
        let host_calls: Vec<_> =
            entries.iter().map(|entry| peers.host_calls(entry)).collect::<Result<_>>()?;
        for (rounds, repeats) in workload.scales {
            if effort == Effort::Quick && matches!(repeats, Repeats::Fixed(10_000..)) {
                continue;
            }
            let rounds = effort.rounds(*rounds);
            let run = |peer: usize, n| peers.run(&entries[peer], n);
            let measured = measure::interleave(entries.len(), rounds, *repeats, effort, run)?;
            for (phase, name) in workload.phases.iter().enumerate() {
                let times: Vec<&[f64]> = measured.iter().map(|peer| &*peer[phase]).collect();
                let lines =
                    entries.iter().zip(&host_calls).enumerate().map(|(at, (entry, calls))| {
                        let peer = nearest_peer(&entries, entry);
                        Line {
                            workload: workload.id,
                            entry: *entry,
                            time: Spread::of_rounds(times[at]),
                            to_native: Spread::ratio(times[0], times[at]),
                            to_peer: peer.map(|peer| Spread::ratio(times[peer], times[at])),
                            // Both phases together; the tables of phases leave it out.
                            host_calls: calls.filter(|_| workload.phases.len() == 1),
                        }
                    });
                let lines: Vec<Line> = lines.collect();
                let scale = match repeats {
                    Repeats::Fixed(n) => format!(" {name}, {n} of them"),
                    Repeats::Calibrated if name.is_empty() => String::new(),
                    Repeats::Calibrated => format!(", {name}"),
                };
                line::print(&format!("{} {}{scale}", workload.id, workload.title), &lines);
                self.lines.extend(lines);
            }
        }
        Ok(())
    }

    /// Returns the rows of a workload on the default engine, but not those over the components of
    /// an earlier commit.
    pub(crate) fn rows(&self, workload: &str) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| {
            line.workload == workload
                && line.entry.concurrency == Concurrency::Default
                && !line.entry.past
        })
    }

    /// Returns the median nanoseconds of one of these rows, for each scale and phase.
    pub(crate) fn medians(&self, workload: &str, way: Way, word: &str) -> Vec<f64> {
        let lines = self.rows(workload).filter(|line| {
            let row = line.entry.row;
            (row.way, row.word) == (way, word)
        });
        lines.map(|line| line.time.median).collect()
    }

    /// Returns how many times as fast as the native peer a way writes and reads the bytes of W5, at
    /// the scale whose first phase this is.
    pub(crate) fn bulk_by_native(&self, way: Way, first: usize) -> Option<f64> {
        let of = |way| {
            let phases = self.medians("W5", way, "bytes");
            Some(phases.get(first)? + phases.get(first + 1)?)
        };
        Some(of(Way::Native)? / of(way)?)
    }

    /// Returns the fastest of these rows that is ours and that `wanted` picks.
    pub(crate) fn best(&self, workload: &str, wanted: impl Fn(&Line) -> bool) -> Option<&Line> {
        let lines = self.rows(workload).filter(|line| line.entry.row.way.is_ours() && wanted(line));
        lines.min_by(|a, b| a.time.median.total_cmp(&b.time.median))
    }
}

/// Returns the index of the crate `tempfile` on the engine of `entry`; `None` outside wasm.
fn nearest_peer(entries: &[Entry], entry: &Entry) -> Option<usize> {
    if !entry.row.way.is_in_wasm() {
        return None;
    }
    entries
        .iter()
        .position(|other| other.row.way == Way::Tempfile && other.concurrency == entry.concurrency)
}
