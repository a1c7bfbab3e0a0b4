//! Templates: spaces that no longer change and that other spaces start from.

use alloc::sync::Arc;
use core::fmt;

use crate::error::Result;
use crate::hash::Seed;
use crate::id::Id;
use crate::layer::{Layer, Stock};
use crate::limits::Usage;
use crate::node::Node;
use crate::pages::{MemoryPages, PageStore};
use crate::quota::Quota;
use crate::space::{HANDLES, Settings, Space};
use crate::table::Table;

/// The number of templates that a space may be based on.
pub(crate) const DEPTH: u32 = 16;

/// A space that no longer changes.
///
/// Other spaces start from it in constant time with everything that it holds, and share its pages
/// until they change them. A clone is the same template.
///
/// There are no locks: threads work on their spaces at the same time. Each space is charged in full
/// for everything that it can reach, towards its own limits. A shared limit is charged in full for
/// the nodes and the metadata of the template and of each space. For the bytes of a page that
/// several spaces reach, it is charged once, as long as the template or a space that is based on it
/// exists.
///
/// ```
/// use tmpfs::{DescriptorFlags, Follow, Settings, Space, Timestamp};
///
/// let now = Timestamp::default();
/// let mut seed = Space::create(Settings::seeded([1, 2], now))?;
/// let root = seed.root(DescriptorFlags::DIRECTORY)?;
/// seed.create_directory_at(root, "data", now)?;
/// let template = seed.freeze().expect("it is based on fewer than 16 templates");
///
/// let mut space = template.space(Settings::seeded([3, 4], now))?;
/// let root = space.root(DescriptorFlags::DIRECTORY)?;
/// space.stat_at(root, Follow::No, "data")?;
/// # Ok::<(), tmpfs::Error>(())
/// ```
pub struct Template<S: PageStore = MemoryPages> {
    pub(crate) layer: Arc<Layer<S>>,
    pub(crate) root: Id<Node>,
    pub(crate) serial: u64,
    pub(crate) seed: Seed,
    /// The usage of a space that starts from the template.
    pub(crate) usage: Usage,
}

impl<S: PageStore> Clone for Template<S> {
    fn clone(&self) -> Self {
        Self { layer: Arc::clone(&self.layer), ..*self }
    }
}

impl<S: PageStore> fmt::Debug for Template<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Template").field("usage", &self.usage()).finish_non_exhaustive()
    }
}

impl Template {
    /// Starts a space with everything that the template holds, in constant time.
    ///
    /// The setting `now` is ignored, since the root keeps its times. Names are hashed with the
    /// template's seed, and inode numbers with the new one.
    ///
    /// # Errors
    /// `InsufficientSpace` if the limits do not allow what the template holds; `Quota`.
    pub fn space(&self, settings: Settings) -> Result<Space> {
        self.space_in(MemoryPages::default(), settings)
    }
}

impl<S: PageStore> Template<S> {
    /// Starts a space, as [`Template::space`] does, that stores new pages in `store`.
    ///
    /// # Errors
    /// Those of [`Template::space`].
    pub fn space_in(&self, store: S, settings: Settings) -> Result<Space<S>> {
        let Self { root, serial, seed, .. } = *self;
        let mut quota = Quota::new(settings.limits, settings.shared);
        quota.charge_apart::<S>(self.usage(), 0)?;
        let layer = Layer::over(Arc::clone(&self.layer), store);
        let stock = Stock { layer, quota, seed };
        let handles = Table::new(HANDLES);
        Ok(Space { stock, root, handles, serial, identity: settings.seed })
    }

    /// Returns the amounts that the template holds.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.usage
    }
}

impl<S: PageStore> Space<S> {
    /// Makes a template of the space and closes all handles. The time depends on the number of
    /// handles, and of nodes and pages that are new or changed since the last template below.
    ///
    /// # Errors
    /// The space itself, if it is already based on 16 templates.
    #[expect(clippy::result_large_err, reason = "rare, and a box could not be refused")]
    pub fn freeze(mut self) -> Result<Template<S>, Self> {
        const { assert!(S::TEMPLATES, "the store is one of spaces that are not frozen") };
        if self.stock.layer.depth >= DEPTH {
            return Err(self);
        }
        self.close_all();
        let Self { stock: Stock { mut layer, quota, seed }, root, serial, .. } = self;
        let usage = quota.used();
        layer.settle();
        layer.charge = Some(quota);
        Ok(Template { layer: Arc::new(layer), root, serial, seed, usage })
    }
}
