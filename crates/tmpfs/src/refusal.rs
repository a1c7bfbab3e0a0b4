//! Refusals: the limit, the amount asked for, and the amount held.

use core::fmt;
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::error::Error;
use crate::lock::Lock;

/// A limit that can refuse: one of [`Limits`](crate::Limits) except the soft one, or one of
/// [`SharedLimits`](crate::SharedLimits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Bytes of stored content.
    Content,
    /// Bytes of names, nodes, entries and indexes.
    Metadata,
    /// Files, directories and symbolic links.
    Nodes,
    /// Open handles.
    Handles,
    /// Bytes of a name.
    Name,
    /// Bytes of a path, or of the target of a symbolic link.
    Path,
    /// Bytes of a file.
    FileSize,
    /// Bytes of content and of metadata of all spaces that share the limit.
    SharedBytes,
    /// Nodes of all spaces that share the limit.
    SharedNodes,
    /// Open handles of all spaces that share the limit.
    SharedHandles,
}

impl Limit {
    const ALL: [Self; 10] = [
        Self::Content,
        Self::Metadata,
        Self::Nodes,
        Self::Handles,
        Self::Name,
        Self::Path,
        Self::FileSize,
        Self::SharedBytes,
        Self::SharedNodes,
        Self::SharedHandles,
    ];

    /// Returns the code of an operation that the limit refuses.
    #[must_use]
    pub const fn error(self) -> Error {
        match self {
            Self::Content | Self::Metadata | Self::Nodes => Error::InsufficientSpace,
            Self::Handles => Error::InsufficientMemory,
            Self::Name | Self::Path => Error::NameTooLong,
            Self::FileSize => Error::FileTooLarge,
            Self::SharedBytes | Self::SharedNodes | Self::SharedHandles => Error::Quota,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Content => "content",
            Self::Metadata => "metadata",
            Self::Nodes => "nodes",
            Self::Handles => "handles",
            Self::Name => "name",
            Self::Path => "path",
            Self::FileSize => "file size",
            Self::SharedBytes => "shared bytes",
            Self::SharedNodes => "shared nodes",
            Self::SharedHandles => "shared handles",
        })
    }
}

/// A refusal by a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// The limit that refused. If several refuse, it is the first in the order of [`Limit`].
    pub limit: Limit,
    /// The amount that was asked for. For a name, path or file it is the length that it would have.
    /// For the other limits it is the charge that was refused. An operation is charged for one row
    /// or page after the other, so this may be less than the whole operation needs.
    pub asked: u64,
    /// The amount that was held: by the space, or by all spaces that share the limit. For a file it
    /// is its size; for a name or path it is 0.
    pub held: u64,
    /// The limit at that moment.
    pub allowed: u64,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, asked, held, allowed } = self;
        write!(formatter, "{limit}: asked {asked}, held {held}, allowed {allowed}")
    }
}

/// The last refusal. Any thread can record and read it.
#[derive(Debug, Default)]
pub(crate) struct LastRefusal {
    lock: Lock,
    /// The place of the limit in [`Limit::ALL`], counted from 1; 0 for no refusal.
    limit: AtomicU8,
    asked: AtomicU64,
    held: AtomicU64,
    allowed: AtomicU64,
}

impl LastRefusal {
    /// Records a refusal, and returns its code.
    #[cold]
    pub(crate) fn set(&self, refusal: Refusal) -> Error {
        let Refusal { limit, asked, held, allowed } = refusal;
        self.lock.hold(|| {
            self.limit.store(limit as u8 + 1, Ordering::Relaxed);
            self.asked.store(asked, Ordering::Relaxed);
            self.held.store(held, Ordering::Relaxed);
            self.allowed.store(allowed, Ordering::Relaxed);
        });
        limit.error()
    }

    /// Forgets the refusal, since an error with another cause came after it.
    #[cold]
    pub(crate) fn clear(&self) {
        self.lock.hold(|| self.limit.store(0, Ordering::Relaxed));
    }

    pub(crate) fn get(&self) -> Option<Refusal> {
        self.lock.hold(|| {
            let at = self.limit.load(Ordering::Relaxed).checked_sub(1)?;
            Some(Refusal {
                limit: *Limit::ALL.get(usize::from(at))?,
                asked: self.asked.load(Ordering::Relaxed),
                held: self.held.load(Ordering::Relaxed),
                allowed: self.allowed.load(Ordering::Relaxed),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_remembered_as_itself() {
        let last = LastRefusal::default();
        assert_eq!(last.get(), None);
        for limit in Limit::ALL {
            let refusal = Refusal { limit, asked: 3, held: 2, allowed: 4 };
            assert_eq!(last.set(refusal), limit.error());
            assert_eq!(last.get(), Some(refusal));
        }
        last.clear();
        assert_eq!(last.get(), None);
    }
}
