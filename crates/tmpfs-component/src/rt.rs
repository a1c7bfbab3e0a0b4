//! Memory for resources that are handed out. The allocator is `component_rt`'s: the engine
//! allocates within [`refusing`], so that it gets a code if there is no more memory. The canonical
//! ABI and the adapter, which cannot be refused, allocate from the reserve.

use alloc::vec::Vec;

pub(crate) use component_rt::refusing;

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
