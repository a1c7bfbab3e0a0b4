//! Maps and indexes as fields of rows. Their content is in branches, which `trie.rs` and `index.rs`
//! read and change.

use core::marker::PhantomData;

use crate::branch::Link;
use crate::id::Id;

/// A map from 64-bit numbers to rows of `V`.
///
/// A map is not `Copy`: a change moves its branches, and a copy would lead to branches that no
/// longer exist.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Map<V> {
    pub(crate) trie: Trie,
    values: PhantomData<Id<V>>,
}

/// A map without the type of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trie {
    /// The root; at height 0 the value of key 0.
    pub(crate) root: Option<Link>,
    pub(crate) height: u8,
    pub(crate) charged: bool,
}

impl<V> Map<V> {
    pub(crate) const EMPTY: Self = Self::empty(true);

    /// An empty map whose branches are not charged.
    pub(crate) const UNCHARGED: Self = Self::empty(false);

    const fn empty(charged: bool) -> Self {
        Self { trie: Trie { root: None, height: 0, charged }, values: PhantomData }
    }

    /// Returns a copy that replaces this map, or represents it in a layer above, which changes no
    /// branch of this map.
    pub(crate) const fn share(&self) -> Self {
        Self { trie: self.trie, values: PhantomData }
    }
}

/// The index of a directory: from names to entries. As a [`Map`], it is not `Copy`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Index(pub(crate) Option<Link>);

impl Index {
    pub(crate) const EMPTY: Self = Self(None);

    /// Returns a copy, as [`Map::share`] does.
    pub(crate) const fn share(&self) -> Self {
        Self(self.0)
    }
}
