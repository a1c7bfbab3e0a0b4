//! A value of which an instance has exactly one.
#![expect(unsafe_code, reason = "a static that changes, of an instance with one thread")]

use core::cell::UnsafeCell;

#[cfg(target_feature = "atomics")]
compile_error!("the value has no lock");

/// A value that is made at its first use.
pub(crate) struct Single<T>(UnsafeCell<Option<T>>);

// SAFETY: an instance of the module has one thread.
unsafe impl<T> Sync for Single<T> {}

impl<T> Single<T> {
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(None))
    }

    /// Runs work on the value, which `start` makes at the first use. The work must not call the
    /// host or the program, since either could call back and use the value.
    #[inline]
    pub(crate) fn with<R>(&self, start: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: there is one thread, and no other work is running, as the comment of `with`
        // requires.
        match unsafe { &mut *self.0.get() } {
            Some(value) => work(value),
            // SAFETY: as above.
            None => work(unsafe { &mut *self.set(start) }),
        }
    }

    /// Makes the value. `start` is a type parameter and not a pointer: the tool keeps every
    /// function that a pointer may lead to. With a pointer, each program would keep the start
    /// functions of all forms and import what those call.
    ///
    /// # Panics
    /// If another task of the program made the value meanwhile: there is only one filesystem.
    #[cold]
    #[inline(never)]
    fn set(&self, start: impl FnOnce() -> T) -> *mut T {
        let value = start();
        // SAFETY: as in `with`; this only reads.
        assert!(unsafe { (*self.0.get()).is_none() }, "started twice");
        // SAFETY: as in `with`; whoever made the value did not read this place. It holds `None`,
        // which needs no drop.
        unsafe {
            self.0.get().write(Some(value));
            (*self.0.get()).as_mut().unwrap_unchecked()
        }
    }
}
