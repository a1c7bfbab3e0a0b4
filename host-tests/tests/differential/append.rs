//! Random programs on a named file that is opened several times, mostly to append.

use host_tests::script::Script;

use crate::chance::Chance;

const MODES: [&str; 6] = ["ab", "ab", "a%2Bb", "a%2Bb", "r%2Bb", "rb"];

pub(crate) fn program(chance: &mut Chance) -> Script {
    let mut program = vec!["0=named-temporary-file".to_owned()];
    if chance.one_in(2) {
        program.push(format!("0.write {}", content(chance)));
    }
    let slots = 2 + chance.below(3);
    for slot in 1..slots {
        let buffering = chance.of(&[-1, 0, 5, 16]);
        program.push(format!("{slot}=0.reopen {} {buffering}", chance.of(&MODES)));
    }
    for _ in 0..6 + chance.below(24) {
        let slot = chance.below(slots);
        let call = match chance.below(12) {
            0..5 => format!("write {}", content(chance)),
            5 => format!("writelines {} {}", content(chance), content(chance)),
            6 => "flush".to_owned(),
            7 => format!("seek {} 0", chance.below(40)),
            8 => "seek 0 2".to_owned(),
            9 => format!("truncate {}", chance.below(60)),
            10 if chance.one_in(3) => "close".to_owned(),
            10 => "tell".to_owned(),
            _ => {
                // Flush after a read: CPython keeps read and written bytes in one buffer.
                program.push(format!("{slot}.read {}", chance.below(30)));
                "flush".to_owned()
            }
        };
        program.push(format!("{slot}.{call}"));
    }
    program.extend((0..slots).map(|slot| format!("{slot}.flush")));
    program.push("0.dump".to_owned());
    program.extend((0..slots).rev().map(|slot| format!("{slot}.drop")));
    program
}

fn content(chance: &mut Chance) -> String {
    let letter = chance.of(&["a", "b", "7", "%00", "x%0A"]);
    format!("{letter}*{}", 1 + chance.below(20))
}
