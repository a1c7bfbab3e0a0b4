//! Words for what a node tells of itself: kind, size, links, times, identity.

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

/// A moment, counted from 1970-01-01T00:00:00Z; before it, `seconds` is negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Whole seconds, rounded down.
    pub seconds: i64,
    /// The rest, at most 999,999,999.
    pub nanoseconds: u32,
}

/// New values of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NewTimestamp {
    /// The value that it has.
    NoChange,
    /// The present moment, which the caller tells.
    Now,
    /// This.
    Timestamp(Timestamp),
}

/// The attributes of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stat {
    /// Its kind.
    pub kind: Kind,
    /// Its names; of a directory also its own `.` and the `..` of each subdirectory. 0 once
    /// removed.
    pub link_count: u64,
    /// Bytes of a file with its holes, or of what a symbolic link holds; 0 for a directory.
    pub size: u64,
    /// The time of the last reading, as far as it is told: made, or set. Reading does not change
    /// it, as on a filesystem mounted `noatime`.
    pub accessed: Timestamp,
    /// The time at which its content, or a directory's entries, last changed.
    pub modified: Timestamp,
    /// The time at which anything about it last changed.
    pub changed: Timestamp,
}

/// The identity of a node, and a hash of its state. Neither tells anything else about the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MetadataHash {
    /// The inode number, as every C library and Go show this word: the same as long as the node
    /// exists, whatever changes in it, and never that of another node of the space.
    pub lower: u64,
    /// A hash of identity, size and times, which changes when the node does.
    pub upper: u64,
}
