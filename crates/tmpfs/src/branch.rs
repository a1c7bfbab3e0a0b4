//! Branches, and the maps and indexes that begin with one.

/// A map, which lives in the row that uses it. 0 is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Map {
    /// At height 0 the value of key 0 itself.
    pub(crate) root: u32,
    pub(crate) height: u8,
    pub(crate) charged: bool,
}

impl Map {
    pub(crate) const EMPTY: Self = Self { root: 0, height: 0, charged: true };

    /// An empty map whose branches are not charged.
    pub(crate) const UNCHARGED: Self = Self { charged: false, ..Self::EMPTY };
}

/// A level of a map, or of a directory's index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch(pub(crate) [u32; 16]);

impl Branch {
    pub(crate) const EMPTY: Self = Self([0; 16]);

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0 == [0; 16]
    }
}
