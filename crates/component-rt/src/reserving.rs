//! The allocator with a reserve.
#![expect(unsafe_code, reason = "an allocator")]

use core::alloc::{GlobalAlloc, Layout};
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use dlmalloc::GlobalDlmalloc;

use crate::reserve::Reserve;

#[cfg(target_feature = "atomics")]
compile_error!("the reserve takes no lock");

/// The bytes of the reserve. They hold a piece of 64 KiB of a file coming in, one going out, and
/// paths (`content::PIECE` of the filesystem component).
const RESERVE: usize = 256 << 10;

struct Allocator {
    heap: GlobalDlmalloc,
    reserve: Reserve<RESERVE>,
    /// True while the caller can handle a refusal.
    refusing: AtomicBool,
}

#[global_allocator]
static ALLOCATOR: Allocator =
    Allocator { heap: GlobalDlmalloc, reserve: Reserve::new(), refusing: AtomicBool::new(false) };

// SAFETY: there is one thread.
unsafe impl Sync for Allocator {}

/// Runs work that can handle refused allocations. None of them comes from the reserve.
pub fn refusing<R>(work: impl FnOnce() -> R) -> R {
    ALLOCATOR.refusing.store(true, Relaxed);
    let outcome = work();
    ALLOCATOR.refusing.store(false, Relaxed);
    outcome
}

// SAFETY: every block comes from the heap or the reserve and goes back to it; null means that there
// is none. The functions are not inlined, since each caller would hold a copy.
unsafe impl GlobalAlloc for Allocator {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !self.refusing.load(Relaxed) {
            let block = self.reserve.allocate(layout.size(), layout.align());
            if !block.is_null() {
                return block;
            }
        }
        // SAFETY: the caller's promises are those that the heap requires.
        unsafe { self.heap.alloc(layout) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.reserve.owns(block) {
            return self.reserve.free(block);
        }
        // SAFETY: the caller's promises are those that the heap requires.
        unsafe { self.heap.dealloc(block, layout) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !self.reserve.owns(block) {
            // SAFETY: the caller's promises are those that the heap requires.
            return unsafe { self.heap.realloc(block, layout, size) };
        }
        // SAFETY: the caller promises that the size is not zero and fits this alignment. If it is
        // refused, the block is unchanged.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.reserve.free(block);
            }
            moved
        }
    }
}
