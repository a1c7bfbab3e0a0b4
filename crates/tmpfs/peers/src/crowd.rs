//! W6: the cost of an operation in a directory of a thousand files and in one of a million.

use anyhow::Result;
use measure::{Effort, table};

use crate::report::{self, Line};
use crate::work::Work;

const SCALES: [(u32, usize); 4] = [(1_000, 9), (10_000, 7), (100_000, 5), (1_000_000, 5)];

const PHASES: [&str; 3] = ["create", "list", "delete"];

pub(crate) fn measure(effort: Effort) -> Result<()> {
    let mut scales = Vec::new();
    for (files, rounds) in SCALES {
        if effort == Effort::Quick && files > 10_000 {
            continue;
        }
        let work = Work::Crowd { files };
        let phases = report::lines(work, rounds, effort)?;
        for (name, lines) in PHASES.iter().zip(&phases) {
            report::print(&format!("{}: {name}", work.title()), lines);
        }
        scales.push((files, phases));
    }
    growth(&scales);
    Ok(())
}

/// Prints the cost of each peer's operations at every size, and the ratio to the smallest size.
fn growth(scales: &[(u32, Vec<Vec<Line>>)]) {
    let Some(((_, smallest), rest)) = scales.split_first() else { return };
    let mut head = vec!["peer".to_owned()];
    head.extend(scales.iter().map(|(files, _)| files.to_string()));
    head.push("last / first".to_owned());
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    for (phase, name) in PHASES.iter().enumerate() {
        let rows = smallest[phase].iter().map(|first| {
            let at = |phases: &Vec<Vec<Line>>| {
                let line = phases[phase].iter().find(|line| line.peer.label == first.peer.label);
                line.map(Line::median)
            };
            let later: Vec<Option<f64>> = rest.iter().map(|(_, phases)| at(phases)).collect();
            let mut row = vec![first.peer.label.to_owned(), table::fine_time(first.median())];
            row.extend(later.iter().map(|time| time.map_or("–".to_owned(), table::fine_time)));
            let last = later.last().copied().flatten();
            let growth = last.filter(|_| first.median() > 0.0).map(|last| last / first.median());
            row.push(growth.map_or("–".to_owned(), |growth| format!("{growth:.2}")));
            row
        });
        table::print(&format!("W6 scale: {name}, by size"), &head, &rows.collect::<Vec<_>>());
    }
}
