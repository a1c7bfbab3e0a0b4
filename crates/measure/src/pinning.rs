//! Pinning a measurement to one core. If a peer's calls hop between threads on two cores, they take
//! two to fifteen times as long, and each time differently.

/// Restricts this process, and every process that it starts later, to one core. Returns a line that
/// says which core.
#[must_use]
#[cfg(target_os = "linux")]
pub fn pin() -> String {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let pinned = sched_getaffinity(None).and_then(|allowed| {
        // The last core, since interrupts are often served on the first.
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

/// Returns a line that says that processes cannot be pinned on this system.
#[must_use]
#[cfg(not(target_os = "linux"))]
pub fn pin() -> String {
    "not pinned (only Linux is asked for that): expect noise".to_owned()
}
