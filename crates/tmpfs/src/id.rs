//! Numbers of rows, which tell by their type of what rows they are.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::num::NonZeroU32;

/// The number of a row of `T`, the same as long as the row is there.
pub(crate) struct Id<T> {
    number: NonZeroU32,
    row: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// Takes a number for that of a row. Only a table, which gives the numbers, and a link, which
    /// was made of one, know that it is.
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
