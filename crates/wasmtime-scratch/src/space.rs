//! A space: one filesystem in memory, of one store or of several.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tmpfs::{Limits, Refusal, Result, Settings, SharedLimit, Timestamp, Usage};

/// A filesystem in memory with exact limits.
///
/// A clone is the same space. Mount it in two stores to share its files. Keep a clone to read its
/// usage from another thread, or after the store is dropped. The files exist until the last clone
/// is dropped.
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
    /// True if the space was started from a template.
    seeded: bool,
}

/// The clock for the times of files.
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
    /// Sets the bytes of content that files may hold, by default 64 MiB.
    ///
    /// Beyond that a program gets `insufficient-space`, in POSIX `ENOSPC`. [`Limits::content`]
    /// describes how they are counted.
    #[must_use]
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.limits.content = bytes;
        self
    }

    /// Sets the number of files, directories and symbolic links, by default 65,536. The root
    /// counts. Beyond that a program gets `insufficient-space`.
    #[must_use]
    pub fn nodes(mut self, nodes: u64) -> Self {
        self.limits.nodes = nodes;
        self
    }

    /// Sets the bytes of one file, holes included, by default 2^63 - 1. Beyond that a program gets
    /// `file-too-large`, in POSIX `EFBIG`.
    #[must_use]
    pub fn file_size(mut self, bytes: u64) -> Self {
        self.limits.file_size = bytes;
        self
    }

    /// Sets the number of descriptors, streams and listings that may be open at once, by default
    /// 1,024.
    ///
    /// Beyond that a program gets `insufficient-memory`, in POSIX `ENOMEM`.
    #[must_use]
    pub fn handles(mut self, handles: u32) -> Self {
        self.limits.handles = handles;
        self
    }

    /// Sets all limits, and replaces those that were set before.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Charges the space to a limit that several spaces share, too: the budget of a host or of one
    /// of its tenants.
    ///
    /// Beyond that a program gets `quota`, in POSIX `EDQUOT`. If the limit has a
    /// [`Pool`](crate::Pool), the pool is called while the space is locked, so it must not use the
    /// space.
    #[must_use]
    pub fn shared_limit(mut self, shared: &SharedLimit) -> Self {
        self.shared = Some(shared.clone());
        self
    }

    /// Sets the clock for the times of files, by default the system's. If a host gives its guests
    /// another clock, it should give the space the same one.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Makes the space.
    ///
    /// # Errors
    /// - `InsufficientSpace` if the limits do not allow the root directory;
    /// - `Quota` if the shared limit does not allow it;
    /// - `Io` if the system has no random numbers.
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

    /// Returns whether the space was started from a template.
    pub(crate) fn is_seeded(&self) -> bool {
        self.0.seeded
    }

    /// Returns the settings of a new space, with their defaults.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns the amounts that the space holds now.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.engine().usage()
    }

    /// Returns the most that the space ever held of each amount.
    #[must_use]
    pub fn high_water(&self) -> Usage {
        self.engine().high_water()
    }

    /// Returns the limits.
    #[must_use]
    pub fn limits(&self) -> Limits {
        *self.engine().limits()
    }

    /// Sets other limits. Files that exceed them stay. A program can then read and delete them, and
    /// gets errors for anything that would take more.
    pub fn set_limits(&self, limits: Limits) {
        self.engine().set_limits(limits);
    }

    /// Returns the last refusal: the limit, the amount asked for, and the amount held. It is the
    /// reason for the `insufficient-space` or `quota` that a program got, or for the error of a
    /// copy or another call of the host, whichever came last. It stays when files are deleted
    /// afterwards.
    ///
    /// # Example
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

    /// Returns whether content and metadata together exceed [`Limits::soft`].
    #[must_use]
    pub fn over_soft_limit(&self) -> bool {
        self.engine().over_soft_limit()
    }

    /// Removes every file, directory and symbolic link except the root, in linear time. Files that
    /// a guest has open stay open, without a name.
    ///
    /// A guest can do the same with `scratch:space/files`, except in a space that was started from
    /// a template. There the host goes back to the template, see [`Space::reset_to`].
    ///
    /// # Errors
    /// `InsufficientSpace` if the space is based on a template and there is no memory to copy a
    /// directory that changes. A part has been removed then.
    pub fn clear(&self) -> Result<()> {
        self.change(tmpfs::Space::clear)
    }

    /// Recounts everything, and compares it with the recorded amounts.
    ///
    /// # Errors
    /// A [`Drift`](crate::Drift) is the first difference. It is a bug of this crate.
    pub fn audit(&self) -> Result<(), tmpfs::Drift> {
        self.engine().audit()
    }

    /// Returns whether both are the same space.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Locks the filesystem. A caller must not drop an open file while it holds the lock.
    // A panic while the lock is held is a bug of the engine. Its memory is still bounded, and can
    // be freed.
    pub(crate) fn engine(&self) -> MutexGuard<'_, tmpfs::Space> {
        self.0.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` with the engine and the present time, while the lock is held.
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

/// Returns a time of the system's clock, also one before 1970.
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
