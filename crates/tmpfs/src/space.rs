//! A space: one filesystem with its limits.

use core::fmt;

use crate::error::Result;
use crate::handle::Open;
use crate::hash::Seed;
use crate::id::Id;
use crate::layer::{Layer, Stock};
use crate::limits::{Limits, Usage};
use crate::node::{Body, Directory, Entry, Node};
use crate::pages::{MemoryPages, PageStore};
use crate::quota::Quota;
use crate::refusal::Refusal;
use crate::sharing::SharedLimit;
use crate::stat::Timestamp;
use crate::table::Table;
use crate::times::Times;

/// Settings of a new space.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The limits of the space alone.
    pub limits: Limits,
    /// The limit that it shares with other spaces, if any.
    pub shared: Option<SharedLimit>,
    /// A secret of 128 random bits. It hashes names, so that no guest can choose names that
    /// collide, and identities, so that they tell nothing.
    pub seed: [u64; 2],
    /// The present moment: the times of the root.
    pub now: Timestamp,
}

impl Settings {
    /// With the default limits and no shared one.
    #[must_use]
    pub fn seeded(seed: [u64; 2], now: Timestamp) -> Self {
        Self { limits: Limits::default(), shared: None, seed, now }
    }
}

/// A filesystem in memory. Dropping it gives everything back.
///
/// A space with its open handles cannot be cloned: to share what two live spaces both change would
/// take counts on every page and locks between threads, and a copy takes as long as the space is
/// large. Instead a space that is done is [frozen](Space::freeze), or one that goes on makes a
/// [snapshot](Space::snapshot), and any number [start](crate::Template::space) from the
/// [`Template`]: in constant time, with no locks, since what is shared never changes, and each
/// charged exactly for what it sees. A space [tells](Space::changes_since) what changed since a
/// template below it, and [goes back](Space::reset_to) to one.
///
/// [`Template`]: crate::Template
pub struct Space<S: PageStore = MemoryPages> {
    pub(crate) stock: Stock<S>,
    pub(crate) root: Id<Node>,
    pub(crate) handles: Table<Open>,
    /// The serial number of the newest node or handle.
    pub(crate) serial: u64,
    /// The secret under which identities are hashed.
    pub(crate) identity: Seed,
}

impl<S: PageStore> fmt::Debug for Space<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Space").field("usage", &self.usage()).finish_non_exhaustive()
    }
}

/// The rows that a chunk of handles has, as a power of two.
pub(crate) const HANDLES: u32 = 7;

impl Space {
    /// An empty space.
    ///
    /// # Errors
    /// `InsufficientSpace` where the limits do not allow the root or the allocator refuses;
    /// `Quota`.
    pub fn create(settings: Settings) -> Result<Self> {
        Self::create_in(MemoryPages::default(), settings)
    }
}

impl<S: PageStore> Space<S> {
    /// An empty space whose pages lie in `store`.
    ///
    /// # Errors
    /// Those of [`Space::create`].
    ///
    /// # Panics
    /// A shared limit comes with a store whose spaces share none, see [`PageStore::TEMPLATES`].
    pub fn create_in(store: S, settings: Settings) -> Result<Self> {
        let Settings { limits, shared, seed, now } = settings;
        assert!(S::TEMPLATES || shared.is_none(), "the store is one of spaces that share no limit");
        let quota = Quota::new(limits, shared);
        let mut stock = Stock { layer: Layer::new(store), quota, seed };
        let body = Body::Directory(Directory::under(None));
        let times = Times::new(now);
        let root = stock.insert(Node::new(0, times, body))?;
        Ok(Self { stock, root, handles: Table::new(HANDLES), serial: 0, identity: seed })
    }

    /// Returns what the space holds.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.stock.quota.used()
    }

    /// The most that the space ever held of each, what operations that failed held for a moment
    /// included.
    #[must_use]
    pub fn high_water(&self) -> Usage {
        self.stock.quota.high_water()
    }

    /// Returns the limits as they count, see [`Limits::name`] and
    /// [`Limits::file_size`].
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.stock.quota.limits
    }

    /// Sets other limits. What is held already stays, also where it is more than they allow.
    pub fn set_limits(&mut self, limits: Limits) {
        self.stock.quota.limits = limits.effective();
    }

    /// Returns which limit refused something last, how much was asked for and how much was held. An
    /// operation that is refused by a limit sets it, and so does a write that a limit cuts short.
    ///
    /// It is `None` before the first refusal, and after the allocator or the page store refused:
    /// the codes are the same, and `None` tells that no limit was the reason. Other errors leave it
    /// as it is. A host that needs it after the space has gone copies it where it turns errors into
    /// those of the guest. A [`SharedLimit`] remembers its own refusals and outlives its spaces.
    #[must_use]
    pub fn last_refusal(&self) -> Option<Refusal> {
        self.stock.quota.last_refusal()
    }

    /// Returns whether content and metadata together are more than the soft limit.
    #[must_use]
    pub fn over_soft_limit(&self) -> bool {
        self.usage().bytes() > self.limits().soft
    }

    /// The store of the pages.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.stock.layer.store
    }

    pub(crate) fn entry(&self, id: Id<Entry>) -> &Entry {
        self.stock.get(id)
    }

    /// A node that has no name yet.
    pub(crate) fn new_node(&mut self, body: Body, now: Timestamp) -> Node {
        self.serial += 1;
        Node::new(self.serial, Times::new(now), body)
    }
}
