//! A small heap of fixed size for short-lived allocations. It returns the first block that fits,
//! and joins free neighbours while it searches.

#![expect(unsafe_code, reason = "the bytes of a heap lie between its blocks")]

use core::cell::{Cell, UnsafeCell};
use core::ptr;

/// The alignment of every block, and the size of the header before it.
const UNIT: usize = 8;

/// The heap. Its initial state is all zeros, so that a static heap adds no data to a component.
pub(crate) struct Reserve<const SIZE: usize> {
    region: UnsafeCell<Region<SIZE>>,
    /// The header of the first block that may be free.
    first: Cell<usize>,
}

/// The headers and blocks. A header holds the distance to the next header and whether the block is
/// used. A header of zeros is a free block that reaches to the end.
#[repr(C, align(8))]
struct Region<const SIZE: usize>([u8; SIZE]);

#[derive(Clone, Copy)]
struct Header {
    length: usize,
    is_used: bool,
}

impl<const SIZE: usize> Reserve<SIZE> {
    pub(crate) const fn new() -> Self {
        assert!(SIZE.is_multiple_of(UNIT) && SIZE < 1 << 31);
        Self { region: UnsafeCell::new(Region([0; SIZE])), first: Cell::new(0) }
    }

    /// Returns whether a block belongs to this heap.
    pub(crate) fn owns(&self, block: *mut u8) -> bool {
        block.addr().wrapping_sub(self.region.get().addr()) < SIZE
    }

    /// Returns a block, or null if none is large enough or the alignment is too large.
    pub(crate) fn allocate(&self, size: usize, align: usize) -> *mut u8 {
        if size > SIZE || align > UNIT {
            return ptr::null_mut();
        }
        let needed = size.next_multiple_of(UNIT) + UNIT;
        let mut at = self.first.get();
        let mut first = None;
        while at < SIZE {
            let Header { mut length, is_used } = self.header(at);
            if !is_used {
                length = self.join(at, length);
                if length >= needed {
                    let end = self.split(at, length, needed);
                    self.first.set(first.unwrap_or(end));
                    return self.place(at + UNIT);
                }
                first = first.or(Some(at));
            }
            at += length;
        }
        ptr::null_mut()
    }

    /// Frees a block that [`allocate`](Self::allocate) returned. Precondition: nothing uses it any
    /// more.
    pub(crate) fn free(&self, block: *mut u8) {
        let at = block.addr() - self.region.get().addr() - UNIT;
        let Header { length, .. } = self.header(at);
        self.set_header(at, Header { length, is_used: false });
        self.first.set(self.first.get().min(at));
    }

    /// Joins a free block with those after it, and returns its new length.
    fn join(&self, at: usize, mut length: usize) -> usize {
        while at + length < SIZE {
            let next = self.header(at + length);
            if next.is_used {
                break;
            }
            length += next.length;
        }
        length
    }

    /// Marks the beginning of a free block as used, and returns its end.
    fn split(&self, at: usize, length: usize, needed: usize) -> usize {
        let rest = length - needed;
        // A block needs more room than a header.
        let length = if rest > UNIT { needed } else { length };
        self.set_header(at, Header { length, is_used: true });
        if rest > UNIT {
            self.set_header(at + length, Header { length: rest, is_used: false });
        }
        at + length
    }

    fn header(&self, at: usize) -> Header {
        // SAFETY: a header lies within the region, is aligned, and no block reaches into it.
        let [length, used] = unsafe { self.place(at).cast::<[u32; 2]>().read() };
        let length = usize::try_from(length).expect("BUG: 32 bits fit an index");
        Header { length: if length == 0 { SIZE - at } else { length }, is_used: used != 0 }
    }

    fn set_header(&self, at: usize, header: Header) {
        let length = u32::try_from(header.length).expect("BUG: the region is small");
        // SAFETY: as for `header`.
        unsafe { self.place(at).cast::<[u32; 2]>().write([length, u32::from(header.is_used)]) }
    }

    fn place(&self, at: usize) -> *mut u8 {
        // SAFETY: the offset lies within the region.
        unsafe { self.region.get().cast::<u8>().add(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::boxed::Box;
    use alloc::vec::Vec;
    use chance::Chance;

    const SIZE: usize = 4096;

    #[test]
    fn blocks_do_not_overlap_and_all_is_free_when_all_are() {
        let reserve = Box::new(Reserve::<SIZE>::new());
        let mut blocks: Vec<(*mut u8, usize, u8)> = Vec::new();
        let (mut chance, mut refused) = (Chance(1), 0);
        for turn in 0..20_000_usize {
            if chance.below(5) < 3 {
                let size = 1 + chance.below(300);
                let block = reserve.allocate(size, 8);
                if block.is_null() {
                    refused += 1;
                    continue;
                }
                assert!(reserve.owns(block) && block.addr().is_multiple_of(8));
                let mark = u8::try_from(turn % 251).unwrap();
                // SAFETY: the block has the size that was allocated.
                unsafe { block.write_bytes(mark, size) };
                blocks.push((block, size, mark));
            } else if !blocks.is_empty() {
                let (block, size, mark) = blocks.swap_remove(chance.below(blocks.len()));
                // SAFETY: the whole block was written, and it is freed once.
                let bytes = unsafe { core::slice::from_raw_parts(block, size) };
                assert!(bytes.iter().all(|byte| *byte == mark));
                reserve.free(block);
            }
        }
        assert!(refused > 100, "it was full at times: {refused}");
        blocks.iter().for_each(|(block, ..)| reserve.free(*block));
        let whole = reserve.allocate(SIZE - UNIT, 8);
        assert!(!whole.is_null());
        assert!(reserve.allocate(1, 1).is_null());
        reserve.free(whole);
        assert!(reserve.allocate(SIZE, 8).is_null() && reserve.allocate(8, 16).is_null());
        assert!(!reserve.owns(ptr::null_mut()));
    }
}
