//! The limit that several spaces share, and the memory pool that may stand behind it.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::error::Result;
use crate::limits::Usage;
use crate::lock::Lock;
use crate::refusal::{LastRefusal, Limit, Refusal};

/// Limits of the amounts that several spaces hold together.
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

/// A memory pool of the host, such as that of a query or a tenant. A [`SharedLimit`] takes the
/// bytes of content and metadata from it.
///
/// The engine holds no lock of its own during a call, and several threads may call at the same
/// time. A call comes from within an operation on a space. The pool may ask the limit for its
/// usage, but must not use the space. There is one call for each row and page; a slow pool should
/// take more memory at once and keep the rest. When all spaces and templates are dropped,
/// everything that was granted has been given back.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// use tmpfs::{Pool, Settings, SharedLimit, SharedLimits, Space, Timestamp};
///
/// struct Query(Arc<AtomicU64>);
///
/// impl Pool for Query {
///     fn grow(&self, bytes: u64) -> bool {
///         let fits = |free: u64| free.checked_sub(bytes);
///         self.0.fetch_update(Relaxed, Relaxed, fits).is_ok()
///     }
///
///     fn shrink(&self, bytes: u64) {
///         self.0.fetch_add(bytes, Relaxed);
///     }
/// }
///
/// let free = Arc::new(AtomicU64::new(1 << 20));
/// let limits = SharedLimits { bytes: u64::MAX, nodes: u64::MAX, handles: u64::MAX };
/// let shared = SharedLimit::with_pool(limits, Query(Arc::clone(&free)));
/// let settings = Settings::seeded([1, 2], Timestamp::default());
/// let space = Space::create(Settings { shared: Some(shared), ..settings })?;
/// assert_eq!(free.load(Relaxed), (1 << 20) - tmpfs::prices::NODE, "the root is there");
/// drop(space);
/// assert_eq!(free.load(Relaxed), 1 << 20);
/// # Ok::<(), tmpfs::Error>(())
/// ```
pub trait Pool: Send + Sync {
    /// Grants bytes, or refuses them by returning false. The engine asks before it allocates.
    ///
    /// It must not panic, since it is called in the middle of an operation, a part of which would
    /// stay done.
    fn grow(&self, bytes: u64) -> bool;

    /// Takes back bytes that were granted.
    ///
    /// It must not panic, since it is called when a space is dropped.
    fn shrink(&self, bytes: u64);
}

/// A limit that several spaces share, also across threads. A clone is the same limit. An operation
/// that would exceed it fails with `Quota`.
///
/// An operation is charged for one row after the other. A charge that is refused is not counted at
/// any moment. Charges that the operation made before the refusal count until it returns.
///
/// The bytes of a page count once, also if several spaces reach the page through a
/// [`Template`](crate::Template): for the space that wrote it, and then for the template. A space
/// that changes a page of its template makes a copy, which counts, and which the limit may refuse.
/// Nodes and metadata count for the template and for each space in full, so that nothing but a
/// write into a page of the template, or a truncation in its middle, is refused for a copy.
#[derive(Clone)]
pub struct SharedLimit(Arc<Shared>);

impl PartialEq for SharedLimit {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for SharedLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SharedLimit").field("usage", &self.usage()).finish_non_exhaustive()
    }
}

impl SharedLimit {
    /// Makes a limit with no charges.
    ///
    /// This allocation aborts if there is no memory, as do those of
    /// [`Space::freeze`](crate::Space::freeze) and [`Space::snapshot`](crate::Space::snapshot). A
    /// guest cannot cause any of them.
    #[must_use]
    pub fn new(limits: SharedLimits) -> Self {
        Self::with(limits, None)
    }

    /// Makes a limit whose bytes are also taken from a pool.
    ///
    /// The pool is not asked for more than the limit itself allows. After a refusal by the pool,
    /// [`Refusal::limit`] is [`Limit::SharedBytes`] and [`Refusal::allowed`] is the amount held at
    /// that moment.
    #[must_use]
    pub fn with_pool(limits: SharedLimits, pool: impl Pool + 'static) -> Self {
        Self::with(limits, Some(Box::new(pool)))
    }

    fn with(limits: SharedLimits, pool: Option<Box<dyn Pool>>) -> Self {
        let (bytes, nodes, handles) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let (charging, last) = (Lock::default(), LastRefusal::default());
        Self(Arc::new(Shared { limits, pool, charging, bytes, nodes, handles, last }))
    }

    /// Returns the amounts that the spaces and templates hold together.
    #[must_use]
    pub fn usage(&self) -> SharedUsage {
        SharedUsage {
            bytes: self.0.bytes.load(Ordering::Relaxed),
            nodes: self.0.nodes.load(Ordering::Relaxed),
            handles: self.0.handles.load(Ordering::Relaxed),
        }
    }

    /// Returns the last refusal of the limit to any space, also after that space was dropped.
    ///
    /// Each space also records its own: [`Space::last_refusal`](crate::Space::last_refusal).
    #[must_use]
    pub fn last_refusal(&self) -> Option<Refusal> {
        self.0.last.get()
    }

    /// Charges all of `amount`, or nothing. A refusal is also recorded in `own`.
    pub(crate) fn charge(&self, amount: Usage, own: &LastRefusal) -> Result<()> {
        let charged = match &self.0.pool {
            Some(pool) if amount.bytes() > 0 => self.0.charge_with(&**pool, amount),
            _ => self.0.book(amount),
        };
        charged.map_err(|refusal| {
            self.0.last.set(refusal);
            own.set(refusal)
        })
    }

    /// Refunds a charged amount. It takes no lock: a concurrent charge comes either before or after
    /// it.
    #[inline]
    pub(crate) fn refund(&self, amount: Usage) {
        self.0.bytes.fetch_sub(amount.bytes(), Ordering::Relaxed);
        self.0.nodes.fetch_sub(amount.nodes, Ordering::Relaxed);
        self.0.handles.fetch_sub(amount.handles, Ordering::Relaxed);
        if let Some(pool) = &self.0.pool
            && amount.bytes() > 0
        {
            pool.shrink(amount.bytes());
        }
    }
}

struct Shared {
    limits: SharedLimits,
    pool: Option<Box<dyn Pool>>,
    /// The lock held while a charge is compared with the limits and added.
    charging: Lock,
    bytes: AtomicU64,
    nodes: AtomicU64,
    handles: AtomicU64,
    last: LastRefusal,
}

impl Shared {
    /// Compares an amount with the limits, and calls `book` with the counters if it fits. The lock
    /// hides unfinished charges, so that none is refused because of another that is then undone.
    fn compare(
        &self,
        amount: Usage,
        book: impl FnOnce([(&AtomicU64, u64); 3]),
    ) -> Result<(), Refusal> {
        let Self { limits, charging, bytes, nodes, handles, .. } = self;
        let all = [
            (Limit::SharedBytes, bytes, limits.bytes, amount.bytes()),
            (Limit::SharedNodes, nodes, limits.nodes, amount.nodes),
            (Limit::SharedHandles, handles, limits.handles, amount.handles),
        ];
        charging.hold(|| {
            for (limit, counter, allowed, asked) in all {
                let held = counter.load(Ordering::Relaxed);
                let fits = asked == 0 || held.checked_add(asked).is_some_and(|sum| sum <= allowed);
                if !fits {
                    return Err(Refusal { limit, asked, held, allowed });
                }
            }
            book(all.map(|(_, counter, _, asked)| (counter, asked)));
            Ok(())
        })
    }

    fn book(&self, amount: Usage) -> Result<(), Refusal> {
        self.compare(amount, |all| {
            for (counter, asked) in all {
                counter.fetch_add(asked, Ordering::Relaxed);
            }
        })
    }

    /// Takes the bytes from the pool before they are charged, so that the charges never exceed the
    /// granted amount.
    fn charge_with(&self, pool: &dyn Pool, amount: Usage) -> Result<(), Refusal> {
        let asked = amount.bytes();
        self.compare(amount, |_| ())?;
        if !pool.grow(asked) {
            let held = self.bytes.load(Ordering::Relaxed);
            return Err(Refusal { limit: Limit::SharedBytes, asked, held, allowed: held });
        }
        // Other spaces may have been charged in the meantime.
        self.book(amount).inspect_err(|_| pool.shrink(asked))
    }
}
