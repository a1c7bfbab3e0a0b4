//! SipHash-1-3 (Aumasson and Bernstein). Without the seed nobody can choose names that collide.

pub(crate) type Seed = [u64; 2];

/// Returns the hash of some bytes.
#[inline]
pub(crate) fn hash(seed: Seed, bytes: &[u8]) -> u64 {
    let mut state = State::new(seed);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state.absorb(u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    // Only the lowest byte of the length counts, by definition.
    last[7] = bytes.len().to_le_bytes()[0];
    state.absorb(u64::from_le_bytes(last));
    state.finish()
}

/// Returns the hash of some numbers.
pub(crate) fn hash_words<const N: usize>(seed: Seed, words: [u64; N]) -> u64 {
    let mut state = State::new(seed);
    for word in words {
        state.absorb(word);
    }
    state.finish()
}

/// Permutes the 64-bit numbers: two different numbers never have the same image. Without the seed,
/// an image reveals nothing about `number`.
///
/// It is a Feistel network of four rounds, which are enough if the round function cannot be
/// predicted (Luby and Rackoff).
pub(crate) fn permute(seed: Seed, number: u64) -> u64 {
    const HALF: u64 = 0xffff_ffff;
    let (mut left, mut right) = (number >> 32, number & HALF);
    for round in 0..4 {
        (left, right) = (right, left ^ (hash_words(seed, [0, round, right]) & HALF));
    }
    left << 32 | right
}

struct State([u64; 4]);

impl State {
    #[inline]
    fn new([first, second]: Seed) -> Self {
        Self([
            first ^ 0x736f_6d65_7073_6575,
            second ^ 0x646f_7261_6e64_6f6d,
            first ^ 0x6c79_6765_6e65_7261,
            second ^ 0x7465_6462_7974_6573,
        ])
    }

    #[inline]
    fn absorb(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    #[inline]
    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        b = b.rotate_left(13) ^ a;
        a = a.rotate_left(32);
        c = c.wrapping_add(d);
        d = d.rotate_left(16) ^ c;
        a = a.wrapping_add(d);
        d = d.rotate_left(21) ^ a;
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        c = c.rotate_left(32);
        self.0 = [a, b, c, d];
    }

    #[inline]
    fn finish(mut self) -> u64 {
        self.0[2] ^= 0xff;
        self.round();
        self.round();
        self.round();
        let [a, b, c, d] = self.0;
        a ^ b ^ c ^ d
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::{DefaultHasher, Hasher};

    extern crate std;

    #[test]
    fn permuted_numbers_are_all_different_and_depend_on_the_seed() {
        let images = |seed| (0..100_000).map(move |number| permute(seed, number));
        let mut all: std::vec::Vec<u64> = images([1, 2]).collect();
        assert_eq!(
            images([1, 2]).zip(images([1, 3])).filter(|(one, other)| one == other).count(),
            0
        );
        // In neither half do neighbours stay close.
        for half in [32, 0] {
            let halves: std::collections::BTreeSet<_> =
                all.iter().map(|image| image >> half & u64::from(u32::MAX)).collect();
            assert!(halves.len() > 99_990, "{}", halves.len());
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 100_000);
    }

    /// The standard library's hasher is SipHash-1-3 under the seed 0.
    #[test]
    fn it_is_siphash_1_3() {
        let bytes: [u8; 64] = core::array::from_fn(|at| at.to_le_bytes()[0].wrapping_mul(37));
        for length in 0..=bytes.len() {
            let mut hasher = DefaultHasher::new();
            hasher.write(&bytes[..length]);
            assert_eq!(hash([0, 0], &bytes[..length]), hasher.finish(), "{length} bytes");
        }
    }
}
