//! The attributes of nodes: kind, size, links, times, identity.

/// Kinds of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file.
    RegularFile,
    /// A symbolic link.
    SymbolicLink,
}

/// A time, counted from 1970-01-01T00:00:00Z. For an earlier time, `seconds` is negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Whole seconds, rounded down.
    pub seconds: i64,
    /// Nanoseconds beyond the whole seconds, at most 999,999,999.
    pub nanoseconds: u32,
}

/// A new value of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NewTimestamp {
    /// The time does not change.
    NoChange,
    /// The present time, which the caller passes.
    Now,
    /// This time.
    Timestamp(Timestamp),
}

/// The attributes of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stat {
    /// The kind of the node.
    pub kind: Kind,
    /// The number of names. A directory also counts its own `.` and the `..` of each subdirectory.
    /// After removal it is 0.
    pub link_count: u64,
    /// Bytes of a file, holes included, or of the target of a symbolic link; 0 for a directory.
    pub size: u64,
    /// The access time: the time of creation, or a time that was set. Reading does not change it,
    /// as on a filesystem mounted with `noatime`.
    pub accessed: Timestamp,
    /// The modification time: the last change of a file's content or of a directory's entries.
    pub modified: Timestamp,
    /// The status change time: the last change of anything about the node.
    pub changed: Timestamp,
}

/// The identity of a node, and a hash of its state. Neither reveals anything else about the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MetadataHash {
    /// The inode number, as C libraries and Go use this word. It does not change as long as the
    /// node exists, and no other node of the space ever has it.
    pub lower: u64,
    /// A hash of identity, size and times. It changes when the node does.
    pub upper: u64,
}
