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
    /// The limit that the space shares with other spaces.
    pub shared: Option<SharedLimit>,
    /// A secret of 128 random bits. It hashes names, so that a guest cannot choose names that
    /// collide. It also hashes inode numbers, so that they reveal nothing.
    pub seed: [u64; 2],
    /// The present time, which becomes the times of the root.
    pub now: Timestamp,
}

impl Settings {
    /// Returns settings with the default limits and no shared limit.
    ///
    /// # Security
    /// A guest that can guess `seed` can choose names that collide. Their directory refuses the
    /// seventeenth of them. Take the seed from the system's random source.
    #[must_use]
    pub fn seeded(seed: [u64; 2], now: Timestamp) -> Self {
        Self { limits: Limits::default(), shared: None, seed, now }
    }
}

/// A filesystem in memory. All its memory is freed when it is dropped.
///
/// A space cannot be cloned. Two live copies that share pages would need a count on every page and
/// locks between threads, and a full copy takes time that is linear in the size of the space.
/// Instead, [freeze](Space::freeze) a space that is complete, or make a [snapshot](Space::snapshot)
/// of one that goes on. Any number of spaces [start](crate::Template::space) from the resulting
/// [`Template`] in constant time and without locks. Each of them is charged exactly for what it can
/// reach. A space [lists](Space::changes_since) the changes since a template that it is based on,
/// and [goes back](Space::reset_to) to it.
///
/// [`Template`]: crate::Template
pub struct Space<S: PageStore = MemoryPages> {
    pub(crate) stock: Stock<S>,
    pub(crate) root: Id<Node>,
    pub(crate) handles: Table<Open>,
    /// The serial number of the newest node or handle.
    pub(crate) serial: u64,
    /// The secret with which inode numbers are hashed.
    pub(crate) identity: Seed,
}

impl<S: PageStore> fmt::Debug for Space<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Space").field("usage", &self.usage()).finish_non_exhaustive()
    }
}

/// The number of rows in a chunk of handles, as a power of two.
pub(crate) const HANDLES: u32 = 7;

impl Space {
    /// Makes an empty space.
    ///
    /// # Errors
    /// `InsufficientSpace` if the limits do not allow the root or the allocator refuses; `Quota`.
    pub fn create(settings: Settings) -> Result<Self> {
        Self::create_in(MemoryPages::default(), settings)
    }
}

impl<S: PageStore> Space<S> {
    /// Makes an empty space that stores its pages in `store`.
    ///
    /// # Errors
    /// Those of [`Space::create`].
    ///
    /// # Panics
    /// If the settings have a shared limit and the store has [`PageStore::TEMPLATES`] set to false.
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

    /// Returns the amounts that the space holds.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.stock.quota.used()
    }

    /// Returns the most that the space ever held of each amount. An operation that failed may have
    /// held its part for a moment; that counts, too.
    #[must_use]
    pub fn high_water(&self) -> Usage {
        self.stock.quota.high_water()
    }

    /// Returns the limits. Values of [`Limits::name`] and [`Limits::file_size`] that are too great
    /// are replaced by the greatest ones.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.stock.quota.limits
    }

    /// Sets other limits. Files and handles that exceed them stay.
    pub fn set_limits(&mut self, limits: Limits) {
        self.stock.quota.limits = limits.effective();
    }

    /// Returns the last refusal by a limit: which limit, the amount asked for, and the amount held.
    /// A write that a limit cuts short counts as a refusal.
    ///
    /// It is `None` before the first refusal, and after a refusal by the allocator or the page
    /// store: these have the same error codes, and `None` tells that no limit was the cause. Other
    /// errors do not change it. A host that needs it after the space is dropped copies it where it
    /// converts the error for the guest. A [`SharedLimit`] records its own refusals and outlives
    /// its spaces.
    ///
    /// # Example
    /// ```
    /// use tmpfs::{Limit, Limits, Settings, Space, Timestamp};
    /// use tmpfs::{DescriptorFlags, Error, Follow, OpenFlags};
    ///
    /// let now = Timestamp::default();
    /// let limits = Limits { content: 1024, ..Limits::default() };
    /// let mut space = Space::create(Settings { limits, ..Settings::seeded([1, 2], now) })?;
    /// let root = space.root(DescriptorFlags::DIRECTORY)?;
    /// let new = OpenFlags { create: true, ..OpenFlags::default() };
    /// let file = space.open_at(root, Follow::No, "file", new, DescriptorFlags::WRITE, now)?;
    ///
    /// assert_eq!(space.write_at(file, 0, &[1; 2048], now), Err(Error::InsufficientSpace));
    /// let refusal = space.last_refusal().unwrap();
    /// assert_eq!((refusal.limit, refusal.asked, refusal.allowed), (Limit::Content, 2048, 1024));
    /// # Ok::<(), tmpfs::Error>(())
    /// ```
    #[must_use]
    pub fn last_refusal(&self) -> Option<Refusal> {
        self.stock.quota.last_refusal()
    }

    /// Returns whether content and metadata together exceed the soft limit.
    #[must_use]
    pub fn over_soft_limit(&self) -> bool {
        self.usage().bytes() > self.limits().soft
    }

    /// Returns the store of the pages.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.stock.layer.store
    }

    pub(crate) fn entry(&self, id: Id<Entry>) -> &Entry {
        self.stock.get(id)
    }

    /// Returns a node that has no name yet.
    pub(crate) fn new_node(&mut self, body: Body, now: Timestamp) -> Node {
        self.serial += 1;
        Node::new(self.serial, Times::new(now), body)
    }
}
