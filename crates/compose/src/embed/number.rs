//! Conversions between indices of WebAssembly and positions in a vector.

/// Returns the position of an index. Every machine that runs the tool has pointers of at least 32
/// bits.
pub(super) fn place(index: u32) -> usize {
    usize::try_from(index).expect("BUG: an index fits a pointer")
}

/// Returns a count of things in a module as an index. The validator allows far fewer than 2^32.
pub(super) fn index(count: usize) -> u32 {
    u32::try_from(count).expect("BUG: a valid module has fewer things than 32 bits count")
}

/// Returns an offset in a file that is in memory.
pub(super) fn offset(offset: u64) -> usize {
    usize::try_from(offset).expect("BUG: the file is in memory")
}
