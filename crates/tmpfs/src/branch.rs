//! Branches: the inner nodes of a space's maps and of its directories' indexes.

use core::num::NonZeroU32;

use crate::id::Id;

/// A reference in a branch, or at the root of a map or index. Its place determines the kind of row
/// that it leads to. Only `trie.rs` and `index.rs` read links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link(pub(crate) NonZeroU32);

impl Link {
    #[inline]
    pub(crate) const fn to<T>(row: Id<T>) -> Self {
        Self(row.number())
    }

    /// Returns the row. Precondition: the link was made of an id of that kind.
    #[inline]
    pub(crate) const fn id<T>(self) -> Id<T> {
        Id::new(self.0)
    }
}

/// A level of a map, or of a directory's index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch(pub(crate) [Option<Link>; 16]);

impl Branch {
    pub(crate) const EMPTY: Self = Self([None; 16]);

    /// Returns whether no slot from `first` on leads anywhere.
    #[inline]
    pub(crate) fn is_empty_from(&self, first: usize) -> bool {
        self.0[first..].iter().fold(0, |any, slot| any | slot.map_or(0, |link| link.0.get())) == 0
    }
}
