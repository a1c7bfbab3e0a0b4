//! A space: one filesystem in memory that stores share, or have for themselves.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tmpfs::{Limits, Refusal, Result, Settings, SharedLimit, Timestamp, Usage};

/// A filesystem in memory, with limits that hold exactly.
///
/// A clone is the same space: mount it in two stores to share it, keep one to look at its usage
/// from another thread, or after the store has gone. The files go with the last clone.
///
/// ```
/// use wasmtime_scratch::Space;
///
/// let space = Space::builder().bytes(64 << 20).nodes(1_000).build()?;
/// assert_eq!(space.usage().content, 0);
/// # Ok::<(), wasmtime_scratch::Error>(())
/// ```
#[derive(Clone)]
pub struct Space(Arc<Inner>);

struct Inner {
    engine: Mutex<tmpfs::Space>,
    clock: Clock,
    /// True where it began with what a template holds.
    seeded: bool,
}

/// What tells the times of files.
pub(crate) type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

impl fmt::Debug for Space {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Space").field("usage", &self.usage()).finish_non_exhaustive()
    }
}

/// Settings of a new [`Space`].
pub struct Builder {
    pub(crate) limits: Limits,
    pub(crate) shared: Option<SharedLimit>,
    pub(crate) clock: Clock,
}

impl fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limits, shared, clock: _ } = self;
        let mut told = formatter.debug_struct("Builder");
        told.field("limits", limits).field("shared", shared).finish_non_exhaustive()
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self { limits: Limits::default(), shared: None, clock: Box::new(SystemTime::now) }
    }
}

impl Builder {
    /// Sets the bytes of content that files may hold, by default 64 MiB. Beyond, a program gets
    /// `insufficient-space`, in POSIX `ENOSPC`. [`Limits::content`] tells what counts.
    #[must_use]
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.limits.content = bytes;
        self
    }

    /// Sets the files, directories and symbolic links that there may be, by default 65,536, the
    /// root included. Beyond, a program gets `insufficient-space`.
    #[must_use]
    pub fn nodes(mut self, nodes: u64) -> Self {
        self.limits.nodes = nodes;
        self
    }

    /// Sets the bytes of one file, holes included, by default 2^63 - 1. Beyond, a program gets
    /// `file-too-large`.
    #[must_use]
    pub fn file_size(mut self, bytes: u64) -> Self {
        self.limits.file_size = bytes;
        self
    }

    /// Sets the descriptors, streams and listings that may be open at once, by default 1,024.
    /// Beyond, a program gets `insufficient-memory`.
    #[must_use]
    pub fn handles(mut self, handles: u32) -> Self {
        self.limits.handles = handles;
        self
    }

    /// Sets every limit, in the place of those that were set before.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Charges what the space holds to a limit of several spaces too: the budget of a host, or of
    /// one of its tenants. Beyond, a program gets `quota`. A [`Pool`](crate::Pool) behind it is
    /// asked while the space is locked, so that it must not ask the space anything.
    #[must_use]
    pub fn shared_limit(mut self, shared: &SharedLimit) -> Self {
        self.shared = Some(shared.clone());
        self
    }

    /// Sets the clock that the times of files are taken from, by default the system's. A host that
    /// gives its guests a clock of its own gives the space the same.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Makes the space.
    ///
    /// # Errors
    /// `InsufficientSpace` where the limits do not allow the root directory; `Quota` where the
    /// shared limit does not; `Io` where the system has no random numbers.
    pub fn build(self) -> Result<Space> {
        let Self { limits, shared, clock } = self;
        let settings = Settings { limits, shared, seed: seed()?, now: timestamp(clock()) };
        Ok(Space::of(tmpfs::Space::create(settings)?, clock, false))
    }
}

impl Space {
    pub(crate) fn of(engine: tmpfs::Space, clock: Clock, seeded: bool) -> Self {
        Self(Arc::new(Inner { engine: Mutex::new(engine), clock, seeded }))
    }

    /// Returns whether the space began with what a template holds.
    pub(crate) fn is_seeded(&self) -> bool {
        self.0.seeded
    }

    /// Returns the settings of a new space.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns what the space holds now.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.engine().usage()
    }

    /// Returns the most that the space ever held of each.
    #[must_use]
    pub fn high_water(&self) -> Usage {
        self.engine().high_water()
    }

    /// Returns the limits.
    #[must_use]
    pub fn limits(&self) -> Limits {
        *self.engine().limits()
    }

    /// Sets other limits. Files that are there stay, even if they are more than the limits allow;
    /// a program can then read and delete, and gets errors for what would take more.
    pub fn set_limits(&self, limits: Limits) {
        self.engine().set_limits(limits);
    }

    /// Returns the last refusal: the limit, how much was asked for and how much was held. It is the
    /// reason behind the `insufficient-space` that a program got.
    ///
    /// ```
    /// use wasmtime_scratch::{Limit, Space};
    ///
    /// let space = Space::builder().bytes(1 << 10).build()?;
    /// assert!(space.write("large", [1; 2 << 10]).is_err());
    /// assert_eq!(space.last_refusal().unwrap().limit, Limit::Content);
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    #[must_use]
    pub fn last_refusal(&self) -> Option<Refusal> {
        self.engine().last_refusal()
    }

    /// Returns whether content and metadata together are more than [`Limits::soft`].
    #[must_use]
    pub fn over_soft_limit(&self) -> bool {
        self.engine().over_soft_limit()
    }

    /// Removes every file, directory and symbolic link, in time that is linear in what there is.
    /// What a guest has open stays open, without a name.
    ///
    /// A guest does the same by `scratch:space/files`, but not in a space that began with a
    /// template: there the host goes back to it, see [`Space::reset_to`].
    ///
    /// # Errors
    /// `InsufficientSpace` in a space that stands on a template, where there is no memory for a
    /// copy of a directory that changes: a part is removed then.
    pub fn clear(&self) -> Result<()> {
        self.change(tmpfs::Space::clear)
    }

    /// Recounts everything, and compares it with the books.
    ///
    /// # Errors
    /// [`Drift`](crate::Drift) tells what differs. That is a fault of this crate.
    pub fn audit(&self) -> Result<(), tmpfs::Drift> {
        self.engine().audit()
    }

    /// Returns whether both are the same space.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Locks the filesystem. No caller holds the lock while it drops what is open.
    // A panic within is a fault of the engine; what it holds is still bounded and can be dropped.
    pub(crate) fn engine(&self) -> MutexGuard<'_, tmpfs::Space> {
        self.0.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something at the present moment.
    pub(crate) fn change<R>(
        &self,
        work: impl FnOnce(&mut tmpfs::Space, Timestamp) -> Result<R>,
    ) -> Result<R> {
        let now = timestamp((self.0.clock)());
        work(&mut self.engine(), now)
    }
}

/// Returns 128 random bits.
pub(crate) fn seed() -> Result<[u64; 2]> {
    let number = || getrandom::u64().map_err(|_| tmpfs::Error::Io);
    Ok([number()?, number()?])
}

/// Returns a moment of the system's clock, before 1970 too.
pub(crate) fn timestamp(time: SystemTime) -> Timestamp {
    let whole = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => {
            Timestamp { seconds: whole(after.as_secs()), nanoseconds: after.subsec_nanos() }
        }
        Err(before) => {
            let before = before.duration();
            let part = before.subsec_nanos();
            let (more, nanoseconds) = if part == 0 { (0, 0) } else { (1, 1_000_000_000 - part) };
            Timestamp { seconds: -whole(before.as_secs()) - more, nanoseconds }
        }
    }
}
