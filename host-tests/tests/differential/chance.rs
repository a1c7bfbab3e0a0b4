//! The seeded generator that draws the programs.

/// A generator of numbers: xorshift64* (Vigna 2016). CPython's answers were recorded for the
/// scripts that it draws, so it must not change. All other tests draw from the crate `chance`.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        // Neighbouring seeds must begin far apart, and none may start with zero.
        let mut this = Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        this.below(2);
        this
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    /// Returns true once in `n` times.
    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// Draws one of `items`.
    pub(crate) fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.below(u64::try_from(items.len()).unwrap())).unwrap()]
    }

    /// Draws one of `usual`, and now and then one of `odd`.
    pub(crate) fn of_odd<T: Copy>(&mut self, usual: &[T], odd: &[T]) -> T {
        if self.one_in(25) { self.of(odd) } else { self.of(usual) }
    }

    /// Draws a number of bytes or characters: mostly small, and often near the size of a buffer.
    pub(crate) fn length(&mut self, buffer: u64) -> u64 {
        match self.below(16) {
            0..8 => self.below(12),
            8..10 => self.below(120),
            10..13 => (buffer + self.below(5)).saturating_sub(2),
            13 => 8190 + self.below(5),
            14 => 4094 + self.below(5),
            _ => self.below(20_000),
        }
    }

    /// Draws the argument for an amount: a length, nothing, or a negative number.
    pub(crate) fn size(&mut self, buffer: u64) -> String {
        match self.below(12) {
            0..2 => "-".to_owned(),
            2 => "-1".to_owned(),
            3 => if self.one_in(4) { "-5" } else { "0" }.to_owned(),
            _ => self.length(buffer).to_string(),
        }
    }
}
