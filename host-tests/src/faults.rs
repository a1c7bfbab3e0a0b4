//! Faults that a host can have and this machine has not: a filesystem that is full, one that takes
//! less than it is given, one on which an open file cannot be unlinked.

/// The host's refusals at present; none at first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// The number of attempts to unlink that are refused, as Windows refuses to unlink open files.
    pub refused_unlinks: u32,
    /// The bytes that can still be written: the last write may be short, the next is refused.
    pub space: Option<u64>,
    /// The number of reads of files that are refused.
    pub refused_reads: u32,
    /// The most bytes that a write takes.
    pub longest_write: Option<u64>,
    /// The number of entries that are gone when a listing comes to them.
    pub vanished_entries: u32,
}

/// The moment in which another process acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Between the guest's last look and a move or a link.
    BeforeMove,
    /// Between a move or a link and the guest's next look.
    AfterMove,
    /// Between the emptying of a directory and its removal.
    BeforeRemoval,
}
