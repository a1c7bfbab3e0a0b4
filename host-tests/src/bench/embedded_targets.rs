//! Targets of the design for the filesystem that is a part of a program.

use crate::bench::judged::{Judged, at_least, at_most};
use crate::bench::report::Report;
use crate::bench::workloads::Way;

/// Judges what was measured.
pub(super) fn judged(report: &Report) -> impl Iterator<Item = Judged> + '_ {
    let composed = [("W1", "anonymous", 7.0), ("W2", "named", 6.0), ("W3", "tree", 4.0)];
    let composed = composed.into_iter().filter_map(|(workload, word, target)| {
        let of = |way| report.medians(workload, way, word).first().copied();
        let times = of(Way::TempfileOnBaseline)? / of(Way::TempfileEmbedded)?;
        Some(at_least(format!("{workload} embedded against tmpfs.wasm of 101c67d"), target, times))
    });
    let pieces = [(0, "write"), (1, "read")].into_iter().filter_map(|(phase, name)| {
        let of = |way, word| report.medians("SWEEP-65536", way, word).get(phase).copied();
        let memcpy = of(Way::Native, "copy-65536")?;
        let share = memcpy / of(Way::TempfileEmbedded, "piece-65536")?;
        Some(at_least(format!("{name} of 64 KiB embedded against memcpy"), 0.35, share))
    });
    let bulk = [(0, "16 MiB", 2.0), (2, "256 MiB", 1.0)].into_iter();
    let bulk = bulk.filter_map(|(first, size, target)| {
        let times = report.bulk_by_native(Way::TempfileEmbedded, first)?;
        Some(at_least(format!("W5 {size} embedded against native tempfile"), target, times))
    });
    let calls = [("W1", 3.0), ("STAT", 0.0)].into_iter().filter_map(|(workload, target)| {
        let mut lines = report.lines.iter();
        let line = lines.find(|line| {
            line.workload == workload && line.entry.row.way == Way::TempfileEmbedded
        })?;
        Some(at_most(format!("{workload} calls of the host, embedded"), target, line.host_calls?))
    });
    let embedding = report.embedding.iter().flat_map(|it| {
        [
            at_most("kB by which a Rust std program grows".to_owned(), 90.0, it.growth / 1e3),
            at_most("µs more for an instance".to_owned(), 5.0, it.instance / 1e3),
        ]
    });
    composed.chain(pieces).chain(bulk).chain(calls).chain(embedding)
}
