//! The one value of its kind that an instance has.
#![expect(unsafe_code, reason = "a static that changes, of an instance with one thread")]

use core::cell::UnsafeCell;

#[cfg(target_feature = "atomics")]
compile_error!("the value has no lock");

/// A value that is made when it is first asked for.
pub(crate) struct Single<T>(UnsafeCell<Option<T>>);

// SAFETY: an instance of the module has one thread.
unsafe impl<T> Sync for Single<T> {}

impl<T> Single<T> {
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(None))
    }

    /// Does work on the value, which `start` makes the first time. The work must not leave the
    /// module, neither to the host nor to the program: either could come back for the value.
    #[inline]
    pub(crate) fn with<R>(&self, start: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: there is one thread, and no other work is under way, as its comment asks.
        match unsafe { &mut *self.0.get() } {
            Some(value) => work(value),
            // SAFETY: as above.
            None => work(unsafe { &mut *self.set(start) }),
        }
    }

    /// Makes the value. It knows `start` by its type: the tool keeps every function that a pointer
    /// may lead to, so that with one, all programs would keep the starts of all forms, and import
    /// what those call of the host.
    ///
    /// # Panics
    /// The value was made meanwhile, by another task of the program: there is one filesystem.
    #[cold]
    #[inline(never)]
    fn set(&self, start: impl FnOnce() -> T) -> *mut T {
        let value = start();
        // SAFETY: as in `with`; only a look.
        assert!(unsafe { (*self.0.get()).is_none() }, "started twice");
        // SAFETY: as in `with`; whoever started it did so without a look at the place. What it
        // holds is nothing, and need not be dropped.
        unsafe {
            self.0.get().write(Some(value));
            (*self.0.get()).as_mut().unwrap_unchecked()
        }
    }
}
