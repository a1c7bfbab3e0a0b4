//! Fuzzing: text that becomes paths, which Linux looks up, too.

use chance::Chance;
use tmpfs::{DescriptorFlags, Follow, OpenFlags};

use crate::operation::{At, Operation};
use crate::random::Random;
use crate::{generator, number};

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
