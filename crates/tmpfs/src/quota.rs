//! Charges against the limits of a space and the limit that it shares. They are made before the
//! allocation. Only `layer.rs`, `stored.rs`, `handles.rs`, `template.rs`, `snapshot.rs` and
//! `fold.rs` charge.
//!
//! A space's own limits are charged for everything that the space can reach. The shared limit is
//! charged for the same amounts, except that the bytes of a page are charged once: to the layer
//! that owns the page.

use core::mem;

use crate::error::{Error, Result};
use crate::limits::{Limits, Usage};
use crate::pages::PageStore;
use crate::refusal::{LastRefusal, Limit, Refusal};
use crate::sharing::SharedLimit;

/// The charges of one space. When it is dropped, the rest is refunded to the shared limit.
#[derive(Debug)]
pub(crate) struct Quota {
    pub(crate) limits: Limits,
    used: Usage,
    high: Usage,
    /// The bytes of the pages that the layer owns, if the limit is shared. They are the content
    /// that is charged to the shared limit.
    owned: u64,
    shared: Option<SharedLimit>,
    last: LastRefusal,
}

impl Quota {
    pub(crate) fn new(limits: Limits, shared: Option<SharedLimit>) -> Self {
        let limits = limits.effective();
        let (used, high) = (Usage::default(), Usage::default());
        Self { limits, used, high, owned: 0, shared, last: LastRefusal::default() }
    }

    /// Charges the shared limit alone, for a layer that becomes part of a template. The bytes of
    /// its pages are charged already. Returns the charges of the layer.
    pub(crate) fn split(&mut self, amount: Usage) -> Result<Self> {
        if let Some(shared) = &self.shared {
            shared.charge(Usage { content: 0, ..amount }, &self.last)?;
        }
        let owned = mem::take(&mut self.owned);
        let (limits, shared, last) = (self.limits, self.shared.clone(), LastRefusal::default());
        Ok(Self { limits, used: amount, high: amount, owned, shared, last })
    }

    #[inline]
    pub(crate) fn used(&self) -> Usage {
        self.used
    }

    pub(crate) fn high_water(&self) -> Usage {
        self.high
    }

    /// Returns the last refusal of one of these limits, or of the shared one.
    pub(crate) fn last_refusal(&self) -> Option<Refusal> {
        self.last.get()
    }

    /// Charges `amount`, or nothing if a limit refuses.
    // Always inlined, since each caller knows which amounts are zero: making and removing a file
    // takes 2 % fewer instructions.
    #[inline(always)]
    pub(crate) fn charge<S: PageStore>(&mut self, amount: Usage) -> Result<()> {
        self.charge_apart::<S>(amount, amount.content)
    }

    /// Charges `amount`, or nothing if a limit refuses. The shared limit is charged for `owned`
    /// bytes of content instead. Only spaces with a store that allows templates share a limit: for
    /// other stores the code is not compiled.
    #[inline(always)]
    pub(crate) fn charge_apart<S: PageStore>(&mut self, amount: Usage, owned: u64) -> Result<()> {
        let used = self.with(amount)?;
        if S::TEMPLATES
            && let Some(shared) = &self.shared
        {
            shared.charge(Usage { content: owned, ..amount }, &self.last)?;
            self.owned += owned;
        }
        self.used = used;
        self.high = self.high.most(used);
        Ok(())
    }

    /// Returns the charges with `amount` added, if the space's own limits allow it.
    #[inline(always)]
    fn with(&self, amount: Usage) -> Result<Usage> {
        let (used, limits) = (self.used, self.limits);
        let sum = |limit, held: u64, asked: u64, allowed| {
            let sum = held.saturating_add(asked);
            // Charging zero always succeeds, even if a lowered limit is already exceeded.
            let fits = asked == 0 || sum <= allowed;
            if fits { Ok(sum) } else { Err(self.refuse(limit, asked, held)) }
        };
        let content = sum(Limit::Content, used.content, amount.content, limits.content)?;
        let metadata = sum(Limit::Metadata, used.metadata, amount.metadata, limits.metadata)?;
        let nodes = sum(Limit::Nodes, used.nodes, amount.nodes, limits.nodes)?;
        let allowed = u64::from(limits.handles);
        let handles = sum(Limit::Handles, used.handles, amount.handles, allowed)?;
        Ok(Usage { content, metadata, nodes, handles })
    }

    /// Charges `amount`, the usage of a template, in place of the present charges, or changes
    /// nothing if a limit refuses. The shared limit is charged for the difference alone.
    pub(crate) fn replace(&mut self, amount: Usage) -> Result<()> {
        self.with(amount.minus(self.used))?;
        if let Some(shared) = &self.shared {
            let (held, owned) = (self.held(), Usage { content: 0, ..amount });
            // The shared limit counts the bytes of content and metadata together.
            let difference = |one: Usage, other: Usage| {
                let bytes = one.bytes().saturating_sub(other.bytes());
                Usage { content: bytes, metadata: 0, ..one.minus(other) }
            };
            shared.charge(difference(owned, held), &self.last)?;
            shared.refund(difference(held, owned));
            self.owned = 0;
        }
        self.used = amount;
        self.high = self.high.most(amount);
        Ok(())
    }

    /// Records that one of the space's own limits refused, and returns the code for it.
    #[cold]
    pub(crate) fn refuse(&self, limit: Limit, asked: u64, held: u64) -> Error {
        let Limits { content, metadata, nodes, handles, name, path, file_size, .. } = self.limits;
        let allowed = match limit {
            Limit::Content => content,
            Limit::Metadata => metadata,
            Limit::Nodes => nodes,
            Limit::Handles => u64::from(handles),
            Limit::Name => u64::from(name),
            Limit::Path => u64::from(path),
            Limit::FileSize => file_size,
            Limit::SharedBytes | Limit::SharedNodes | Limit::SharedHandles => {
                panic!("BUG: the shared limit tells its refusals itself")
            }
        };
        self.last.set(Refusal { limit, asked, held, allowed })
    }

    /// Forgets the last refusal, since no limit caused the error that follows.
    #[cold]
    pub(crate) fn forget_refusal(&self) {
        self.last.clear();
    }

    /// Returns the code for a lack of room that no limit caused.
    #[cold]
    pub(crate) fn no_room(&self) -> Error {
        self.forget_refusal();
        Error::InsufficientSpace
    }

    /// Returns the amounts that are charged to the shared limit.
    fn held(&self) -> Usage {
        Usage { content: self.owned, ..self.used }
    }

    /// Returns the bytes of pages that are charged to the shared limit. It is `None` if no limit is
    /// shared.
    pub(crate) fn owned(&self) -> Option<u64> {
        self.shared.as_ref().map(|_| self.owned)
    }

    /// Returns the bytes of pages that another layer has charged to the same shared limit.
    pub(crate) fn owned_by(&self, layer: &Self) -> u64 {
        if self.shared == layer.shared { layer.owned } else { 0 }
    }

    /// Takes over the charges for the pages of a layer that becomes a part of the space's own, if
    /// they are to the same shared limit. All other charges of the layer are refunded.
    pub(crate) fn adopt(&mut self, mut layer: Self) {
        if self.shared == layer.shared {
            self.owned += mem::take(&mut layer.owned);
        }
    }

    #[inline]
    pub(crate) fn refund<S: PageStore>(&mut self, amount: Usage) {
        self.refund_apart::<S>(amount, amount.content);
    }

    /// Refunds `amount`, and `owned` bytes of content to the shared limit instead.
    #[inline]
    pub(crate) fn refund_apart<S: PageStore>(&mut self, amount: Usage, owned: u64) {
        let Usage { content, metadata, nodes, handles } = &mut self.used;
        for (held, less) in [
            (content, amount.content),
            (metadata, amount.metadata),
            (nodes, amount.nodes),
            (handles, amount.handles),
        ] {
            *held = held.checked_sub(less).expect("BUG: what is refunded was charged");
        }
        if S::TEMPLATES
            && let Some(shared) = &self.shared
        {
            shared.refund(Usage { content: owned, ..amount });
            self.owned = self.owned.checked_sub(owned).expect("BUG: an owned page was charged");
        }
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            shared.refund(self.held());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::MemoryPages;
    use crate::sharing::{SharedLimits, SharedUsage};

    fn shared() -> SharedLimit {
        SharedLimit::new(SharedLimits { bytes: 100, nodes: 3, handles: 1 })
    }

    #[test]
    fn a_refused_charge_books_nothing_anywhere() {
        let shared = shared();
        let limits = Limits { content: 60, ..Limits::default() };
        let mut one = Quota::new(limits, Some(shared.clone()));
        let mut other = Quota::new(limits, Some(shared.clone()));
        let amount = Usage { content: 60, metadata: 10, nodes: 1, handles: 1 };
        one.charge::<MemoryPages>(amount).unwrap();
        let before = shared.usage();
        assert_eq!(before, SharedUsage { bytes: 70, nodes: 1, handles: 1 });
        assert_eq!(one.charge::<MemoryPages>(amount), Err(Error::InsufficientSpace));
        assert_eq!(other.charge::<MemoryPages>(amount), Err(Error::Quota));
        let rest = Usage { content: 30, nodes: 2, handles: 1, ..Usage::default() };
        assert_eq!(
            other.charge::<MemoryPages>(rest),
            Err(Error::Quota),
            "the handle is one too many"
        );
        assert_eq!((shared.usage(), other.used()), (before, Usage::default()));
        drop(one);
        assert_eq!(shared.usage(), SharedUsage::default());
        assert_eq!(
            other.charge::<MemoryPages>(Usage { content: u64::MAX, ..rest }),
            Err(Error::InsufficientSpace)
        );
    }

    #[test]
    fn lowered_limits_refuse_more_and_take_less() {
        let mut quota = Quota::new(Limits::default(), None);
        let amount = Usage { content: 64, ..Usage::default() };
        quota.charge::<MemoryPages>(amount).unwrap();
        quota.limits.content = 10;
        assert_eq!(quota.charge::<MemoryPages>(amount), Err(Error::InsufficientSpace));
        quota.charge::<MemoryPages>(Usage { nodes: 1, ..Usage::default() }).unwrap();
        quota.refund::<MemoryPages>(amount);
        assert_eq!(quota.used().content, 0);
        assert_eq!(quota.high_water().content, 64);
    }
}
