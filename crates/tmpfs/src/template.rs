//! Templates: spaces that no longer change and that others start from.

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

/// The number of templates that a space may stand on.
pub(crate) const DEPTH: u32 = 16;

/// A space that no longer changes. Spaces made from it begin with everything it holds, in constant
/// time, and share it until they change it. A clone is the same template.
///
/// Nothing is locked: threads work on their spaces at the same time. Each space is charged in full
/// for everything that it can see; the template stays charged, too, as long as it or a space that
/// was made from it lives.
pub struct Template<S: PageStore = MemoryPages> {
    pub(crate) layer: Arc<Layer<S>>,
    pub(crate) root: Id<Node>,
    pub(crate) serial: u64,
    pub(crate) seed: Seed,
    /// The usage of a space that begins with it.
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
    /// A space that begins with what the template holds.
    ///
    /// The setting `now` is not used: the root keeps its times. Names are hashed with the
    /// template's seed; identities with the new one.
    ///
    /// # Errors
    /// `InsufficientSpace` where the limits do not allow what the template holds; `Quota`.
    pub fn space(&self, settings: Settings) -> Result<Space> {
        self.space_in(MemoryPages::default(), settings)
    }
}

impl<S: PageStore> Template<S> {
    /// The same, with new pages in `store`.
    ///
    /// # Errors
    /// Those of [`Template::space`].
    pub fn space_in(&self, store: S, settings: Settings) -> Result<Space<S>> {
        let Self { root, serial, seed, .. } = *self;
        let mut quota = Quota::new(settings.limits, settings.shared);
        quota.charge::<S>(self.usage())?;
        let layer = Layer::over(Arc::clone(&self.layer), store);
        let stock = Stock { layer, quota, seed };
        let handles = Table::new(HANDLES);
        Ok(Space { stock, root, handles, serial, identity: settings.seed })
    }

    /// Returns what the template holds.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.usage
    }
}

impl<S: PageStore> Space<S> {
    /// Makes a template of the space, in constant time but for the handles, which are closed.
    ///
    /// # Errors
    /// The space itself, where it stands on 16 templates already.
    #[expect(clippy::result_large_err, reason = "rare, and a box could not be refused")]
    pub fn freeze(mut self) -> Result<Template<S>, Self> {
        const { assert!(S::TEMPLATES, "the store is one of spaces that are not frozen") };
        if self.stock.layer.depth >= DEPTH {
            return Err(self);
        }
        self.close_all();
        let Self { stock: Stock { mut layer, quota, seed }, root, serial, .. } = self;
        let usage = quota.used();
        layer.store.release();
        layer.charge = Some(quota);
        Ok(Template { layer: Arc::new(layer), root, serial, seed, usage })
    }
}
