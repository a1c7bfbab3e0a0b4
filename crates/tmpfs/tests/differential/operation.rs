//! The steps, and their answers.

use tmpfs::{
    DescriptorFlags, Error, Follow, Kind, MetadataHash, NewTimestamp, OpenFlags, Stat, Timestamp,
};

/// The number of handles that a sequence can name at once.
pub(crate) const SLOTS: usize = 12;

/// The place in which a sequence keeps a handle, also after it is closed, so that closed handles
/// are used, too. A new handle goes to the lowest place with a closed handle.
pub(crate) type Slot = usize;

/// One step in one space.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Root {
        flags: DescriptorFlags,
    },
    Open {
        at: At,
        follow: Follow,
        open: OpenFlags,
        flags: DescriptorFlags,
    },
    Close {
        handle: Slot,
    },
    Flags {
        handle: Slot,
    },
    Kind {
        handle: Slot,
    },
    Read {
        handle: Slot,
        offset: u64,
        length: usize,
    },
    Write {
        handle: Slot,
        offset: u64,
        bytes: Bytes,
    },
    Append {
        handle: Slot,
        bytes: Bytes,
    },
    SetSize {
        handle: Slot,
        size: u64,
    },
    CreateDirectory {
        at: At,
    },
    Link {
        old: At,
        follow: Follow,
        new: At,
    },
    Symlink {
        target: String,
        at: At,
    },
    Readlink {
        at: At,
    },
    Unlink {
        at: At,
    },
    RemoveDirectory {
        at: At,
    },
    Rename {
        old: At,
        new: At,
    },
    Stat {
        handle: Slot,
    },
    StatAt {
        at: At,
        follow: Follow,
    },
    SetTimes {
        handle: Slot,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    },
    SetTimesAt {
        at: At,
        follow: Follow,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    },
    Same {
        one: Slot,
        other: Slot,
    },
    Hash {
        handle: Slot,
    },
    HashAt {
        at: At,
        follow: Follow,
    },
    /// The whole listing, in the order of names.
    List {
        directory: Slot,
    },
}

/// A path and where it starts.
#[derive(Clone, Debug)]
pub(crate) struct At {
    pub(crate) directory: Slot,
    pub(crate) path: String,
}

/// Bytes to write: few to print, many to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes {
    pub(crate) first: u8,
    /// 0 for bytes that are all the same.
    pub(crate) step: u8,
    pub(crate) length: usize,
}

impl Bytes {
    pub(crate) fn make(self) -> Vec<u8> {
        let mut next = self.first;
        let mut bytes = Vec::with_capacity(self.length);
        for _ in 0..self.length {
            bytes.push(next);
            next = next.wrapping_add(self.step);
        }
        bytes
    }
}

/// The answer of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Done,
    /// There is a new handle, in this place.
    Opened(Slot),
    Flags(DescriptorFlags),
    Kind(Kind),
    Bytes(Vec<u8>),
    Count(usize),
    Text(String),
    Stat(Stat),
    Same(bool),
    Hash(MetadataHash),
    Names(Vec<(String, Kind)>),
    /// Every place for handles holds one that is open: nothing was tried.
    NoSlot,
}

pub(crate) type Outcome = Result<Answer, Error>;

/// The moment at which a step happens.
pub(crate) fn moment(step: usize) -> Timestamp {
    let step = u32::try_from(step).expect("sequences are short");
    Timestamp { seconds: 1_000_000_000 + i64::from(step), nanoseconds: step % 1_000_000_000 }
}
