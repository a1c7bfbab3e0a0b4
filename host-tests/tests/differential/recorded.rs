//! The recorded answers of CPython: two letters for each line of each program.

use std::path::PathBuf;

use host_tests::script::{Outcomes, expected, met};
use xtask::workspace;

use crate::generate::Kind;
use crate::outcome::mark;

/// The answers of CPython 3.13.0. The test writes them if `DIFFERENTIAL_RECORD` is set.
const RECORDED: &str = include_str!("../cpython/programs.txt");

/// Returns the marks of a kind's programs, in the order of their seeds.
pub(crate) fn marks_of(kind: Kind) -> Vec<&'static str> {
    let section = RECORDED
        .split("\n\n")
        .find_map(|section| section.trim_start().strip_prefix(kind.name())?.strip_prefix('\n'));
    section.map_or_else(Vec::new, |section| section.lines().collect())
}

/// Returns the marks of a program's outcomes.
pub(crate) fn marks(cpython: &[String]) -> String {
    let marks = cpython.iter().flat_map(|outcome| mark(&expected(outcome)));
    marks.map(char::from).collect()
}

/// Returns the first line whose outcome differs from the recording.
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
