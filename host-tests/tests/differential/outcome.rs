//! The comparison of the outcomes of a whole program.

use host_tests::script::{Outcomes, Script, adler32, expected, met};

/// Returns the number of lines that can be compared. The comparison ends at a write, or at a use of
/// the bytes below, if CPython describes the position in the text by more than a byte position.
/// CPython's position may be behind a line end that is held back, and the component's before it.
/// Text may also be read ahead there. The comparison ends as well at a position that cannot be
/// restored, because the encoding has changed.
pub(crate) fn comparable(program: &Script, cpython: &Outcomes, component: &Outcomes) -> usize {
    let (mut apart, mut owed, mut ahead) = (false, false, false);
    for (at, (line, (cpython, component))) in
        program.iter().zip(cpython.iter().zip(component)).enumerate()
    {
        let target = line.split(' ').next().unwrap_or_default();
        let target = target.rsplit('=').next().unwrap_or_default();
        match target.split_once('.').unwrap_or_default() {
            ("0", "seek") if cpython.contains("can't restore") => return at + 1,
            ("0", "seek") => {
                ahead = false;
                let place = |outcome: &str| outcome.split(" | ").next().map(str::to_owned);
                apart = place(cpython) != place(component) && cpython.starts_with("cookie");
            }
            // A spooled file that moves to the disk seeks to its position.
            ("0", "rollover") => apart |= ahead,
            ("0", method) if method.starts_with("read") || method.starts_with("next") => {
                ahead = program[0].contains("text-file");
            }
            // If a directory could not be removed, the component tries again when it is dropped.
            ("0", "cleanup" | "exit") if cpython.starts_with("!os") => owed = true,
            ("0", "drop") if owed => return at,
            (
                "0",
                "write" | "write-wtf8" | "writelines" | "truncate" | "detach" | "reconfigure",
            ) if apart => return at,
            (slot, _) if apart && slot != "0" => return at,
            _ => {}
        }
    }
    program.len()
}

/// Returns the first line whose outcome differs from CPython's.
pub(crate) fn first_difference(
    program: &Script,
    cpython: &Outcomes,
    component: &Outcomes,
) -> Option<usize> {
    let lines = comparable(program, cpython, component);
    (0..lines).find(|&line| match (cpython.get(line), component.get(line)) {
        (Some(cpython), Some(component)) => !met(component).contains(&expected(cpython)),
        _ => true,
    })
}

/// Returns twelve bits of an expectation, as two letters.
pub(crate) fn mark(expected: &str) -> [u8; 2] {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sum = adler32(expected.as_bytes()).wrapping_mul(0x9e37_79b1) >> 20;
    let letter = |bits: u32| LETTERS[usize::try_from(bits & 63).unwrap()];
    [letter(sum), letter(sum >> 6)]
}
