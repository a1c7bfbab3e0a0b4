//! Charges: what a space holds, counted before it is allocated, against its limits and the one it
//! shares with others. Only `layer.rs`, `handles.rs` and `template.rs` charge.

use alloc::sync::Arc;
use core::hint::spin_loop;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::limits::{Limits, Usage};

/// What several spaces together may hold at the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedLimits {
    /// Bytes of content and of metadata, together.
    pub bytes: u64,
    /// Nodes.
    pub nodes: u64,
    /// Open handles.
    pub handles: u64,
}

/// What several spaces together hold.
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
/// nothing, at no moment; what an operation was charged before a refusal is booked until it returns.
#[derive(Clone, Debug)]
pub struct SharedLimit(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: SharedLimits,
    /// True while a charge is compared with the limits and booked.
    charging: AtomicBool,
    bytes: AtomicU64,
    nodes: AtomicU64,
    handles: AtomicU64,
}

impl SharedLimit {
    /// A limit that nothing is charged to yet. It is the one allocation of this crate, beside that
    /// of [`Space::freeze`](crate::Space::freeze), that cannot be refused: no guest can cause either.
    #[must_use]
    pub fn new(limits: SharedLimits) -> Self {
        let (bytes, nodes, handles) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let charging = AtomicBool::new(false);
        Self(Arc::new(Shared { limits, charging, bytes, nodes, handles }))
    }

    /// What the spaces and templates hold together.
    #[must_use]
    pub fn usage(&self) -> SharedUsage {
        SharedUsage {
            bytes: self.0.bytes.load(Ordering::Relaxed),
            nodes: self.0.nodes.load(Ordering::Relaxed),
            handles: self.0.handles.load(Ordering::Relaxed),
        }
    }

    /// Books all of `amount`, or nothing. No charge sees half of another one, so that none is refused
    /// for what is not booked in the end.
    fn charge(&self, amount: Usage) -> Result<()> {
        let Shared { limits, charging, bytes, nodes, handles } = &*self.0;
        let all = [
            (bytes, limits.bytes, amount.bytes()),
            (nodes, limits.nodes, amount.nodes),
            (handles, limits.handles, amount.handles),
        ];
        // The lock is held for a few loads and stores, and nothing in between can panic.
        while charging.swap(true, Ordering::Acquire) {
            spin_loop();
        }
        let fits = all.iter().all(|(counter, limit, amount)| {
            let sum = counter.load(Ordering::Relaxed).checked_add(*amount);
            *amount == 0 || sum.is_some_and(|sum| sum <= *limit)
        });
        if fits {
            for (counter, _, amount) in &all {
                counter.fetch_add(*amount, Ordering::Relaxed);
            }
        }
        charging.store(false, Ordering::Release);
        if fits { Ok(()) } else { Err(Error::Quota) }
    }

    /// Takes a booked amount back. It needs no lock: a charge at the same time comes before or after.
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
}

impl Quota {
    pub(crate) fn new(limits: Limits, shared: Option<SharedLimit>) -> Self {
        let limits = limits.effective();
        Self { limits, used: Usage::default(), high: Usage::default(), shared }
    }

    #[inline]
    pub(crate) fn used(&self) -> Usage {
        self.used
    }

    pub(crate) fn high_water(&self) -> Usage {
        self.high
    }

    /// Books `amount`, or nothing where a limit forbids it.
    #[inline]
    pub(crate) fn charge(&mut self, amount: Usage) -> Result<()> {
        let (used, limits) = (self.used, &self.limits);
        let add = |held: u64, more: u64, limit: u64| {
            let sum = held.saturating_add(more);
            // What is asked for nothing is granted also where a limit was lowered.
            (more == 0 || sum <= limit).then_some(sum)
        };
        let content = add(used.content, amount.content, limits.content);
        let metadata = add(used.metadata, amount.metadata, limits.metadata);
        let nodes = add(used.nodes, amount.nodes, limits.nodes);
        let (Some(content), Some(metadata), Some(nodes)) = (content, metadata, nodes) else {
            return Err(Error::InsufficientSpace);
        };
        let handles = add(used.handles, amount.handles, u64::from(limits.handles));
        let handles = handles.ok_or(Error::InsufficientMemory)?;
        if let Some(shared) = &self.shared {
            shared.charge(amount)?;
        }
        self.used = Usage { content, metadata, nodes, handles };
        self.high = self.high.most(self.used);
        Ok(())
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
