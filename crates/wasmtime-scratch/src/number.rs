//! Lengths, as WASI and the engine count them.

/// Returns a length of memory as a size.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).expect("BUG: a length fits 64 bits")
}
