//! An allocator that can refuse, on one thread and within one call only.
#![expect(unsafe_code, reason = "only an unsafe trait makes an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Refusing;

#[global_allocator]
static ALLOCATOR: Refusing = Refusing;

#[derive(Clone, Copy)]
struct Plan {
    /// The number of allocations that still succeed; `None` for all.
    allowed: Option<u64>,
    /// True during the call.
    armed: bool,
    refused: bool,
}

thread_local! {
    static PLAN: Cell<Plan> = const {
        Cell::new(Plan { allowed: None, armed: false, refused: false })
    };
}

/// Allows a number of allocations from the next guarded call on, and refuses all later ones.
pub(crate) fn allow(allocations: u64) {
    PLAN.set(Plan { allowed: Some(allocations), armed: false, refused: false });
}

/// Allows all allocations again, and returns whether any was refused.
pub(crate) fn relent() -> bool {
    PLAN.replace(Plan { allowed: None, armed: false, refused: false }).refused
}

/// Returns the number of allocations that are still allowed, or `None` for all.
#[cfg(target_os = "linux")]
pub(crate) fn left() -> Option<u64> {
    PLAN.get().allowed
}

/// A call in which allocations may be refused.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> T {
    struct Disarm;
    impl Drop for Disarm {
        fn drop(&mut self) {
            PLAN.set(Plan { armed: false, ..PLAN.get() });
        }
    }
    let plan = PLAN.get();
    if plan.allowed.is_none() {
        return call();
    }
    PLAN.set(Plan { armed: true, ..plan });
    let _disarm = Disarm;
    call()
}

/// Returns whether the next allocation is refused.
fn refuses() -> bool {
    let plan = PLAN.get();
    let (true, Some(allowed)) = (plan.armed, plan.allowed) else { return false };
    if std::thread::panicking() {
        return false;
    }
    let left = allowed.checked_sub(1);
    PLAN.set(Plan {
        allowed: Some(left.unwrap_or(0)),
        refused: plan.refused || left.is_none(),
        ..plan
    });
    left.is_none()
}

// SAFETY: a call that is not refused is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Refusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if refuses() {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises are those that the system's allocator requires.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if refuses() {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > layout.size() && refuses() {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
