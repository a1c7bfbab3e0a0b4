//! Memory for resources that are handed out. The allocator is `component_rt`'s. The engine
//! allocates within [`refusing`], so that it gets an error if there is no more memory. Allocations
//! of the canonical ABI and of this adapter cannot be refused, and come from the reserve.

use alloc::vec::Vec;

pub(crate) use component_rt::refusing;

/// Memory for a resource that is handed out. The resource may stay for long, and its own allocation
/// cannot be refused. Therefore its memory is first allocated outside of the reserve, or the call
/// fails.
pub(crate) struct Room(Vec<u8>);

impl Room {
    /// Allocates memory for a box of `size` bytes.
    pub(crate) fn new(size: usize) -> Result<Self, tmpfs::Error> {
        let mut room = Vec::new();
        let reserved = refusing(|| room.try_reserve_exact(size));
        reserved.map_err(|_| tmpfs::Error::InsufficientMemory)?;
        Ok(Self(room))
    }

    /// Makes a resource in this memory, which is freed just before.
    pub(crate) fn fill<R>(self, make: impl FnOnce() -> R) -> R {
        drop(self.0);
        refusing(make)
    }
}
