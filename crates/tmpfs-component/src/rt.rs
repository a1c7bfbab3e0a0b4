//! What a no_std component must bring itself: an allocator, a panic handler, and `cabi_realloc`,
//! which wit-bindgen's `realloc` feature leaves to the C library on this target.
//!
//! The allocator keeps a reserve. What the engine asks for is refused when there is no more memory,
//! and the caller gets a code; what the canonical ABI and the adapter ask for, a path, a piece of a
//! file on its way, cannot be refused without a trap. So these may take the reserve, and until it
//! could be laid aside again the engine is refused everything.

#[cfg(target_family = "wasm")]
pub(crate) use wasm::refusing;

/// Runs what can bear that allocations are refused.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn refusing<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_family = "wasm")]
mod wasm {
    #![expect(unsafe_code, reason = "the allocator, and the canonical ABI's C function")]

    use alloc::alloc::{Layout, alloc, handle_alloc_error, realloc};
    use core::alloc::GlobalAlloc;
    use core::panic::PanicInfo;
    use core::ptr;
    use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering::Relaxed};

    use dlmalloc::GlobalDlmalloc;

    /// Enough for a piece of a file coming in, one going out, and paths: see `content::PIECE`.
    const RESERVE: Layout = match Layout::from_size_align(256 << 10, 16) {
        Ok(layout) => layout,
        Err(_) => unreachable!(),
    };

    struct Allocator {
        system: GlobalDlmalloc,
        /// Memory laid aside, or null.
        reserve: AtomicPtr<u8>,
        /// Whether whoever allocates now can bear a refusal.
        refusing: AtomicBool,
    }

    #[global_allocator]
    static ALLOCATOR: Allocator = Allocator {
        system: GlobalDlmalloc,
        reserve: AtomicPtr::new(ptr::null_mut()),
        refusing: AtomicBool::new(false),
    };

    /// Runs what can bear that allocations are refused, and refuses them all while the reserve is
    /// not there.
    pub(crate) fn refusing<R>(work: impl FnOnce() -> R) -> R {
        ALLOCATOR.lay_aside();
        ALLOCATOR.refusing.store(true, Relaxed);
        let outcome = work();
        ALLOCATOR.refusing.store(false, Relaxed);
        outcome
    }

    impl Allocator {
        fn lay_aside(&self) {
            if self.reserve.load(Relaxed).is_null() {
                // SAFETY: the layout's size is not zero.
                self.reserve.store(unsafe { self.system.alloc(RESERVE) }, Relaxed);
            }
        }

        /// Whether an allocation is to be refused without asking the system.
        fn refuses(&self) -> bool {
            self.refusing.load(Relaxed) && self.reserve.load(Relaxed).is_null()
        }

        /// Gives the reserve back to the system; whether there is any use in asking again.
        fn release(&self) -> bool {
            if self.refusing.load(Relaxed) {
                return false;
            }
            let reserve = self.reserve.swap(ptr::null_mut(), Relaxed);
            if reserve.is_null() {
                return false;
            }
            // SAFETY: it came from this allocator with this layout, and nobody else has it.
            unsafe { self.system.dealloc(reserve, RESERVE) };
            true
        }
    }

    // SAFETY: every block comes from `system` and goes back to it; null says that there is none.
    unsafe impl GlobalAlloc for Allocator {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            if self.refuses() {
                return ptr::null_mut();
            }
            // SAFETY: the caller's promises are those that `system` needs.
            let block = unsafe { self.system.alloc(layout) };
            if block.is_null() && self.release() {
                // SAFETY: as above.
                return unsafe { self.system.alloc(layout) };
            }
            block
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: the caller's promises are those that `system` needs.
            unsafe { self.system.dealloc(block, layout) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            // SAFETY: as for `alloc`, which says whether there is a block to be filled.
            unsafe {
                let block = self.alloc(layout);
                if !block.is_null() {
                    ptr::write_bytes(block, 0, layout.size());
                }
                block
            }
        }

        unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            if size > layout.size() && self.refuses() {
                return ptr::null_mut();
            }
            // SAFETY: the caller's promises are those that `system` needs.
            let larger = unsafe { self.system.realloc(block, layout, size) };
            if larger.is_null() && self.release() {
                // SAFETY: as above; a refused block is still what it was.
                return unsafe { self.system.realloc(block, layout, size) };
            }
            larger
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
