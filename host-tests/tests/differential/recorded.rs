//! What CPython answered when it was recorded: two letters for each line of each program.

use std::path::PathBuf;

use host_tests::script::{Outcomes, expected, met};
use xtask::workspace;

use crate::generate::Kind;
use crate::outcome::mark;

/// CPython 3.13.0's, written by this test where `DIFFERENTIAL_RECORD` is set.
const RECORDED: &str = include_str!("../cpython/programs.txt");

/// The marks of a kind's programs, in the order of their seeds.
pub(crate) fn marks_of(kind: Kind) -> Vec<&'static str> {
    let section = RECORDED
        .split("\n\n")
        .find_map(|section| section.trim_start().strip_prefix(kind.name())?.strip_prefix('\n'));
    section.map_or_else(Vec::new, |section| section.lines().collect())
}

/// The marks of those outcomes of a program that can be compared.
pub(crate) fn marks(cpython: &[String]) -> String {
    let marks = cpython.iter().flat_map(|outcome| mark(&expected(outcome)));
    marks.map(char::from).collect()
}

/// The first line at which the component did not do what was recorded.
pub(crate) fn first_difference(recorded: &str, component: &Outcomes) -> Option<usize> {
    recorded.as_bytes().chunks(2).enumerate().position(|(line, recorded)| {
        let outcome = component.get(line).map_or_else(Vec::new, |outcome| met(outcome));
        !outcome.iter().any(|it| mark(it) == *recorded)
    })
}

/// Returns the file with the recording.
pub(crate) fn file() -> PathBuf {
    workspace::root().join("host-tests/tests/cpython/programs.txt")
}
