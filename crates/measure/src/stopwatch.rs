//! The processor time of this thread. The measured code does not wait, so on a quiet machine it is
//! the elapsed time. On a busy machine it excludes the time of other processes.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A stopwatch of the processor time of one thread.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Duration);

impl Stopwatch {
    /// Starts to count.
    #[must_use]
    pub fn start() -> Self {
        Self(now())
    }

    /// Returns the processor time since the start. Call it on the thread that started the
    /// stopwatch.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        now() - self.0
    }
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("BUG: a thread's time is not negative")
}
