//! One core for everything that is measured: a peer whose calls hop between threads takes two to
//! fifteen times as long where the threads are on two cores, and differently each time.

/// Keeps this process, and all that it starts from now on, on one core. Returns a line that says
/// which.
#[must_use]
#[cfg(target_os = "linux")]
pub fn pin() -> String {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

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

/// Returns a line that says that this system is not asked.
#[must_use]
#[cfg(not(target_os = "linux"))]
pub fn pin() -> String {
    "not pinned (only Linux is asked for that): expect noise".to_owned()
}
