//! The parts that a `no_std` component must bring itself: an allocator, a panic handler, and
//! `cabi_realloc`, which wit-bindgen's `realloc` feature leaves to the C library on
//! `wasm32-wasip2`. A component has them once it names the crate; elsewhere the crate is empty.
//!
//! With the feature `reserve` the allocator has two heaps. Work that can bear a refused allocation
//! runs within `refusing`. It allocates from the heap that grows, and is refused when there is no
//! more memory. Any other allocation, such as one of the canonical ABI, cannot be refused without a
//! trap. It comes from the reserve, a heap in a fixed place, and from the growing heap only if it
//! is too large. So neither takes the other's memory: the reserve is whole again when a call has
//! ended, and memory that was freed within `refusing` is left to the next call of `refusing`.

#![no_std]

#[cfg(any(test, target_family = "wasm"))]
extern crate alloc;

#[cfg(any(test, all(feature = "reserve", target_family = "wasm")))]
mod reserve;

#[cfg(all(feature = "reserve", target_family = "wasm"))]
mod reserving;

#[cfg(target_family = "wasm")]
mod abi;

#[cfg(all(feature = "reserve", target_family = "wasm"))]
pub use reserving::refusing;

/// Runs work that can bear refused allocations.
#[cfg(all(feature = "reserve", not(target_family = "wasm")))]
pub fn refusing<R>(work: impl FnOnce() -> R) -> R {
    work()
}
