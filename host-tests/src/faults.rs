//! Faults that a host can have and this machine has not: a filesystem that is full, one that takes
//! less than it is given, one on which an open file cannot be unlinked.

/// The host's refusals at present; none at first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// So many attempts to unlink are refused, as Windows refuses to unlink an open file.
    pub refused_unlinks: u32,
    /// So many bytes can still be written: the last write may be short, the next is refused.
    pub space: Option<u64>,
    /// So many reads of files are refused.
    pub refused_reads: u32,
    /// A write takes so many bytes at the most.
    pub longest_write: Option<u64>,
    /// So many entries are gone when a listing comes to them: wasmtime looks at each then.
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
