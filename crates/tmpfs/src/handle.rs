//! Handles, and the uses that they permit.

use crate::id::Id;
use crate::node::Node;

/// An open file or directory of one space.
///
/// A copy is the same handle. After [`Space::close`](crate::Space::close) every copy is invalid,
/// and operations return `BadDescriptor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    pub(crate) open: Id<Open>,
    /// The serial number, which no other handle of the space ever has.
    pub(crate) serial: u64,
}

/// The uses that a handle permits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DescriptorFlags {
    /// Permits reading.
    pub read: bool,
    /// Permits writing.
    pub write: bool,
    /// Kept and returned, but without effect: every write is complete when it returns.
    pub file_integrity_sync: bool,
    /// Without effect, as `file_integrity_sync`.
    pub data_integrity_sync: bool,
    /// Without effect, as `file_integrity_sync`.
    pub requested_write_sync: bool,
    /// Permits changes to entries below this directory. Directories opened through it inherit the
    /// flag.
    pub mutate_directory: bool,
}

impl DescriptorFlags {
    /// Flags for reading.
    pub const READ: Self = Self {
        read: true,
        write: false,
        file_integrity_sync: false,
        data_integrity_sync: false,
        requested_write_sync: false,
        mutate_directory: false,
    };

    /// Flags for writing.
    pub const WRITE: Self = Self { read: false, write: true, ..Self::READ };

    /// Flags for reading and writing.
    pub const READ_WRITE: Self = Self { write: true, ..Self::READ };

    /// Flags for a directory below which everything may be changed.
    pub const DIRECTORY: Self = Self { mutate_directory: true, ..Self::READ };
}

/// An open file or directory.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) node: Id<Node>,
    /// True if the handle permits changes: for a directory, changes through it and through
    /// everything that is opened through it; for a file, changes of its times.
    pub(crate) mutable: bool,
    pub(crate) flags: DescriptorFlags,
    pub(crate) serial: u64,
}
