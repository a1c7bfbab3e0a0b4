//! Charges: what a space holds, counted before it is allocated, against its limits and the one it
//! shares with others. Only `layer.rs`, `handles.rs`, `template.rs` and `snapshot.rs`
//! charge.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::limits::{Limits, Usage};
use crate::lock::Lock;
use crate::refusal::{LastRefusal, Limit, Refusal};

/// Limits of what several spaces hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedLimits {
    /// Bytes of content and of metadata, together.
    pub bytes: u64,
    /// Nodes.
    pub nodes: u64,
    /// Open handles.
    pub handles: u64,
}

/// Amounts that several spaces hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SharedUsage {
    /// Bytes of content and of metadata, together.
    pub bytes: u64,
    /// Nodes.
    pub nodes: u64,
    /// Open handles.
    pub handles: u64,
}

/// A limit that several spaces share, also across threads. A clone is the same limit. Over it,
/// operations answer `Quota`.
///
/// An operation is charged for one row after the other. A single charge that is refused books
/// nothing, at no moment; what an operation was charged before a refusal is booked until it
/// returns.
#[derive(Clone, Debug)]
pub struct SharedLimit(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: SharedLimits,
    /// Held while a charge is compared with the limits and booked.
    charging: Lock,
    bytes: AtomicU64,
    nodes: AtomicU64,
    handles: AtomicU64,
    last: LastRefusal,
}

impl SharedLimit {
    /// A limit that nothing is charged to yet. It is the one allocation of this crate, beside that
    /// of [`Space::freeze`](crate::Space::freeze), that cannot be refused: no guest can cause
    /// either.
    #[must_use]
    pub fn new(limits: SharedLimits) -> Self {
        let (bytes, nodes, handles) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let (charging, last) = (Lock::default(), LastRefusal::default());
        Self(Arc::new(Shared { limits, charging, bytes, nodes, handles, last }))
    }

    /// Returns what the spaces and templates hold together.
    #[must_use]
    pub fn usage(&self) -> SharedUsage {
        SharedUsage {
            bytes: self.0.bytes.load(Ordering::Relaxed),
            nodes: self.0.nodes.load(Ordering::Relaxed),
            handles: self.0.handles.load(Ordering::Relaxed),
        }
    }

    /// Returns the last refusal of the limit, whichever space asked, also after that space has
    /// gone. Each space remembers its own, too:
    /// [`Space::last_refusal`](crate::Space::last_refusal).
    #[must_use]
    pub fn last_refusal(&self) -> Option<Refusal> {
        self.0.last.get()
    }

    /// Books all of `amount`, or nothing. No charge sees half of another one, so that none is
    /// refused for what is not booked in the end.
    fn charge(&self, amount: Usage, own: &LastRefusal) -> Result<()> {
        let Shared { limits, charging, bytes, nodes, handles, last } = &*self.0;
        let all = [
            (Limit::SharedBytes, bytes, limits.bytes, amount.bytes()),
            (Limit::SharedNodes, nodes, limits.nodes, amount.nodes),
            (Limit::SharedHandles, handles, limits.handles, amount.handles),
        ];
        let refusal = charging.hold(|| {
            let refusal = all.iter().find_map(|(limit, counter, allowed, asked)| {
                let (limit, asked, allowed) = (*limit, *asked, *allowed);
                let held = counter.load(Ordering::Relaxed);
                let fits = asked == 0 || held.checked_add(asked).is_some_and(|sum| sum <= allowed);
                (!fits).then_some(Refusal { limit, asked, held, allowed })
            });
            if refusal.is_none() {
                for (_, counter, _, asked) in &all {
                    counter.fetch_add(*asked, Ordering::Relaxed);
                }
            }
            refusal
        });
        let Some(refusal) = refusal else { return Ok(()) };
        last.set(refusal);
        Err(own.set(refusal))
    }

    /// Takes a booked amount back. It needs no lock: a charge at the same time comes before or
    /// after.
    fn refund(&self, amount: Usage) {
        self.0.bytes.fetch_sub(amount.bytes(), Ordering::Relaxed);
        self.0.nodes.fetch_sub(amount.nodes, Ordering::Relaxed);
        self.0.handles.fetch_sub(amount.handles, Ordering::Relaxed);
    }
}

/// The books of one space. What is still charged when it goes is refunded to the shared limit.
#[derive(Debug)]
pub(crate) struct Quota {
    pub(crate) limits: Limits,
    used: Usage,
    high: Usage,
    shared: Option<SharedLimit>,
    last: LastRefusal,
}

impl Quota {
    pub(crate) fn new(limits: Limits, shared: Option<SharedLimit>) -> Self {
        let limits = limits.effective();
        let (used, high) = (Usage::default(), Usage::default());
        Self { limits, used, high, shared, last: LastRefusal::default() }
    }

    /// Charges the shared limit alone, for a layer that is to be a template's. Returns the books of
    /// the layer.
    pub(crate) fn split(&self, amount: Usage) -> Result<Self> {
        if let Some(shared) = &self.shared {
            shared.charge(amount, &self.last)?;
        }
        let (limits, shared, last) = (self.limits, self.shared.clone(), LastRefusal::default());
        Ok(Self { limits, used: amount, high: amount, shared, last })
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

    /// Books `amount`, or nothing where a limit forbids it.
    // The compiler knows where it is called which parts are nothing, and leaves those out: always
    // inlined, making and removing a file takes 2 % fewer instructions.
    #[inline(always)]
    pub(crate) fn charge(&mut self, amount: Usage) -> Result<()> {
        let (used, limits) = (self.used, self.limits);
        let sum = |limit, held: u64, asked: u64, allowed| {
            let sum = held.saturating_add(asked);
            // Asking for nothing always succeeds, also above a lowered limit.
            let fits = asked == 0 || sum <= allowed;
            if fits { Ok(sum) } else { Err(self.refuse(limit, asked, held)) }
        };
        let content = sum(Limit::Content, used.content, amount.content, limits.content)?;
        let metadata = sum(Limit::Metadata, used.metadata, amount.metadata, limits.metadata)?;
        let nodes = sum(Limit::Nodes, used.nodes, amount.nodes, limits.nodes)?;
        let allowed = u64::from(limits.handles);
        let handles = sum(Limit::Handles, used.handles, amount.handles, allowed)?;
        if let Some(shared) = &self.shared {
            shared.charge(amount, &self.last)?;
        }
        self.used = Usage { content, metadata, nodes, handles };
        self.high = self.high.most(self.used);
        Ok(())
    }

    /// Remembers that one of the space's own limits refused, and returns the code for it.
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

    /// Forgets the last refusal, since no limit is the reason of the error that comes now.
    #[cold]
    pub(crate) fn forget_refusal(&self) {
        self.last.clear();
    }

    /// Returns the code for want of room that no limit is the reason of.
    #[cold]
    pub(crate) fn no_room(&self) -> Error {
        self.forget_refusal();
        Error::InsufficientSpace
    }

    #[inline]
    pub(crate) fn refund(&mut self, amount: Usage) {
        let Usage { content, metadata, nodes, handles } = &mut self.used;
        for (held, less) in [
            (content, amount.content),
            (metadata, amount.metadata),
            (nodes, amount.nodes),
            (handles, amount.handles),
        ] {
            *held = held.checked_sub(less).expect("BUG: what is refunded was charged");
        }
        if let Some(shared) = &self.shared {
            shared.refund(amount);
        }
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            shared.refund(self.used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        one.charge(amount).unwrap();
        let before = shared.usage();
        assert_eq!(before, SharedUsage { bytes: 70, nodes: 1, handles: 1 });
        assert_eq!(one.charge(amount), Err(Error::InsufficientSpace));
        assert_eq!(other.charge(amount), Err(Error::Quota));
        let rest = Usage { content: 30, nodes: 2, handles: 1, ..Usage::default() };
        assert_eq!(other.charge(rest), Err(Error::Quota), "the handle is one too many");
        assert_eq!((shared.usage(), other.used()), (before, Usage::default()));
        drop(one);
        assert_eq!(shared.usage(), SharedUsage::default());
        assert_eq!(
            other.charge(Usage { content: u64::MAX, ..rest }),
            Err(Error::InsufficientSpace)
        );
    }

    #[test]
    fn lowered_limits_refuse_more_and_take_less() {
        let mut quota = Quota::new(Limits::default(), None);
        let amount = Usage { content: 64, ..Usage::default() };
        quota.charge(amount).unwrap();
        quota.limits.content = 10;
        assert_eq!(quota.charge(amount), Err(Error::InsufficientSpace));
        quota.charge(Usage { nodes: 1, ..Usage::default() }).unwrap();
        quota.refund(amount);
        assert_eq!(quota.used().content, 0);
        assert_eq!(quota.high_water().content, 64);
    }
}
