//! Names that nobody can predict: eight characters of CPython's alphabet, each name from one 64-bit
//! draw of the system's random source.

use getrandom::SysRng;
use rand_core::TryRng;

use crate::error::ErrorCode;

/// `_RandomNameSequence.characters` of CPython 3.13.
const ALPHABET: &[u8; 37] = b"abcdefghijklmnopqrstuvwxyz0123456789_";

/// The number of characters of a name; CPython's `choices(k=8)`.
pub(crate) const LENGTH: usize = 8;

/// The number of possible names: 37⁸.
const NAMES: u64 = 37_u64.pow(8);

/// Draws at or above this are thrown away: it is the largest multiple of `NAMES` in 64 bits,
/// and what lies above it would favour the first names.
const LIMIT: u64 = u64::MAX - u64::MAX % NAMES;

/// Eight characters of the alphabet.
pub(crate) type Name = [u8; LENGTH];

/// Tries new names until `attempt` does not answer `exist`, at most `limit` times; `None` where
/// all of them were taken. Any other refusal ends it at once. This is the one such loop.
pub(crate) fn attempt<T>(
    limit: u32,
    mut attempt: impl FnMut(&str) -> Result<T, ErrorCode>,
) -> Result<Option<T>, ErrorCode> {
    for _ in 0..limit {
        let name = draw(&mut SysRng).map_err(|_| ErrorCode::Io)?;
        match attempt(str::from_utf8(&name).expect("BUG: the alphabet is ASCII")) {
            Err(ErrorCode::Exist) => {}
            outcome => return outcome.map(Some),
        }
    }
    Ok(None)
}

/// Draws a name, every one of the 37⁸ equally likely.
fn draw<R: TryRng>(rng: &mut R) -> Result<Name, R::Error> {
    loop {
        let draw = rng.try_next_u64()?;
        if draw < LIMIT {
            return Ok(spell(draw % NAMES));
        }
    }
}

fn spell(mut number: u64) -> Name {
    let mut name = [0; LENGTH];
    for character in &mut name {
        let digit = usize::try_from(number % 37).expect("BUG: a digit below 37 fits");
        *character = ALPHABET[digit];
        number /= 37;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::convert::Infallible;

    struct Script<'a>(&'a [u64]);

    impl TryRng for Script<'_> {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            unreachable!("a name is one 64-bit draw")
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            let (first, rest) = self.0.split_first().expect("the script is long enough");
            self.0 = rest;
            Ok(*first)
        }

        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
            unreachable!("a name is one 64-bit draw")
        }
    }

    #[test]
    fn a_name_takes_one_draw() {
        let mut script = Script(&[0, 1]);
        assert_eq!(draw(&mut script), Ok(*b"aaaaaaaa"));
        assert_eq!(script.0, [1]);
    }

    #[test]
    fn the_last_number_spells_the_last_symbol_eight_times() {
        assert_eq!(draw(&mut Script(&[37_u64.pow(8) - 1])), Ok(*b"________"));
    }

    #[test]
    fn a_draw_beyond_the_last_whole_round_is_thrown_away() {
        // floor(2⁶⁴ / 37⁸) = 5 251 772 whole rounds; computed with 128 bits, not as above.
        let rounds = (1_u128 << 64) / u128::from(NAMES);
        let limit = u64::try_from(rounds * u128::from(NAMES)).unwrap();
        assert_eq!(draw(&mut Script(&[limit, u64::MAX, 36])), Ok(*b"_aaaaaaa"));
        assert_eq!(draw(&mut Script(&[limit - 1])), Ok(*b"________"));
    }

    #[test]
    fn different_numbers_spell_different_names() {
        let mut seen = alloc::collections::BTreeSet::new();
        for number in (0..NAMES).step_by(usize::try_from(NAMES / 10_000).unwrap()) {
            assert!(seen.insert(spell(number)));
        }
    }
}
