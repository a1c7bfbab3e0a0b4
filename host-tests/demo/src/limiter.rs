//! A limit for the guest's memory, which also counts the memory taken.

use wasmtime::{ResourceLimiter, Result};

/// One limit for all linear memories of a composition.
pub(crate) struct Limiter {
    limit: usize,
    taken: usize,
}

impl Limiter {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, taken: 0 }
    }

    /// Returns the most memory that the guest ever had. Linear memory never shrinks.
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        let taken = self.taken + (desired - current);
        let allowed = taken <= self.limit;
        if allowed {
            self.taken = taken;
        }
        Ok(allowed)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool> {
        Ok(true)
    }
}
