//! A spin lock, held for a few loads and stores of atomics.

use core::hint::spin_loop;
use core::sync::atomic::{AtomicBool, Ordering};

/// A lock on which threads spin while they wait.
#[derive(Debug, Default)]
pub(crate) struct Lock(AtomicBool);

impl Lock {
    /// Runs short work that cannot panic while holding the lock.
    #[inline]
    pub(crate) fn hold<R>(&self, work: impl FnOnce() -> R) -> R {
        while self.0.swap(true, Ordering::Acquire) {
            spin_loop();
        }
        let outcome = work();
        self.0.store(false, Ordering::Release);
        outcome
    }
}
