//! Tests that cannot run on this machine: each is named where the whole run ends.

use std::env;
use std::io::{self, Write};

use xtask::foreign::REQUIRED;

/// Names a test that something is missing for, in the output of a run that succeeds too; where
/// [`REQUIRED`] is set, the test fails. `.ci/run` repeats these lines at its end.
pub fn did_not_run(test: &str, reason: &str) {
    // Not by `eprintln`, whose lines the harness keeps to itself where a test succeeds.
    name(&mut io::stderr(), env::var_os(REQUIRED).is_some(), test, reason);
}

fn name(output: &mut impl Write, required: bool, test: &str, reason: &str) {
    let reason = reason.lines().next().unwrap_or_default();
    assert!(!required, "{test} did not run: {reason}");
    // On a line of its own, also where the harness has begun one.
    let line = format!("\ndid not run: {test}: {reason}\n");
    output.write_all(line.as_bytes()).expect("writing to standard error");
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_test_that_cannot_run_is_named_on_a_line_of_its_own() {
        let mut output = b"test it ... ".to_vec();
        name(&mut output, false, "file::it", "no tool\nwith details");
        assert_eq!(output, b"test it ... \ndid not run: file::it: no tool\n");
    }

    #[test]
    #[should_panic(expected = "file::it did not run: no tool")]
    fn a_test_that_is_required_fails() {
        name(&mut Vec::new(), true, "file::it", "no tool");
    }
}
