//! The limits of a space, and the amounts that it holds.

/// Limits of a space. Each applies independently of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of stored content. The default is 64 MiB: a plugin's scratch files fit, and a hundred
    /// full spaces still fit a small host.
    ///
    /// The charge is for stored pages. A file is stored in pages of 16,384 bytes ([`PAGE`]). A page
    /// that only zeros were written to is not stored and costs nothing. Any other page is stored up
    /// to the last byte written in it, rounded up:
    ///
    /// - the first page of a file to a power of two from 64 to 4,096, and beyond that to a multiple
    ///   of 4,096;
    /// - every other page to a multiple of 4,096.
    ///
    /// A file of 1 byte costs 64, of 100 bytes 128, of 5,000 bytes 8,192, and of 16,385 bytes
    /// 16,384 + 4,096. Truncating a file shrinks its last page by the same rule.
    ///
    /// [`PAGE`]: crate::PAGE
    pub content: u64,
    /// Bytes of names, nodes, entries and indexes, at the [prices](crate::prices) of each. The
    /// default is 32 MiB. That is twice the charge for the default number of empty files, which
    /// cost about 240 bytes each with names of up to 30 bytes.
    ///
    /// The memory behind these charges is allocated in chunks of 128 to 512 rows of one kind. A
    /// chunk is freed with its last row, except for one empty chunk of each kind. Free rows are
    /// used again before a chunk is added. For each kind, a space therefore has room for the most
    /// rows that it ever held at once, and for less than one chunk more. In the worst case that is
    /// less than four times this limit: each kind of row in turn took up the whole limit, and one
    /// row of every chunk is left.
    ///
    /// A [snapshot](crate::Space::snapshot) begins new chunks, and frees the room of those that are
    /// less than half full. A space also holds the rows of the templates that it is based on, even
    /// if it has removed them since. They are at most as many for each template as this limit
    /// allowed, and a space is based on at most 16 templates. As long as the space exists, 44 bytes
    /// stay for each chunk that ended with a snapshot: less than 0.4 % of this limit for each
    /// snapshot.
    pub metadata: u64,
    /// Files, directories and symbolic links. Removed nodes that are still open count, and so does
    /// the root. The default is 65,536, as many as the largest build trees have.
    pub nodes: u64,
    /// Open handles. The default is 1,024, as for processes on Linux.
    pub handles: u32,
    /// Bytes of a new name. The default is 255, as on Linux. Values above 65,535 count as 65,535. A
    /// longer name that exists already can be found and removed.
    pub name: u32,
    /// Bytes of a path, and of the target of a symbolic link. The default is 4,095, which with a
    /// NUL is `PATH_MAX` on Linux. A longer path is refused even if it names something.
    pub path: u32,
    /// Bytes of one file, holes included. The default is 2^63 - 1, the most that other systems can
    /// express. Greater values count as that. A file that is already larger can still be truncated,
    /// to any size.
    pub file_size: u64,
    /// Bytes of content and metadata together above which [`Space::over_soft_limit`] returns true.
    /// The default is 48 MiB, three quarters of `content`. This limit refuses nothing.
    ///
    /// [`Space::over_soft_limit`]: crate::Space::over_soft_limit
    pub soft: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            content: 64 << 20,
            metadata: 32 << 20,
            nodes: 1 << 16,
            handles: 1 << 10,
            name: 255,
            path: 4095,
            file_size: (1 << 63) - 1,
            soft: 48 << 20,
        }
    }
}

impl Limits {
    /// Returns the limits with values that are too great replaced by the greatest ones.
    #[must_use]
    pub(crate) fn effective(self) -> Self {
        let largest = (1 << 63) - 1;
        Self { name: self.name.min(65_535), file_size: self.file_size.min(largest), ..self }
    }
}

/// A limit of [`Limits`], with the names of its option and its variable.
///
/// ```
/// use tmpfs::{Limits, NamedLimit};
///
/// let limit = NamedLimit::of_variable("TMPFS_NODES").unwrap();
/// assert_eq!((limit, limit.option()), (NamedLimit::Nodes, "nodes"));
/// let mut limits = Limits::default();
/// limit.set(&mut limits, 100).unwrap();
/// assert_eq!(limits.nodes, 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedLimit {
    /// [`Limits::content`].
    Bytes,
    /// [`Limits::metadata`].
    Metadata,
    /// [`Limits::nodes`].
    Nodes,
    /// [`Limits::handles`].
    Handles,
    /// [`Limits::name`].
    Name,
    /// [`Limits::path`].
    Path,
    /// [`Limits::file_size`].
    FileSize,
    /// [`Limits::soft`].
    Soft,
}

/// A limit, the variable and the option that set it, and its greatest number.
type Row = (NamedLimit, &'static str, &'static str, u64);

/// All limits, in the order of [`NamedLimit`]. A table compiles to less code than a `match`.
static TABLE: [Row; 8] = [
    (NamedLimit::Bytes, "TMPFS_BYTES", "bytes", u64::MAX),
    (NamedLimit::Metadata, "TMPFS_METADATA", "metadata", u64::MAX),
    (NamedLimit::Nodes, "TMPFS_NODES", "nodes", u64::MAX),
    (NamedLimit::Handles, "TMPFS_HANDLES", "handles", 0xffff_ffff),
    (NamedLimit::Name, "TMPFS_NAME", "name", 0xffff_ffff),
    (NamedLimit::Path, "TMPFS_PATH", "path", 0xffff_ffff),
    (NamedLimit::FileSize, "TMPFS_FILE_SIZE", "file-size", u64::MAX),
    (NamedLimit::Soft, "TMPFS_SOFT", "soft", u64::MAX),
];

impl NamedLimit {
    /// Returns all limits in the order of their declaration.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    /// Returns the limit that a variable sets, such as `TMPFS_BYTES`.
    #[must_use]
    pub fn of_variable(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// Returns the name of the variable that sets the limit.
    #[must_use]
    pub fn variable(self) -> &'static str {
        self.row().1
    }

    /// Returns the name of the option that sets the limit, without hyphens.
    #[must_use]
    pub fn option(self) -> &'static str {
        self.row().2
    }

    /// Returns the greatest value of the limit.
    #[must_use]
    pub fn greatest(self) -> u64 {
        self.row().3
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// Sets the limit. If the number is greater than [`greatest`](Self::greatest), it sets nothing
    /// and returns `None`.
    #[must_use]
    pub fn set(self, limits: &mut Limits, number: u64) -> Option<()> {
        match self {
            Self::Bytes => limits.content = number,
            Self::Metadata => limits.metadata = number,
            Self::Nodes => limits.nodes = number,
            Self::Handles => limits.handles = u32::try_from(number).ok()?,
            Self::Name => limits.name = u32::try_from(number).ok()?,
            Self::Path => limits.path = u32::try_from(number).ok()?,
            Self::FileSize => limits.file_size = number,
            Self::Soft => limits.soft = number,
        }
        Some(())
    }
}

/// Amounts that a space holds, or the most that it held. Whatever a space shares with others is
/// charged to it in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of stored content.
    pub content: u64,
    /// Bytes of names, nodes, entries and indexes.
    pub metadata: u64,
    /// Files, directories and symbolic links. The root and removed nodes that are still open count.
    pub nodes: u64,
    /// Open handles.
    pub handles: u64,
}

impl Usage {
    /// Returns the bytes of content and metadata together.
    #[inline]
    pub(crate) fn bytes(&self) -> u64 {
        self.content.saturating_add(self.metadata)
    }

    /// Returns the greater of each amount.
    #[inline]
    pub(crate) fn most(self, other: Self) -> Self {
        Self {
            content: self.content.max(other.content),
            metadata: self.metadata.max(other.metadata),
            nodes: self.nodes.max(other.nodes),
            handles: self.handles.max(other.handles),
        }
    }

    /// Returns the difference of each amount, or 0 where the other is greater.
    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            content: self.content.saturating_sub(other.content),
            metadata: self.metadata.saturating_sub(other.metadata),
            nodes: self.nodes.saturating_sub(other.nodes),
            handles: self.handles.saturating_sub(other.handles),
        }
    }

    #[inline]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            content: self.content.saturating_add(other.content),
            metadata: self.metadata.saturating_add(other.metadata),
            nodes: self.nodes.saturating_add(other.nodes),
            handles: self.handles.saturating_add(other.handles),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, NamedLimit};

    #[test]
    fn the_greatest_number_is_the_last_that_is_taken() {
        for limit in NamedLimit::all() {
            let mut limits = Limits::default();
            limit.set(&mut limits, limit.greatest()).unwrap();
            assert_ne!(limits, Limits::default(), "{limit:?}");
            if let Some(more) = limit.greatest().checked_add(1) {
                let before = limits;
                assert_eq!(limit.set(&mut limits, more), None, "{limit:?}");
                assert_eq!(limits, before, "{limit:?}");
            }
        }
    }

    #[test]
    fn each_limit_has_its_row() {
        let rows = NamedLimit::all().map(|limit| (limit, limit.row().0));
        assert_eq!(rows.filter(|(limit, row)| limit == row).count(), NamedLimit::Soft as usize + 1);
    }

    #[test]
    fn a_variable_is_the_option_in_capitals() {
        for limit in NamedLimit::all() {
            let capitals = limit.option().replace('-', "_").to_uppercase();
            assert_eq!(limit.variable().strip_prefix("TMPFS_"), Some(capitals.as_str()));
            assert_eq!(NamedLimit::of_variable(limit.variable()), Some(limit));
        }
        for name in ["TMPFS_BITES", "BYTES", "TMPFS_bytes", "TMPFS_", ""] {
            assert_eq!(NamedLimit::of_variable(name), None, "{name}");
        }
    }
}
