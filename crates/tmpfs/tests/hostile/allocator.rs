//! Counts what a thread allocates: work and memory, without a clock.
#![expect(unsafe_code, reason = "only an unsafe trait makes an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The allocations of a thread so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    /// Calls of the allocator that gave memory.
    pub(crate) calls: u64,
    /// Bytes that they gave.
    pub(crate) bytes: u64,
    /// Bytes that are held now; less than nothing where another thread's were given back.
    pub(crate) live: i64,
}

thread_local! {
    static COUNT: Cell<Count> = const { Cell::new(Count { calls: 0, bytes: 0, live: 0 }) };
}

/// Counts the allocations of `work`, and the bytes that it still holds afterwards.
pub(crate) fn counted<T>(work: impl FnOnce() -> T) -> (T, Count) {
    let before = COUNT.get();
    let done = work();
    let after = COUNT.get();
    let count = Count {
        calls: after.calls - before.calls,
        bytes: after.bytes - before.bytes,
        live: after.live - before.live,
    };
    (done, count)
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).expect("no allocation is that large")
}

fn given(bytes: usize) {
    let Count { calls, bytes: all, live } = COUNT.get();
    COUNT.set(Count { calls: calls + 1, bytes: all + bytes as u64, live: live + signed(bytes) });
}

fn taken(bytes: usize) {
    let count = COUNT.get();
    COUNT.set(Count { live: count.live - signed(bytes), ..count });
}

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        given(layout.size());
        // SAFETY: the caller's promises are the ones that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        given(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        taken(layout.size());
        given(size);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        taken(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
