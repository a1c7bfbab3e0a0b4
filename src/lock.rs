//! A lock for an instance with a single thread. Nobody could release it during a wait, so locking
//! it twice is a panic that names the place, instead of an endless wait.

use spin::{Mutex, MutexGuard};

pub(crate) struct Lock<T: ?Sized>(Mutex<T>);

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }
}

impl<T: ?Sized> Lock<T> {
    /// Takes the lock.
    ///
    /// # Panics
    ///
    /// If the same thread holds the lock already: an audit hook uses the file that is being made.
    #[track_caller]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        #[cfg(test)]
        taken::count();
        // Natively the unit tests have many threads.
        if cfg!(not(all(target_family = "wasm", not(target_feature = "atomics")))) {
            return self.0.lock();
        }
        self.try_lock().expect(
            "deadlock: the object is locked already; an audit hook must not use the file of its event",
        )
    }

    /// Takes the lock unless it is taken.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock()
    }
}

/// The locks that the thread of a unit test took.
#[cfg(test)]
pub(crate) mod taken {
    extern crate std;

    use core::cell::Cell;

    std::thread_local! {
        static TAKEN: Cell<u32> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        TAKEN.set(TAKEN.get() + 1);
    }

    /// Counts the locks that `run` takes.
    pub(crate) fn by<T>(run: impl FnOnce() -> T) -> (T, u32) {
        let before = TAKEN.get();
        let result = run();
        (result, TAKEN.get() - before)
    }
}
