//! The allocator with a reserve.
#![expect(unsafe_code, reason = "an allocator")]

use core::alloc::{GlobalAlloc, Layout};
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use dlmalloc::GlobalDlmalloc;

use crate::reserve::Reserve;

#[cfg(target_feature = "atomics")]
compile_error!("the reserve takes no lock");

/// The bytes of the reserve: enough for a piece of a file of 64 KiB coming in, one going out, and
/// paths (`content::PIECE` of the filesystem component).
const RESERVE: usize = 256 << 10;

struct Allocator {
    heap: GlobalDlmalloc,
    reserve: Reserve<RESERVE>,
    /// True while whoever allocates can bear a refusal.
    refusing: AtomicBool,
}

#[global_allocator]
static ALLOCATOR: Allocator =
    Allocator { heap: GlobalDlmalloc, reserve: Reserve::new(), refusing: AtomicBool::new(false) };

// SAFETY: there is one thread.
unsafe impl Sync for Allocator {}

/// Runs work that can bear refused allocations: none of them is made in the reserve.
pub fn refusing<R>(work: impl FnOnce() -> R) -> R {
    ALLOCATOR.refusing.store(true, Relaxed);
    let outcome = work();
    ALLOCATOR.refusing.store(false, Relaxed);
    outcome
}

// SAFETY: every block comes from the heap or the reserve and goes back to it; null says that there
// is none. The functions stay apart from their callers, which would otherwise each hold a copy.
unsafe impl GlobalAlloc for Allocator {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !self.refusing.load(Relaxed) {
            let block = self.reserve.allocate(layout.size(), layout.align());
            if !block.is_null() {
                return block;
            }
        }
        // SAFETY: the caller's promises are those that the heap needs.
        unsafe { self.heap.alloc(layout) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.reserve.owns(block) {
            return self.reserve.free(block);
        }
        // SAFETY: the caller's promises are those that the heap needs.
        unsafe { self.heap.dealloc(block, layout) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !self.reserve.owns(block) {
            // SAFETY: the caller's promises are those that the heap needs.
            return unsafe { self.heap.realloc(block, layout, size) };
        }
        // SAFETY: the caller promises that the size is not zero and fits with this alignment. A
        // refused block is still what it was.
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
