//! Targets of the design for the filesystem that is a part of a program.

use crate::judged::{Judged, at_least, at_most};
use crate::report::Report;
use crate::workloads::Way;

/// The kind of program of which the filesystem is a part.
struct Form {
    way: Way,
    words: &'static str,
}

const PREVIEW_2: Form = Form { way: Way::TempfileEmbedded, words: "embedded" };

const PREVIEW_1: Form = Form { way: Way::ModuleEmbedded, words: "embedded in preview 1" };

/// Judges what was measured.
pub(crate) fn judged(report: &Report) -> impl Iterator<Item = Judged> + '_ {
    let composed = [
        ("W1", "anonymous", 7.0, &PREVIEW_2),
        ("W1", "anonymous", 10.0, &PREVIEW_1),
        ("W2", "named", 6.0, &PREVIEW_2),
        ("W3", "tree", 4.0, &PREVIEW_2),
    ];
    let composed = composed.into_iter().filter_map(|(workload, word, target, form)| {
        let of = |way| report.medians(workload, way, word).first().copied();
        let times = of(Way::TempfileOnBaseline)? / of(form.way)?;
        let what = format!("{workload} {} against tmpfs.wasm of 101c67d", form.words);
        Some(at_least(what, target, times))
    });
    let pieces = [(&PREVIEW_2, 0.35), (&PREVIEW_1, 0.5)].into_iter();
    let pieces = pieces.flat_map(move |(form, target)| {
        [(0, "write"), (1, "read")].into_iter().filter_map(move |(phase, name)| {
            let of = |way, word| report.medians("SWEEP-65536", way, word).get(phase).copied();
            let memcpy = of(Way::Native, "copy-65536")?;
            let share = memcpy / of(form.way, "piece-65536")?;
            let what = format!("{name} of 64 KiB {} against memcpy", form.words);
            Some(at_least(what, target, share))
        })
    });
    let bulk = [(0, "16 MiB", 2.0), (2, "256 MiB", 1.0)].into_iter();
    let bulk = bulk.filter_map(|(first, size, target)| {
        let times = report.bulk_by_native(Way::TempfileEmbedded, first)?;
        Some(at_least(format!("W5 {size} embedded against native tempfile"), target, times))
    });
    let calls = [&PREVIEW_2, &PREVIEW_1].into_iter().flat_map(move |form| {
        [("W1", 3.0), ("STAT", 0.0)].into_iter().filter_map(move |(workload, target)| {
            let line = report.rows(workload).find(|line| line.entry.row.way == form.way)?;
            let what = format!("{workload} calls of the host, {}", form.words);
            Some(at_most(what, target, line.host_calls?))
        })
    });
    let embedding = report.embedding.iter().flat_map(|it| {
        [
            at_most("kB by which a Rust std program grows".to_owned(), 90.0, it.growth / 1e3),
            at_most("µs more for an instance".to_owned(), 5.0, it.instance / 1e3),
        ]
    });
    composed.chain(pieces).chain(bulk).chain(calls).chain(embedding)
}
