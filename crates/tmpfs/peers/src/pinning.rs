//! One core for everything that is measured.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Keeps this process on one core. Says which.
pub(crate) fn pin() -> String {
    let pinned = sched_getaffinity(None).and_then(|allowed| {
        // Not the first: interrupts tend to be served there.
        let last = (0..CpuSet::MAX_CPU).rev().find(|core| allowed.is_set(*core)).unwrap_or(0);
        let mut one = CpuSet::new();
        one.set(last);
        sched_setaffinity(None, &one).map(|()| last)
    });
    match pinned {
        Ok(core) => format!("pinned to core {core}"),
        Err(error) => format!("not pinned ({error}): expect noise"),
    }
}
