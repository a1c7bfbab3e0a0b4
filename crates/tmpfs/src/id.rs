//! Row numbers, typed by the kind of row.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::num::NonZeroU32;

/// The number of a row of `T`. It does not change as long as the row exists.
pub(crate) struct Id<T> {
    number: NonZeroU32,
    row: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// Makes an id of a number. Precondition: a table assigned the number to a row of that kind.
    #[inline]
    pub(crate) const fn new(number: NonZeroU32) -> Self {
        Self { number, row: PhantomData }
    }

    #[inline]
    pub(crate) const fn number(self) -> NonZeroU32 {
        self.number
    }
}

impl<T> Clone for Id<T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Id<T> {}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(formatter)
    }
}
