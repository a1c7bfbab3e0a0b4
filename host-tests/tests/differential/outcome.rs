//! How the outcomes of a whole program are compared.

use host_tests::script::{Outcomes, Script, adler32, expected, met};

/// How many lines of a program can be compared: those up to a write, or another use of the bytes
/// below, at a place in the text that CPython describes by more than a byte position. It may lie
/// behind a line end there that is held back, and before it here; and text may be read ahead there.
/// Also up to a place that could not be restored, because the encoding is another one by now.
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
            // Moving to the disk, a spooled file seeks to where it was.
            ("0", "rollover") => apart |= ahead,
            ("0", method) if method.starts_with("read") || method.starts_with("next") => {
                ahead = program[0].contains("text-file");
            }
            // Where a directory could not be removed, we try again when it is dropped.
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

/// The first line at which the component did not do what CPython did.
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

/// Twelve bits of an expectation, as two letters.
pub(crate) fn mark(expected: &str) -> [u8; 2] {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sum = adler32(expected.as_bytes()).wrapping_mul(0x9e37_79b1) >> 20;
    let letter = |bits: u32| LETTERS[usize::try_from(bits & 63).unwrap()];
    [letter(sum), letter(sum >> 6)]
}
