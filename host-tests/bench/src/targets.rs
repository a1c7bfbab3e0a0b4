//! The targets of the design, each with the value that was reached. A target that was not measured
//! is left out.

use measure::table;

use crate::embedded_targets;
use crate::hosted_targets;
use crate::judged::{Judged, at_least};
use crate::line::Line;
use crate::report::Report;
use crate::workloads::{RECYCLED, Way};

/// Prints a line for each target.
pub(crate) fn print(report: &Report) {
    let judged: Vec<Judged> = [
        to_peer(report, "W1", 2.8),
        host_calls(report, 7.0),
        to_peer(report, "W2", 2.5),
        to_peer(report, "W3", 2.0),
        recycled(report, 1.5),
        spooled(report, 1.3),
        text(report, "write", 0.5),
        text(report, "read", 0.5),
        in_memory(report, Way::TempfileInMemory, "W1 of unmodified std on tmpfs.wasm", 2.0),
        in_memory(report, Way::LinkedInMemory, "W1 by position on tmpfs.wasm", 3.0),
        instantiation(report, 15.0),
        size(report, 100_000),
        imports(report, 5),
    ]
    .into_iter()
    .flatten()
    .chain(embedded_targets::judged(report))
    .chain(hosted_targets::judged(report))
    .collect();
    if judged.is_empty() {
        return;
    }
    let rows = judged.into_iter().map(|judged| {
        let verdict = if judged.met { "met" } else { "missed" };
        vec![judged.what, judged.target, judged.reached, verdict.to_owned()]
    });
    table::print("Targets", &["what", "target", "reached", ""], &rows.collect::<Vec<_>>());
}

fn is_new_file(line: &Line) -> bool {
    !line.entry.row.word.starts_with(RECYCLED)
}

fn to_peer(report: &Report, workload: &str, target: f64) -> Option<Judged> {
    let best = report.best(workload, is_new_file)?;
    let reached = best.to_peer?;
    Some(Judged {
        what: format!("{workload} against Rust tempfile in wasm, best way"),
        target: format!("≥ {target:.1}"),
        reached: format!("{} {}", best.entry.row.label, table::ratios(reached)),
        met: reached.median >= target,
    })
}

fn host_calls(report: &Report, target: f64) -> Option<Judged> {
    let best = report.best("W1", |line| is_new_file(line) && line.entry.row.way == Way::Linked)?;
    let reached = best.host_calls?;
    Some(Judged {
        what: "W1 calls of the host, new file, linked".to_owned(),
        target: format!("≤ {target}"),
        reached: reached.to_string(),
        met: reached <= target,
    })
}

fn recycled(report: &Report, target: f64) -> Option<Judged> {
    let best = report.best("W1", |line| !is_new_file(line))?;
    Some(Judged {
        what: "W1 recycled against native tempfile".to_owned(),
        target: format!("≥ {target:.1}"),
        reached: format!("{} {}", best.entry.row.label, table::ratios(best.to_native)),
        met: best.to_native.median >= target,
    })
}

fn spooled(report: &Report, target: f64) -> Option<Judged> {
    let best = report.best("W4", |line| line.entry.row.way == Way::Linked)?;
    Some(Judged {
        what: "W4 linked against native SpooledTempFile".to_owned(),
        target: format!("≥ {target:.1}"),
        reached: table::ratios(best.to_native),
        met: best.to_native.median >= target,
    })
}

/// Judges text against bytes, both linked.
fn text(report: &Report, phase: &str, target: f64) -> Option<Judged> {
    let of = |word| {
        let phases = report.medians("TEXT", Way::Linked, word);
        phases.get(usize::from(phase == "read")).copied()
    };
    let reached = of("bytes")? / of("text")?;
    Some(at_least(format!("TEXT {phase}, linked, against bytes"), target, reached))
}

/// Judges a way in memory against files of the host through wasmtime-wasi.
fn in_memory(report: &Report, way: Way, what: &str, target: f64) -> Option<Judged> {
    let line = report.rows("W1").find(|line| line.entry.row.way == way)?;
    let reached = line.to_peer?;
    Some(Judged {
        what: format!("{what} against wasmtime-wasi's files"),
        target: format!("≥ {target:.1}"),
        reached: table::ratios(reached),
        met: reached.median >= target,
    })
}

fn instantiation(report: &Report, target: f64) -> Option<Judged> {
    let reached = report.instantiation.as_ref()?.default;
    Some(Judged {
        what: "instantiating tempfile.wasm".to_owned(),
        target: format!("≤ {target} µs"),
        reached: table::times(reached, table::time),
        met: reached.median <= target * 1e3,
    })
}

fn size(report: &Report, target: usize) -> Option<Judged> {
    let reached = report.size.as_ref()?.bytes;
    Some(Judged {
        what: "size of tempfile.wasm".to_owned(),
        target: format!("≤ {target} bytes"),
        reached: format!("{reached} bytes"),
        met: reached <= target,
    })
}

fn imports(report: &Report, target: usize) -> Option<Judged> {
    let reached = report.size.as_ref()?.imports.len();
    Some(Judged {
        what: "interfaces that it imports".to_owned(),
        target: target.to_string(),
        reached: reached.to_string(),
        met: reached == target,
    })
}
