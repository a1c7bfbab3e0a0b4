//! Rows without free slots between them, in the order of their numbers.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use crate::error::{Error, Result};

#[derive(Debug)]
pub(crate) struct Packed<T>(Vec<Row<T>>);

#[derive(Debug)]
struct Row<T> {
    number: NonZeroU32,
    /// `None` once the row is removed.
    row: Option<T>,
}

impl<T> Packed<T> {
    pub(crate) const EMPTY: Self = Self(Vec::new());

    /// Returns the number of rows, including those that were removed.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Makes room for `more` rows.
    pub(crate) fn reserve(&mut self, more: usize) -> Result<()> {
        self.0.try_reserve_exact(more).map_err(|_| Error::InsufficientSpace)
    }

    /// Adds the rows of another list, whose numbers are greater. Precondition: room was made for
    /// them.
    pub(crate) fn join(&mut self, above: Self) {
        self.0.extend(above.0);
    }

    /// Adds the rows that `rows` passes on, at most `more` and in any order, and forgets removed
    /// ones. If there is no memory for that, it returns false and changes nothing.
    pub(crate) fn add(
        &mut self,
        more: usize,
        rows: impl FnOnce(&mut dyn FnMut(NonZeroU32, T)),
    ) -> bool {
        let held = self.rows().count();
        let mut all = Vec::new();
        if all.try_reserve_exact(held + more).is_err() {
            return false;
        }
        all.extend(self.0.drain(..).filter(|row| row.row.is_some()));
        rows(&mut |number, row| all.push(Row { number, row: Some(row) }));
        all.sort_unstable_by_key(|row| row.number);
        self.0 = all;
        true
    }

    pub(crate) fn get(&self, number: NonZeroU32) -> Option<&T> {
        self.0[self.position(number)?].row.as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: NonZeroU32) -> Option<&mut T> {
        let at = self.position(number)?;
        self.0[at].row.as_mut()
    }

    /// Removes a row and returns it.
    pub(crate) fn take(&mut self, number: NonZeroU32) -> Option<T> {
        let at = self.position(number)?;
        self.0[at].row.take()
    }

    /// Returns the number of the row at a position, if it was not removed.
    pub(crate) fn number(&self, at: usize) -> Option<NonZeroU32> {
        self.0[at].row.as_ref().map(|_| self.0[at].number)
    }

    /// Returns every row with its number.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (NonZeroU32, &T)> {
        self.0.iter().filter_map(|row| Some((row.number, row.row.as_ref()?)))
    }

    /// Returns every row.
    pub(crate) fn into_rows(self) -> impl Iterator<Item = T> {
        self.0.into_iter().filter_map(|row| row.row)
    }

    fn position(&self, number: NonZeroU32) -> Option<usize> {
        self.0.binary_search_by_key(&number, |row| row.number).ok()
    }
}
