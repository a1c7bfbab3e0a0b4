//! Random numbers for tests, the same in every run: SplitMix64 (Steele, Lea and Flood 2014).

#![no_std]
#![forbid(unsafe_code)]

/// A generator with a seed. Seeds that differ by little give unrelated numbers.
#[derive(Clone, Debug)]
pub struct Chance(pub u64);

impl Chance {
    /// Draws 64 bits.
    #[inline]
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    /// Draws a number below `bound`.
    ///
    /// # Panics
    /// If `bound` is 0.
    #[inline]
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("BUG: a length fits 64 bits");
        usize::try_from(self.draw() % bound).expect("BUG: it is less than a length")
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    /// The first numbers for this seed by the authors' own program in C, as Rosetta Code has them.
    #[test]
    fn the_numbers_are_those_of_split_mix() {
        let mut chance = Chance(1_234_567);
        assert_eq!(
            [(); 5].map(|()| chance.draw()),
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn every_number_below_the_bound_comes_and_no_other() {
        let mut chance = Chance(0);
        let mut came = [0_u32; 7];
        (0..7_000).for_each(|_| came[chance.below(7)] += 1);
        assert!(came.iter().all(|times| (800..1_200).contains(times)), "{came:?}");
    }
}
