//! The order of lines: by bytes, and a line before every longer one that begins with it.

use std::cmp::Ordering;

/// The first eight bytes of a line. They decide most comparisons without a look at the line, which
/// lies elsewhere in memory.
#[derive(Clone, Copy)]
pub(crate) struct Key(u64);

impl Key {
    pub(crate) fn of(line: &[u8]) -> Self {
        let first = line.first_chunk().copied().unwrap_or_else(|| {
            let mut padded = [0; 8];
            padded[..line.len()].copy_from_slice(line);
            padded
        });
        Self(u64::from_be_bytes(first))
    }
}

/// Compares lines, each given with its key. Lines with equal keys are compared whole: zeros fill up
/// the key of a line shorter than eight bytes, and a line may contain zeros itself.
pub(crate) fn compare<'a>(
    (left_key, left): (Key, impl FnOnce() -> &'a [u8]),
    (right_key, right): (Key, impl FnOnce() -> &'a [u8]),
) -> Ordering {
    left_key.0.cmp(&right_key.0).then_with(|| compare_bytes(left(), right()))
}

/// Compares eight bytes at a time. In wasm, comparing two slices calls a function that compares one
/// byte after the other.
#[cfg(any(target_family = "wasm", test))]
fn compare_words(left: &[u8], right: &[u8]) -> Ordering {
    let pairs = left.as_chunks().0.iter().zip(right.as_chunks().0);
    let mut equal = 0;
    for (left, right) in pairs {
        if left != right {
            return u64::from_be_bytes(*left).cmp(&u64::from_be_bytes(*right));
        }
        equal += left.len();
    }
    left[equal..].iter().cmp(&right[equal..])
}

#[cfg(target_family = "wasm")]
use compare_words as compare_bytes;

/// Compares slices as the standard library does, which is fast on the machine itself.
#[cfg(not(target_family = "wasm"))]
fn compare_bytes(left: &[u8], right: &[u8]) -> Ordering {
    left.cmp(right)
}

#[cfg(test)]
mod tests {
    use super::{Key, compare, compare_words};

    #[test]
    fn the_key_never_contradicts_the_order_of_bytes() {
        let lines: [&[u8]; 11] = [
            b"",
            b"\0",
            b"\0\0\0\0\0\0\0\0",
            b"\0\0\0\0\0\0\0\0\0",
            b"\x01",
            b"a",
            b"a\0",
            b"a\0\0\0\0\0\0\0",
            b"a\x7f",
            b"a\x80",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ];
        for left in lines {
            for right in lines {
                let order = compare((Key::of(left), || left), (Key::of(right), || right));
                assert_eq!(order, left.cmp(right), "{left:?} {right:?}");
                assert_eq!(compare_words(left, right), left.cmp(right), "{left:?} {right:?}");
            }
        }
    }
}
