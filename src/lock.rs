//! A lock for an instance with a single thread: nobody is left to release it while it is waited
//! for, so locking it twice is a panic that names the place, not an endless wait.

use spin::{Mutex, MutexGuard};

pub(crate) struct Lock<T: ?Sized>(Mutex<T>);

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }
}

impl<T: ?Sized> Lock<T> {
    /// Locks it.
    ///
    /// # Panics
    ///
    /// The same thread holds it already: an audit hook uses the file that is being made.
    #[track_caller]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        // Natively the unit tests have many threads.
        if cfg!(not(all(target_family = "wasm", not(target_feature = "atomics")))) {
            return self.0.lock();
        }
        self.try_lock()
            .expect("deadlock: an audit hook must not use the file that it is asked about")
    }

    /// Locks it, unless it is locked.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock()
    }
}
