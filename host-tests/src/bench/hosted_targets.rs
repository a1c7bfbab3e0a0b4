//! Targets of the design for the filesystem that the host serves.

use crate::bench::judged::{Judged, at_least};
use crate::bench::report::Report;
use crate::bench::workloads::Way;

/// Judges what was measured.
pub(super) fn judged(report: &Report) -> impl Iterator<Item = Judged> + '_ {
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
    small.chain(bulk)
}
