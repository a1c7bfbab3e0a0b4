//! Rows of one type, in chunks. The number of a row never changes. Growing copies nothing, and a
//! chunk is freed with its last row. One empty chunk is kept, so that a single row can be added and
//! removed without the allocator. Free slots are filled before a chunk is added, so that a table
//! has room for the most rows that it ever held at once, and for less than one chunk more. Beside
//! the chunks it takes 44 bytes for each chunk that ever existed.
//!
//! A table can be packed once rows are added only to its last chunk: the rows of other chunks that
//! are less than half full move to a list without free slots. Their numbers stay.

use alloc::vec::Vec;
use core::marker::PhantomData;
use core::mem;
use core::num::NonZeroU32;

use crate::error::{Error, Result};
use crate::id::Id;
use crate::packed::Packed;
use crate::pages::{MemoryPages, PageStore};

/// The end of a list of free slots.
const NONE: u32 = u32::MAX;

/// The largest room of a chunk that is not worth packing.
const FEW: usize = 16;

/// The bit below which numbers end. References use the bit for themselves.
pub(crate) const NUMBERS: u32 = 1 << 31;

/// Rows of `T`, whose ids have the type `Id<K>`. Only tables of spaces with a store `S` that allows
/// templates are packed: for others that code is not compiled.
#[derive(Debug)]
pub(crate) struct Table<T, K = T, S = MemoryPages<false>> {
    /// The number of the first row.
    start: NonZeroU32,
    /// The number of rows in a chunk, as a power of two.
    bits: u32,
    chunks: Vec<Chunk<T>>,
    /// The chunks with free slots. The list has capacity for all chunks.
    roomy: Vec<u32>,
    /// The empty chunk that is kept.
    spare: u32,
    /// The rows of the packed chunks.
    packed: Packed<T>,
    live: u32,
    ids: PhantomData<Id<K>>,
    store: PhantomData<S>,
}

/// Room for one row, which [`Table::reserve`] made and [`Table::put`] fills.
pub(crate) struct Room<T>(PhantomData<fn() -> T>);

/// A chunk. A packed one has rows and no slots.
#[derive(Debug)]
struct Chunk<T> {
    slots: Vec<Slot<T>>,
    live: u32,
    /// The first free slot in `slots`.
    free: u32,
}

#[derive(Debug)]
enum Slot<T> {
    Used(T),
    /// The next free slot.
    Free(u32),
}

impl<T> Chunk<T> {
    const EMPTY: Self = Self { slots: Vec::new(), live: 0, free: NONE };

    fn is_packed(&self) -> bool {
        self.live > 0 && self.slots.is_empty()
    }

    /// Returns whether fewer than half of the slots have rows, but some do. A chunk with room for a
    /// few rows is never sparse.
    fn is_sparse(&self) -> bool {
        let room = self.slots.capacity();
        room > FEW && self.live > 0 && index(self.live) < room / 2
    }
}

impl<T, K, S: PageStore> Table<T, K, S> {
    /// Returns an empty table whose chunks hold two to the power of `bits` rows.
    pub(crate) const fn new(bits: u32) -> Self {
        Self::starting(NonZeroU32::MIN, bits)
    }

    /// Returns an empty table whose numbers begin where those of another end.
    pub(crate) fn above(other: &Self) -> Self {
        Self::starting(other.end(), other.bits)
    }

    const fn starting(start: NonZeroU32, bits: u32) -> Self {
        Self {
            start,
            bits,
            chunks: Vec::new(),
            roomy: Vec::new(),
            spare: NONE,
            packed: Packed::EMPTY,
            live: 0,
            ids: PhantomData,
            store: PhantomData,
        }
    }

    /// Returns whether a row is in this table, and not in one below.
    #[inline]
    pub(crate) fn owns(&self, id: Id<K>) -> bool {
        id.number() >= self.start
    }

    /// Returns the number of the first row.
    pub(crate) fn first(&self) -> Id<K> {
        Id::new(self.start)
    }

    /// Makes room for the chunks and the packed rows of tables above. Returns the numbers of both
    /// with those of this table.
    pub(crate) fn make_room_to_join(&mut self, above: [usize; 2]) -> Result<[usize; 2]> {
        let [chunks, packed] = above;
        self.reserve_chunks(chunks)?;
        self.packed.reserve(packed)?;
        Ok([chunks + self.chunks.len(), packed + self.packed.len()])
    }

    /// Adds the rows of a table whose numbers begin where those of this one end. Precondition: room
    /// was made for them.
    pub(crate) fn join(&mut self, above: Self) {
        assert_eq!(self.end(), above.start, "BUG: a table goes on where the one below ends");
        let below = count(self.chunks.len());
        self.chunks.extend(above.chunks);
        self.roomy.extend(above.roomy.iter().map(|number| below + number));
        self.packed.join(above.packed);
        self.live += above.live;
        // Both tables may have kept an empty chunk.
        self.free_empty_chunks();
    }

    fn free_empty_chunks(&mut self) {
        for chunk in &mut self.chunks {
            if chunk.live == 0 {
                *chunk = Chunk::EMPTY;
            }
        }
        self.spare = NONE;
    }

    /// Frees the slots without rows of chunks that are less than half full, except the last chunk.
    /// Without memory for that the chunks stay as they are.
    pub(crate) fn pack(&mut self) {
        self.free_empty_chunks();
        let complete = self.chunks.len().saturating_sub(1);
        let sparse = self.chunks[..complete].iter().filter(|chunk| chunk.is_sparse());
        let more = sparse.map(|chunk| index(chunk.live)).sum();
        if more == 0 {
            return;
        }
        let Self { start, bits, chunks, packed, .. } = self;
        let is_packed = packed.add(more, |add| {
            for (chunk, number) in chunks[..complete].iter_mut().zip(0..) {
                if chunk.is_sparse() {
                    for (slot, at) in mem::take(&mut chunk.slots).into_iter().zip(0..) {
                        if let Slot::Used(row) = slot {
                            add(start.saturating_add((number << *bits) + at), row);
                        }
                    }
                    chunk.free = NONE;
                }
            }
        });
        if is_packed {
            self.roomy.retain(|number| !self.chunks[index(*number)].is_packed());
        }
    }

    /// Removes all rows for which `keep` is false.
    pub(crate) fn retain(&mut self, keep: impl Fn(Id<K>) -> bool, mut removed: impl FnMut(T)) {
        for number in 0..count(self.chunks.len()) {
            for at in 0..count(self.chunks[index(number)].slots.len()) {
                let id = self.id(number, at);
                if self.find(id).is_some() && !keep(id) {
                    removed(self.take(id));
                }
            }
        }
        for at in 0..self.packed.len() {
            if let Some(id) = self.packed.number(at).map(Id::new)
                && !keep(id)
            {
                removed(self.take(id));
            }
        }
    }

    /// Returns the first number that no row has had.
    pub(crate) fn end(&self) -> NonZeroU32 {
        self.start.saturating_add(count(self.chunks.len()) << self.bits)
    }

    pub(crate) fn live(&self) -> u32 {
        self.live
    }

    /// Makes room for the next row.
    pub(crate) fn reserve(&mut self) -> Result<Room<T>> {
        let size = 1_usize << self.bits;
        if self.roomy.is_empty() {
            self.add_chunk()?;
        }
        let number = self.roomy[self.roomy.len() - 1];
        let chunk = &mut self.chunks[index(number)];
        let (length, capacity) = (chunk.slots.len(), chunk.slots.capacity());
        if chunk.free != NONE || length < capacity {
            return Ok(Room(PhantomData));
        }
        // The first chunk of a table grows with its rows, since most tables are small.
        let more = if number == 0 { length.max(8).min(size - length) } else { size - length };
        chunk.slots.try_reserve_exact(more).map_err(|_| Error::InsufficientSpace)?;
        Ok(Room(PhantomData))
    }

    #[cold]
    #[inline(never)]
    fn add_chunk(&mut self) -> Result<()> {
        let number = count(self.chunks.len());
        if self.end().get() >= NUMBERS - (1 << self.bits) {
            return Err(Error::InsufficientSpace);
        }
        self.reserve_chunks(1)?;
        self.chunks.push(Chunk::EMPTY);
        self.roomy.push(number);
        Ok(())
    }

    /// Makes room for `more` chunks.
    fn reserve_chunks(&mut self, more: usize) -> Result<()> {
        self.chunks.try_reserve(more).map_err(|_| Error::InsufficientSpace)?;
        let roomy = self.chunks.capacity() - self.roomy.len();
        self.roomy.try_reserve(roomy).map_err(|_| Error::InsufficientSpace)
    }

    /// Adds a row in the room that was made, and returns its number.
    #[inline]
    pub(crate) fn put(&mut self, _: Room<T>, row: T) -> Id<K> {
        let number = *self.roomy.last().expect("BUG: room was reserved");
        let chunk = &mut self.chunks[index(number)];
        let at = if chunk.free == NONE {
            assert!(chunk.slots.len() < chunk.slots.capacity(), "BUG: room was reserved");
            chunk.slots.push(Slot::Used(row));
            count(chunk.slots.len()) - 1
        } else {
            let at = chunk.free;
            let Slot::Free(next) = mem::replace(&mut chunk.slots[index(at)], Slot::Used(row))
            else {
                panic!("BUG: a free slot holds no row")
            };
            chunk.free = next;
            at
        };
        chunk.live += 1;
        self.live += 1;
        if chunk.live == 1 << self.bits {
            self.roomy.pop();
        }
        self.id(number, at)
    }

    /// Removes a row and returns it.
    #[inline]
    pub(crate) fn take(&mut self, id: Id<K>) -> T {
        let (number, at) = self.locate(id);
        let chunk = &mut self.chunks[index(number)];
        let free = Slot::Free(chunk.free);
        let Some(slot) = chunk.slots.get_mut(index(at)) else { return self.take_packed(id) };
        let Slot::Used(row) = mem::replace(slot, free) else {
            panic!("BUG: a number that is held has a row")
        };
        chunk.free = at;
        if chunk.live == 1 << self.bits {
            self.roomy.push(number);
        }
        chunk.live -= 1;
        self.live -= 1;
        if chunk.live == 0 && self.spare != number {
            if self.chunks.get(index(self.spare)).is_some_and(|spare| spare.live == 0) {
                self.chunks[index(number)] = Chunk::EMPTY;
            } else {
                self.spare = number;
            }
        }
        row
    }

    #[inline]
    pub(crate) fn get(&self, id: Id<K>) -> &T {
        self.find(id).expect("BUG: a number that is held has a row")
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: Id<K>) -> &mut T {
        let (number, at) = self.locate(id);
        match self.chunks[index(number)].slots.get_mut(index(at)) {
            Some(Slot::Used(row)) => row,
            Some(Slot::Free(_)) => panic!("BUG: a number that is held has a row"),
            None if S::TEMPLATES => get_packed(&mut self.packed, id.number()),
            None => panic!("BUG: a number that is held has a row"),
        }
    }

    /// Returns the row with that number, if it exists.
    #[inline]
    pub(crate) fn find(&self, id: Id<K>) -> Option<&T> {
        let (number, at) = self.locate(id);
        match self.chunks.get(index(number))?.slots.get(index(at)) {
            Some(Slot::Used(row)) => Some(row),
            Some(Slot::Free(_)) => None,
            None if S::TEMPLATES => self.find_packed(id),
            None => None,
        }
    }

    #[cold]
    #[inline(never)]
    fn find_packed(&self, id: Id<K>) -> Option<&T> {
        self.packed.get(id.number())
    }

    #[cold]
    #[inline(never)]
    fn take_packed(&mut self, id: Id<K>) -> T {
        assert!(S::TEMPLATES, "BUG: a number that is held has a row");
        let row = self.packed.take(id.number()).expect("BUG: a number that is held has a row");
        let (number, _) = self.locate(id);
        let chunk = &mut self.chunks[index(number)];
        chunk.live -= 1;
        self.live -= 1;
        if chunk.live == 0 {
            self.roomy.push(number);
        }
        row
    }

    /// Returns every row.
    pub(crate) fn into_rows(self) -> impl Iterator<Item = T> {
        let slots = self.chunks.into_iter().flat_map(|chunk| chunk.slots);
        let rows = slots.filter_map(|slot| match slot {
            Slot::Used(row) => Some(row),
            Slot::Free(_) => None,
        });
        rows.chain(self.packed.into_rows())
    }

    /// Returns every row.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &T> {
        self.numbered().map(|(_, row)| row)
    }

    /// Returns every row with its number.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (Id<K>, &T)> {
        let chunks = self.chunks.iter().zip(0..).flat_map(move |(chunk, number)| {
            chunk.slots.iter().zip(0..).filter_map(move |(slot, at)| match slot {
                Slot::Used(row) => Some((self.id(number, at), row)),
                Slot::Free(_) => None,
            })
        });
        chunks.chain(self.packed.rows().map(|(number, row)| (Id::new(number), row)))
    }

    /// Returns the number of the row in a chunk's slot.
    #[inline]
    fn id(&self, number: u32, at: u32) -> Id<K> {
        Id::new(self.start.saturating_add((number << self.bits) + at))
    }

    /// Returns the chunk and the slot of a number.
    #[inline]
    fn locate(&self, id: Id<K>) -> (u32, u32) {
        let at = id.number().get().wrapping_sub(self.start.get());
        (at >> self.bits, at & ((1 << self.bits) - 1))
    }
}

#[cold]
#[inline(never)]
fn get_packed<T>(packed: &mut Packed<T>, number: NonZeroU32) -> &mut T {
    packed.get_mut(number).expect("BUG: a number that is held has a row")
}

#[inline]
fn index(number: u32) -> usize {
    usize::try_from(number).expect("BUG: 32 bits fit an index")
}

#[inline]
fn count(length: usize) -> u32 {
    u32::try_from(length).expect("BUG: numbers fit 31 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add<S: PageStore>(table: &mut Table<u64, u64, S>, row: u64) -> Id<u64> {
        let room = table.reserve().unwrap();
        table.put(room, row)
    }

    #[test]
    fn rows_keep_their_numbers_and_slots_are_used_again() {
        let mut table = Table::<u64>::starting(NonZeroU32::new(7).unwrap(), 4);
        let numbers: Vec<_> = (0..100).map(|row| add(&mut table, row)).collect();
        assert_eq!((numbers[0].number().get(), table.live()), (7, 100));
        for (number, row) in numbers.iter().zip(0..) {
            assert_eq!(*table.get(*number), row);
        }
        for number in numbers.iter().step_by(2) {
            table.take(*number);
        }
        let end = table.end();
        for row in 0..50 {
            add(&mut table, row);
        }
        assert_eq!((table.end(), table.live()), (end, 100));
    }

    #[test]
    fn a_packed_table_has_all_rows_and_uses_the_numbers_of_removed_ones_again() {
        let mut table = Table::<u64, u64, MemoryPages>::new(5);
        let numbers: Vec<_> = (0..320).map(|row| add(&mut table, row)).collect();
        let held = |table: &Table<u64, u64, MemoryPages>| {
            table.chunks.iter().map(|chunk| chunk.slots.capacity()).sum::<usize>()
        };
        // Of the rows of each chunk one is left; of the last chunk two.
        let (kept, removed): (Vec<_>, Vec<_>) =
            numbers.iter().partition(|id| id.number().get() % 32 == 1);
        for id in &removed[..removed.len() - 1] {
            table.take(*id);
        }
        assert_eq!(held(&table), 320);
        table.pack();
        assert_eq!((held(&table), table.live()), (32, 11));
        for id in &kept {
            assert_eq!(*table.get(*id) + 1, u64::from(id.number().get()));
            *table.get_mut(*id) += 1;
        }
        assert!(removed[..removed.len() - 1].iter().all(|id| table.find(*id).is_none()));
        let rows: Vec<_> = table.numbered().map(|(_, row)| *row).collect();
        assert_eq!(rows.len(), 11);
        let end = table.end();
        assert_eq!(table.take(kept[3]), 97);
        table.retain(|id| id != kept[5], |row| assert_eq!(row, 161));
        assert_eq!((table.find(kept[3]), table.find(kept[5])), (None, None));
        // The rest of the last chunk, and two chunks that are empty again.
        let more: Vec<_> = (0..30 + 64).map(|row| add(&mut table, row)).collect();
        assert_eq!((table.end(), table.live()), (end, 9 + 94));
        assert!(more.iter().zip(0..).all(|(id, row)| *table.get(*id) == row));
        table.pack();
        assert_eq!(table.live(), 103);
        assert_eq!(table.into_rows().count(), 103);
    }

    #[test]
    fn an_emptied_table_keeps_one_chunk() {
        let mut table = Table::<u64>::new(4);
        for turn in 0..3_usize {
            let numbers: Vec<_> = (0..1000).map(|row| add(&mut table, row)).collect();
            for at in 0..1000 {
                let at = if turn == 1 { 999 - at } else { at * 7 % 1000 };
                table.take(numbers[at]);
            }
            let held: usize = table.chunks.iter().map(|chunk| chunk.slots.capacity()).sum();
            assert!(held <= 16, "{held}");
            assert_eq!(table.live(), 0);
        }
    }
}
