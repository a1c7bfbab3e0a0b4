//! The panic handler, `cabi_realloc`, and the allocator without a reserve.
#![expect(unsafe_code, reason = "the canonical ABI allocates through a C function")]

use alloc::alloc::{Layout, alloc, handle_alloc_error, realloc};
use core::panic::PanicInfo;

#[cfg(not(feature = "reserve"))]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Traps. Nothing is printed, since a component need not import an output.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Allocates memory for values that the host passes in, as the canonical ABI requires.
///
/// # Safety
/// As in the canonical ABI: `align` is a power of two. Either `old` is null and `old_size` is 0, or
/// both are of an earlier call with the same `align`.
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(
    old: *mut u8,
    old_size: usize,
    align: usize,
    new_size: usize,
) -> *mut u8 {
    if new_size == 0 {
        return core::ptr::without_provenance_mut(align);
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
