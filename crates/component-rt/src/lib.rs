//! An allocator, a panic handler and `cabi_realloc`: the parts that a `no_std` component must bring
//! itself. On `wasm32-wasip2`, wit-bindgen's feature `realloc` leaves `cabi_realloc` to the C
//! library. A component gets these parts by naming this crate. On other targets the crate is empty.
//!
//! With the feature `reserve`, the allocator has two heaps:
//!
//! - Work that can handle a refused allocation runs within `refusing`. It allocates from the heap
//!   that grows, and gets an error if there is no more memory.
//! - Any other allocation, such as one of the canonical ABI, would trap if it were refused. It
//!   comes from the reserve, a heap of fixed size, and from the growing heap only if it is too
//!   large.
//!
//! Neither heap takes the other's memory. The reserve is whole again when a call has ended. Memory
//! that was freed within `refusing` is available to the next call of `refusing`.

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

/// Runs work that can handle refused allocations.
#[cfg(all(feature = "reserve", not(target_family = "wasm")))]
pub fn refusing<R>(work: impl FnOnce() -> R) -> R {
    work()
}
