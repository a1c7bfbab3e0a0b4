//! Fuzzing: bytes that become sequences of steps.

use chance::Chance;

use crate::generator::Flavour;
use crate::random::Random;
use crate::{episode, number};

/// Bytes as a fuzzer makes them: few values, repeated.
fn bytes(random: &mut Random) -> Vec<u8> {
    let length = random.index(4000);
    let mut bytes: Vec<u8> = Vec::with_capacity(length);
    while bytes.len() < length {
        match random.below(4) {
            0 if !bytes.is_empty() => {
                let from = random.index(bytes.len());
                let again = bytes[from..bytes.len().min(from + 40)].to_vec();
                bytes.extend(again);
            }
            1 => bytes.extend([0; 7]),
            _ => bytes.push(random.next().to_le_bytes()[0]),
        }
    }
    bytes
}

#[test]
fn any_bytes_make_a_sequence_that_answers_what_the_model_answers() {
    let mut random = Random::Seeded(Chance(number("TMPFS_SEED", 1)));
    let mut left = number("TMPFS_STEPS", 60_000);
    while left > 0 {
        let bytes = bytes(&mut random);
        let steps = episode::play(Random::Bytes { bytes, at: 0 }, 300, Flavour::Any);
        left = left.saturating_sub(steps as u64);
    }
}
