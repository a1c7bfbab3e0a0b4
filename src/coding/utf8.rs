//! Conversion of UTF-8 into a `String` in one pass, which also counts the characters and looks for
//! a `\r`.
//!
//! `core::str::from_utf8` decides about every character by branches, which text of mixed lengths
//! makes a processor guess wrongly. Here eight bytes of ASCII are passed over at once, and every
//! other byte is one step of an automaton without a branch, as Per Vognsen described it in 2019
//! ("shift-based DFA"): a state is the place of its successor in the byte's row, so that a step is
//! one shift.

use alloc::{string::String, vec::Vec};

/// The result of a pass over UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) characters: usize,
    pub(crate) has_cr: bool,
}

/// Returns the text of these bytes; or the bytes, if they are not UTF-8.
#[expect(
    unsafe_code,
    reason = "`String::from_utf8` looks at all of it again, and takes twice as long"
)]
pub(crate) fn string(bytes: Vec<u8>) -> Result<(String, Look), Vec<u8>> {
    match look(&bytes) {
        // SAFETY: `look` gives something for UTF-8 only, as the tests compare with
        // `core::str::from_utf8` for every step of the automaton.
        Some(look) => Ok((unsafe { String::from_utf8_unchecked(bytes) }, look)),
        None => Err(bytes),
    }
}

/// A state is the number of bits by which a row is shifted to have its successor in the six lowest
/// bits.
type State = u64;

const WIDTH: u64 = 6;

/// The state between characters.
const BETWEEN: State = 0;
/// The state after bytes that are not UTF-8, whatever follows.
const WRONG: State = WIDTH;
/// The states in which one, two or three continuation bytes follow, with any value.
const ONE_MORE: State = 2 * WIDTH;
const TWO_MORE: State = 3 * WIDTH;
const THREE_MORE: State = 4 * WIDTH;
/// The states after the lead bytes that restrict the next one.
const AFTER_E0: State = 5 * WIDTH;
const AFTER_ED: State = 6 * WIDTH;
const AFTER_F0: State = 7 * WIDTH;
const AFTER_F4: State = 8 * WIDTH;

/// Returns the state after `byte`: table 3-7 of the Unicode standard, "Well-Formed UTF-8 Byte
/// Sequences".
const fn next(state: State, byte: u8) -> State {
    match (state, byte) {
        (BETWEEN, 0x00..=0x7f) => BETWEEN,
        (BETWEEN, 0xc2..=0xdf) => ONE_MORE,
        (BETWEEN, 0xe0) => AFTER_E0,
        (BETWEEN, 0xed) => AFTER_ED,
        (BETWEEN, 0xe1..=0xef) => TWO_MORE,
        (BETWEEN, 0xf0) => AFTER_F0,
        (BETWEEN, 0xf1..=0xf3) => THREE_MORE,
        (BETWEEN, 0xf4) => AFTER_F4,
        (ONE_MORE, 0x80..=0xbf) => BETWEEN,
        (TWO_MORE, 0x80..=0xbf) | (AFTER_E0, 0xa0..=0xbf) | (AFTER_ED, 0x80..=0x9f) => ONE_MORE,
        (THREE_MORE, 0x80..=0xbf) | (AFTER_F0, 0x90..=0xbf) | (AFTER_F4, 0x80..=0x8f) => TWO_MORE,
        _ => WRONG,
    }
}

/// A row for each byte: the successors of all states, each where its state says.
static ROWS: [u64; 256] = {
    let mut rows = [0; 256];
    let mut byte = 0_u8;
    loop {
        let mut state = BETWEEN;
        while state <= AFTER_F4 {
            rows[byte as usize] |= next(state, byte) << state;
            state += WIDTH;
        }
        if byte == u8::MAX {
            break rows;
        }
        byte += 1;
    }
};

/// Returns the state after one more byte, in the lowest bits. A shift ignores the bits above.
fn step(state: u64, byte: u32) -> u64 {
    let [shift, ..] = state.to_le_bytes();
    let row = usize::try_from(byte).map_or(0, |byte| ROWS[byte]);
    row.wrapping_shr(shift.into())
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Passes over UTF-8; `None` for other bytes. It is not inlined, so that all values stay in
/// registers.
#[inline(never)]
fn look(bytes: &[u8]) -> Option<Look> {
    let (mut state, mut continuations, mut cr) = (BETWEEN, 0_u64, 0);
    let (words, rest) = bytes.as_chunks::<8>();
    for bytes in words {
        let word = u64::from_le_bytes(*bytes);
        // The high bit of a byte that is `\r`, and of no byte where none is (Mycroft 1987).
        let difference = word ^ (ONES * 0x0d);
        cr |= difference.wrapping_sub(ONES) & !difference;
        if word & HIGH != 0 || state % (1 << WIDTH) != BETWEEN {
            continuations += u64::from((word & !(word << 1) & HIGH).count_ones());
            // Bytes of a word in a register take an instruction less each than bytes in memory, and
            // 32 bits of it less than 64.
            let (halves, _) = bytes.as_chunks::<4>();
            for half in halves.iter().map(|half| u32::from_le_bytes(*half)) {
                for byte in 0..4 {
                    state = step(state, half >> (8 * byte) & 0xff);
                }
            }
        }
    }
    let mut characters = bytes.len() - usize::try_from(continuations).ok()?;
    for byte in rest {
        characters -= usize::from(byte & 0xc0 == 0x80);
        state = step(state, u32::from(*byte));
    }
    let has_cr = cr & HIGH != 0 || rest.contains(&b'\r');
    (state % (1 << WIDTH) == BETWEEN).then_some(Look { characters, has_cr })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use chance::Chance;

    /// Looks at bytes as the standard library does.
    fn check(bytes: &[u8]) {
        let expected = core::str::from_utf8(bytes)
            .ok()
            .map(|text| Look { characters: text.chars().count(), has_cr: text.contains('\r') });
        assert_eq!(look(bytes), expected, "{bytes:x?}");
    }

    /// At the borders of every range that the standard names, and within the ranges.
    const BORDERS: [u8; 30] = [
        0x00, 0x0c, 0x0d, 0x0e, 0x41, 0x7f, 0x80, 0x8d, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1,
        0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xfe, 0xff,
    ];

    #[test]
    fn every_sequence_of_three_bytes_is_what_the_standard_library_says() {
        for a in 0..=255 {
            check(&[a]);
            for b in 0..=255 {
                check(&[a, b]);
                for c in 0..=255 {
                    check(&[a, b, c]);
                }
            }
        }
    }

    #[test]
    fn every_lead_byte_of_four_bytes_is_what_the_standard_library_says() {
        for a in 0xf0..=0xff {
            for b in 0..=255 {
                for c in BORDERS {
                    for d in BORDERS {
                        check(&[a, b, c, d]);
                    }
                }
            }
        }
    }

    #[test]
    fn a_sequence_is_the_same_wherever_it_lies_in_a_word() {
        for start in 0..9 {
            for end in [0, 8] {
                let mut bytes = vec![b'.'; start + 4 + end];
                for a in BORDERS {
                    for b in BORDERS {
                        for c in BORDERS {
                            for d in [0x0d, 0x41, 0x80, 0xbf, 0xc3, 0xf0] {
                                bytes[start..start + 4].copy_from_slice(&[a, b, c, d]);
                                check(&bytes);
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn every_character_is_valid_and_nothing_is_with_a_wrong_byte_in_it() {
        for character in ['\0'..='\u{7ff}', '\u{800}'..='\u{fff}', '\u{fff0}'..='\u{1100f}']
            .into_iter()
            .flatten()
            .chain(['\u{d7ff}', '\u{e000}', '\u{10ffff}'])
        {
            let mut text = String::from("ascii ");
            text.push(character);
            check(text.as_bytes());
            check(&text.as_bytes()[..text.len() - 1]);
        }
    }

    #[test]
    fn any_mix_is_what_the_standard_library_says() {
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
        let pieces = ["ascii text ", "a", "\n", "\r\n", "é", "файл", "€", "一時", "\u{ffff}", "🗂"];
        for _ in 0..20_000 {
            let mut bytes = Vec::new();
            for _ in 0..chance.below(12) {
                bytes.extend_from_slice(pieces[chance.below(pieces.len())].as_bytes());
            }
            check(&bytes);
            // With one byte changed or missing.
            if !bytes.is_empty() {
                let at = chance.below(bytes.len());
                let mut changed = bytes.clone();
                changed[at] = BORDERS[chance.below(BORDERS.len())];
                check(&changed);
                bytes.remove(at);
                check(&bytes);
                check(&bytes[..at]);
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_given_back() {
        assert_eq!(string(vec![b'a', 0xff]), Err(vec![b'a', 0xff]));
        let look = Look { characters: 2, has_cr: true };
        assert_eq!(string("é\r".into()), Ok((String::from("é\r"), look)));
    }
}
