//! Lengths as 64-bit numbers.

/// Returns a length in memory as a 64-bit number.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).expect("BUG: a length fits 64 bits")
}
