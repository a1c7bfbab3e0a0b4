//! The limit of a spooled file: how much of it memory may hold.

/// The last position in memory, in bytes: Python's `max_size`. 0 is no limit.
#[derive(Clone, Copy)]
pub(crate) struct Limit(i64);

impl Limit {
    pub(crate) fn new(max_size: i64) -> Self {
        Self(max_size)
    }

    /// Returns the last position that needs no check.
    pub(crate) fn most(self) -> u64 {
        match self.0 {
            0 => u64::MAX,
            most => u64::try_from(most).unwrap_or(0),
        }
    }

    /// Checks the position as CPython does after every write.
    pub(crate) fn allows_position(self, position: u64) -> bool {
        self.0 == 0 || u64::try_from(self.0).is_ok_and(|most| position <= most)
    }

    /// Checks a size as CPython does before `truncate`, for which 0 is a limit like any other.
    pub(crate) fn allows_size(self, size: i64) -> bool {
        size <= self.0
    }
}
