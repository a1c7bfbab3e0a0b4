//! Targets of the design for the filesystem that the host serves.

use crate::judged::{Judged, at_least, at_most};
use crate::report::Report;
use crate::workloads::Way;

/// Judges what was measured.
pub(crate) fn judged(report: &Report) -> impl Iterator<Item = Judged> + '_ {
    let small = [
        (Way::TempfileHosted, "std", 1.0),
        (Way::LinkedHosted, "by position", 1.9),
        (Way::TempfileHostedAsync, "std, async", 1.0),
        (Way::LinkedHostedAsync, "by position, async", 1.3),
    ];
    let small = small.into_iter().filter_map(|(way, what, target)| {
        let of = |way| report.medians("W1", way, "anonymous").first().copied();
        let times = of(Way::Native)? / of(way)?;
        Some(at_least(format!("W1 hosted, {what}, against native tempfile"), target, times))
    });
    // Two scales of two phases: on pages that are used again, and on new ones.
    let bulk = [(0, "16 MiB, warm", 1.0), (2, "256 MiB, cold", 0.75)].into_iter();
    let bulk = bulk.filter_map(|(first, size, target)| {
        let times = report.bulk_by_native(Way::TempfileHosted, first)?;
        Some(at_least(format!("W5 {size}, hosted, against native tempfile"), target, times))
    });
    small.chain(bulk).chain(again(report)).chain(growth(report)).chain(spaces(report))
}

/// Judges both phases together, on pages that the space has used before.
fn again(report: &Report) -> Option<Judged> {
    let of = |way| {
        let phases = report.medians("W5-again", way, "again");
        (!phases.is_empty()).then(|| phases.iter().sum::<f64>())
    };
    let times = of(Way::Native)? / of(Way::TempfileHosted)?;
    Some(at_least("W5 16 MiB, removed and again, hosted, against native".to_owned(), 1.0, times))
}

/// Judges how much dearer a file is among a million than among a thousand.
fn growth(report: &Report) -> Option<Judged> {
    // Each scale has two phases, of which the first creates.
    let medians = report.medians("W6", Way::TempfileHosted, "scale");
    let [thousand, _, _, _, _, _, million, _] = medians[..] else { return None };
    Some(at_most("W6 create among 10⁶ by 10³, hosted".to_owned(), 3.0, million / thousand))
}

fn spaces(report: &Report) -> Vec<Judged> {
    let Some(spaces) = &report.spaces else { return Vec::new() };
    vec![
        at_most("µs to make and drop a space".to_owned(), 20.0, spaces.empty / 1e3),
        at_most("µs for one of a template of 100 MB".to_owned(), 20.0, spaces.forked / 1e3),
        at_most("µs for 10 changes among 10⁵ files".to_owned(), 100.0, spaces.changes / 1e3),
    ]
}
