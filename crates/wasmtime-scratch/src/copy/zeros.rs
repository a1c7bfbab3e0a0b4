//! Blocks of zeros, which need not be written to a new file.

use std::ops::Range;

use tmpfs::Source;

/// The bytes of a block: the smallest unit of most filesystems of hosts, and the step by which a
/// page of a space is charged.
const BLOCK: usize = 4096;

/// Returns the ranges between blocks of zeros, each as long as possible.
pub(crate) fn without(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (block, at) in bytes.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
        if block.is_zero(block.len()) {
            continue;
        }
        match ranges.last_mut() {
            Some(last) if last.end == at => last.end += block.len(),
            _ => ranges.push(at..at + block.len()),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_range() {
        let mut bytes = vec![0; 5 * BLOCK + 10];
        assert_eq!(without(&bytes), []);
        for at in [BLOCK, 3 * BLOCK - 1, 5 * BLOCK + 9] {
            bytes[at] = 1;
        }
        assert_eq!(without(&bytes), [BLOCK..3 * BLOCK, 5 * BLOCK..5 * BLOCK + 10]);
        assert_eq!(without(&[]), []);
    }
}
