//! A table of rows with numbers.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;

use tmpfs::{Error, Result};

/// A table. New rows get the highest free number, as wasmtime does for descriptors of preview 1.
#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: Vec<Option<T>>,
    free: BinaryHeap<u32>,
}

/// Room for one row.
#[derive(Debug)]
pub(crate) struct Room(());

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self { rows: Vec::new(), free: BinaryHeap::new() }
    }

    /// Makes room for a row, and for its number when it becomes free.
    ///
    /// # Errors
    /// `InsufficientMemory` if the allocator refuses.
    pub(crate) fn reserve(&mut self) -> Result<Room> {
        if self.free.is_empty() {
            let refused = |_| Error::InsufficientMemory;
            self.rows.try_reserve(1).map_err(refused)?;
            self.free.try_reserve(self.rows.len() + 1).map_err(refused)?;
        }
        Ok(Room(()))
    }

    /// Adds a row, and returns its number.
    pub(crate) fn put(&mut self, Room(()): Room, row: T) -> u32 {
        if let Some(number) = self.free.pop() {
            self.rows[index(number)] = Some(row);
            return number;
        }
        let number = u32::try_from(self.rows.len()).expect("BUG: rows lie in 32 bits of memory");
        self.rows.push(Some(row));
        number
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.rows.get_mut(index(number))?.as_mut()
    }

    /// Removes a row. Its number becomes free.
    pub(crate) fn take(&mut self, number: u32) -> Option<T> {
        let row = self.rows.get_mut(index(number))?.take()?;
        self.free.push(number);
        Some(row)
    }

    /// Moves the row `from` to the number `to`, and returns the row that was there. Precondition:
    /// both exist.
    pub(crate) fn replace(&mut self, from: u32, to: u32) -> Option<T> {
        let row = self.take(from)?;
        self.rows[index(to)].replace(row)
    }
}

#[inline]
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn numbers_are_given_out_again_the_highest_first() {
        let mut table = Table::new();
        let add = |table: &mut Table<char>, row| {
            let room = table.reserve().unwrap();
            table.put(room, row)
        };
        let numbers = ['a', 'b', 'c', 'd'].map(|row| add(&mut table, row));
        assert_eq!(numbers, [0, 1, 2, 3]);
        assert_eq!(table.take(1), Some('b'));
        assert_eq!(table.take(1), None, "it is gone");
        assert_eq!(table.take(2), Some('c'));
        assert_eq!(table.take(9), None);
        assert_eq!((add(&mut table, 'e'), add(&mut table, 'f'), add(&mut table, 'g')), (2, 1, 4));
        assert_eq!(table.get_mut(2), Some(&mut 'e'));
        assert_eq!(table.get_mut(u32::MAX), None);
        assert_eq!(table.replace(4, 0), Some('a'));
        assert_eq!(table.get_mut(4), None);
        assert_eq!(table.get_mut(0), Some(&mut 'g'));
        assert_eq!(add(&mut table, 'h'), 4);
    }
}
