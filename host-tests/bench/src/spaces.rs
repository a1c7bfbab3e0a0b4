//! The costs that a host has of a space beside the calls of its guests.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use measure::{Effort, Repeats, Spread, table};
use wasmtime_scratch::{Space, Template};

/// Nanoseconds, medians.
pub(crate) struct Spaces {
    /// Making a space, and dropping it.
    pub(crate) empty: f64,
    /// The same from a template of 100 MB.
    pub(crate) forked: f64,
    /// Asking what is different since a template.
    pub(crate) changes: f64,
}

/// The files of the space that changes, and how many of them do.
const FILES: usize = 100_000;
const CHANGED: usize = 10;

pub(crate) fn measure(effort: Effort) -> Result<Spaces> {
    let template = hundred_megabytes()?;
    let (many, before) = many_files()?;
    let run = |at: usize, times| match at {
        0 => timed(times, || {
            drop(Space::builder().build()?);
            Ok(())
        }),
        1 => timed(times, || {
            drop(Space::builder().bytes(1 << 30).build_from(&template)?);
            Ok(())
        }),
        _ => timed(times, || {
            let changes = many.changes_since(&before)?;
            ensure!(changes.len() == CHANGED, "{} changes", changes.len());
            Ok(())
        }),
    };
    let labels = [
        "making a space and dropping it",
        "the same from a template of 100 MB",
        "what is different: 10 files of 100,000",
    ];
    let rounds = effort.rounds(15);
    let times = measure::interleave(labels.len(), rounds, Repeats::Calibrated, effort, run)?;
    let spreads: Vec<Spread> = times.iter().map(|phases| Spread::of_rounds(&phases[0])).collect();
    let rows = labels.iter().zip(&spreads);
    let rows = rows.map(|(what, time)| vec![(*what).to_owned(), table::times(*time, table::time)]);
    table::print("Spaces of a host", &["what", "median [min .. max]"], &rows.collect::<Vec<_>>());
    let [empty, forked, changes] = [0, 1, 2].map(|at| spreads[at].median);
    Ok(Spaces { empty, forked, changes })
}

fn hundred_megabytes() -> Result<Template> {
    let space = Space::builder().bytes(1 << 30).build()?;
    for file in 0..100 {
        space.write(&file.to_string(), vec![b'x'; 1_000_000])?;
    }
    Ok(space.snapshot()?)
}

/// Makes a space of many files, and changes a few after the template.
fn many_files() -> Result<(Space, Template)> {
    let space = Space::builder().nodes(1 << 20).build()?;
    for file in 0..FILES {
        space.write(&file.to_string(), "before")?;
    }
    let template = space.snapshot()?;
    for file in 0..CHANGED {
        space.write(&(file * (FILES / CHANGED)).to_string(), "after")?;
    }
    Ok((space, template))
}

fn timed(times: u32, mut work: impl FnMut() -> Result<()>) -> Result<Vec<Duration>> {
    let start = Instant::now();
    for _ in 0..times {
        work()?;
    }
    Ok(vec![start.elapsed()])
}
