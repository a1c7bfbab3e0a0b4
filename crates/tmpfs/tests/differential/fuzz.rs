//! Fuzzing: bytes that become sequences of steps, text that becomes paths.

use chance::Chance;
use tmpfs::{DescriptorFlags, Follow, OpenFlags};

use crate::generator::Flavour;
use crate::operation::{At, Operation};
use crate::random::Random;
use crate::{episode, generator, number};

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

#[cfg(target_os = "linux")]
#[test]
fn any_text_is_a_path_that_leads_where_linux_finds_it() {
    let (steps, mut seed) = (number("TMPFS_STEPS", 60_000), number("TMPFS_SEED", 1));
    let mut taken = 0;
    while taken < steps {
        let mut random = Random::Seeded(Chance(seed));
        let mut at = 0;
        let choose = |_: &crate::model::Model| {
            at += 1;
            if at == 1 {
                return Operation::Root { flags: DescriptorFlags::DIRECTORY };
            }
            path_operation(&mut random)
        };
        taken += crate::compare::play("paths", 1000, choose) as u64;
        seed += 1;
    }
}

#[cfg(target_os = "linux")]
fn path_operation(random: &mut Random) -> Operation {
    let wild = |random: &mut Random| {
        let path = generator::wild_path(random, 4095).replace('\0', "s");
        At { directory: 0, path }
    };
    let follow = if random.one_in(2) { Follow::Yes } else { Follow::No };
    let one = wild(random);
    match random.below(12) {
        0 | 1 => Operation::CreateDirectory { at: one },
        2 | 3 => Operation::Symlink { target: wild(random).path, at: one },
        4 => Operation::Rename { old: one, new: wild(random) },
        5 => Operation::Link { old: one, follow, new: wild(random) },
        6 => Operation::Unlink { at: one },
        7 => Operation::RemoveDirectory { at: one },
        8 => Operation::Readlink { at: one },
        9 => {
            let open = OpenFlags { create: true, ..OpenFlags::default() };
            Operation::Open { at: one, follow, open, flags: DescriptorFlags::READ_WRITE }
        }
        10 => Operation::Close { handle: 1 + random.index(3) },
        _ => Operation::StatAt { at: one, follow },
    }
}
