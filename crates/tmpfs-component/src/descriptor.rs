//! An open file or directory of a resource.

use tmpfs::{Handle, Result};

use crate::state::change;

/// An open file or directory. It is closed when it is dropped.
pub(crate) struct Descriptor {
    handle: Handle,
}

impl Descriptor {
    pub(crate) fn of(handle: Handle) -> Self {
        Self { handle }
    }

    /// Opens another handle of the same directory, for a listing that may outlive this descriptor.
    pub(crate) fn duplicate(&self) -> Result<Self> {
        change(|space| space.duplicate(self.handle)).map(Self::of)
    }

    pub(crate) fn handle(&self) -> Handle {
        self.handle
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        change(|space| space.close(self.handle)).expect("BUG: it is open as long as this lives");
    }
}
