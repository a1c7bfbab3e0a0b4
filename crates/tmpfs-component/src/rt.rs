//! What a no_std component must bring itself: an allocator, a panic handler, and `cabi_realloc`,
//! which wit-bindgen's `realloc` feature leaves to the C library on this target.
//!
//! The allocator has two heaps. What the engine asks for comes from the one that grows, and is refused
//! when there is no more memory: the caller gets a code. What the canonical ABI and the adapter ask
//! for, a path, a piece of a file on its way, cannot be refused without a trap. It comes from the
//! reserve, a heap in a fixed place, and from the other one only where it is too large. So the two
//! never take each other's memory: the reserve is whole again when a call has ended, and what the
//! engine gave back, nothing but the engine gets.

use alloc::vec::Vec;

#[cfg(target_family = "wasm")]
pub(crate) use wasm::refusing;

/// Runs work that can bear refused allocations.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn refusing<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Memory for a resource that is handed out. Its allocation cannot be refused, and it may stay for
/// long: memory is set aside for it first, outside of the reserve, or the call is refused.
pub(crate) struct Room(Vec<u8>);

impl Room {
    /// Sets memory aside for a box of so many bytes.
    pub(crate) fn new(size: usize) -> Result<Self, tmpfs::Error> {
        let mut room = Vec::new();
        let reserved = refusing(|| room.try_reserve_exact(size));
        reserved.map_err(|_| tmpfs::Error::InsufficientMemory)?;
        Ok(Self(room))
    }

    /// Makes a resource in the memory that was set aside, which is given back just before.
    pub(crate) fn fill<R>(self, make: impl FnOnce() -> R) -> R {
        drop(self.0);
        refusing(make)
    }
}

#[cfg(target_family = "wasm")]
mod wasm {
    #![expect(unsafe_code, reason = "the allocator, and the canonical ABI's C function")]

    use alloc::alloc::{Layout, alloc, handle_alloc_error, realloc};
    use core::alloc::GlobalAlloc;
    use core::panic::PanicInfo;
    use core::ptr;
    use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

    use dlmalloc::GlobalDlmalloc;

    use crate::reserve::Reserve;

    #[cfg(target_feature = "atomics")]
    compile_error!("the reserve takes no lock");

    /// The bytes of the reserve: enough for a piece of a file coming in, one going out, and paths; see
    /// `content::PIECE`.
    const RESERVE: usize = 256 << 10;

    struct Allocator {
        heap: GlobalDlmalloc,
        reserve: Reserve<RESERVE>,
        /// True while whoever allocates can bear a refusal.
        refusing: AtomicBool,
    }

    #[global_allocator]
    static ALLOCATOR: Allocator = Allocator {
        heap: GlobalDlmalloc,
        reserve: Reserve::new(),
        refusing: AtomicBool::new(false),
    };

    // SAFETY: there is one thread.
    unsafe impl Sync for Allocator {}

    /// Runs work that can bear refused allocations: none of them is made in the reserve.
    pub(crate) fn refusing<R>(work: impl FnOnce() -> R) -> R {
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

    /// A broken invariant is a trap. Nothing is printed: not every form imports an output.
    #[panic_handler]
    fn panic(_: &PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }

    /// Allocates what the caller passes in, as the canonical ABI asks.
    ///
    /// # Safety
    ///
    /// As the canonical ABI has it: `old` is null and `old_size` 0, or they are of an earlier call
    /// with the same `align`; `align` is a power of two.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn cabi_realloc(
        old: *mut u8,
        old_size: usize,
        align: usize,
        new_size: usize,
    ) -> *mut u8 {
        if new_size == 0 {
            return ptr::without_provenance_mut(align);
        }
        // SAFETY: the sizes are below 2³¹ on this target and `align` is a power of two; a non-null
        // `old` came from this function with this layout.
        unsafe {
            let new = Layout::from_size_align_unchecked(new_size, align);
            let pointer = if old_size == 0 {
                alloc(new)
            } else {
                realloc(old, Layout::from_size_align_unchecked(old_size, align), new_size)
            };
            if pointer.is_null() {
                handle_alloc_error(new);
            }
            pointer
        }
    }

    // `memcmp` and its kin: the C library that comes with the target has them.
    #[link(name = "c")]
    unsafe extern "C" {}
}
