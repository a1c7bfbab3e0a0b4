//! Counts the bytes that a thread holds: what a host's memory grows by, to the byte.
#![expect(unsafe_code, reason = "only an unsafe trait makes an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    // Tests of one binary run at once, each on a thread.
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

/// Returns the bytes that this thread was given and did not give back.
pub(crate) fn live() -> i64 {
    LIVE.get()
}

fn count(given: usize, taken: usize) {
    let signed = |bytes| i64::try_from(bytes).expect("no allocation is that large");
    LIVE.set(LIVE.get() + signed(given) - signed(taken));
}

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller's promises are the ones that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
