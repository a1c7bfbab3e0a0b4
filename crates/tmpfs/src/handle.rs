//! Handles: the words for what is open, and for what.

use crate::id::Id;
use crate::node::Node;

/// An open file or directory of one space. It is a token: a copy is the same handle, and after
/// [`Space::close`](crate::Space::close) every copy is a bad descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    pub(crate) open: Id<Open>,
    /// No other handle of the space ever has it.
    pub(crate) serial: u64,
}

/// The uses that a handle permits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DescriptorFlags {
    /// Content may be read.
    pub read: bool,
    /// Content may be written.
    pub write: bool,
    /// Kept and told, without effect: nothing here is written later.
    pub file_integrity_sync: bool,
    /// As `file_integrity_sync`.
    pub data_integrity_sync: bool,
    /// As `file_integrity_sync`.
    pub requested_write_sync: bool,
    /// Entries below this directory may be changed. Directories opened from it inherit this.
    pub mutate_directory: bool,
}

impl DescriptorFlags {
    /// For reading.
    pub const READ: Self = Self {
        read: true,
        write: false,
        file_integrity_sync: false,
        data_integrity_sync: false,
        requested_write_sync: false,
        mutate_directory: false,
    };

    /// For writing.
    pub const WRITE: Self = Self { read: false, write: true, ..Self::READ };

    /// For reading and writing.
    pub const READ_WRITE: Self = Self { write: true, ..Self::READ };

    /// For a directory below which everything may be done.
    pub const DIRECTORY: Self = Self { mutate_directory: true, ..Self::READ };
}

/// An open file or directory.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) node: Id<Node>,
    /// True where changes are permitted through a directory, and through what is opened from it; of
    /// a file whether its times may be set.
    pub(crate) mutable: bool,
    pub(crate) flags: DescriptorFlags,
    pub(crate) serial: u64,
}
