//! Chance for unit tests, the same in every run: splitmix64 (Steele, Lea and Flood 2014).

/// A generator that begins at a seed.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// Draws a number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ bits >> 31) % u64::try_from(bound).unwrap()).unwrap()
    }
}
