//! Programs that are drawn from seeds, and the comparison of what they print.

use std::ops::Range;

/// Lines that are shown before the first that differs.
const BEFORE: usize = 40;

/// Returns the seeds of a test: as many as `DIFFERENTIAL_PROGRAMS` says, or `programs`, from
/// `DIFFERENTIAL_SEED` on, or 0.
pub fn seeds(programs: u64) -> Range<u64> {
    let first = variable("DIFFERENTIAL_SEED").unwrap_or(0);
    first..first + variable("DIFFERENTIAL_PROGRAMS").unwrap_or(programs)
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("it is a number"))
}

/// Asserts that a program printed what it prints on a directory of the host.
#[track_caller]
pub fn assert_same_lines(seed: u64, on_the_host: &str, here: &str) {
    let [host, here] = [on_the_host, here].map(|text| text.lines().collect::<Vec<_>>());
    let longest = host.len().max(here.len());
    if let Some(at) = (0..longest).find(|at| host.get(*at) != here.get(*at)) {
        let before = host[at.saturating_sub(BEFORE).min(host.len())..at.min(host.len())].join("\n");
        let [host, here] = [host, here].map(|lines| lines.get(at).copied().unwrap_or("the end"));
        panic!("seed {seed}:\n{before}\nhost: {host}\nhere: {here}");
    }
}

#[cfg(test)]
mod tests {
    use super::assert_same_lines;

    #[test]
    fn the_first_line_that_differs_is_shown_with_those_before() {
        assert_same_lines(1, "a\nb\n", "a\nb\n");
        for (host, here, shown) in [
            ("a\nb", "a\nc", "seed 7:\na\nhost: b\nhere: c"),
            ("a", "a\nb", "seed 7:\na\nhost: the end\nhere: b"),
            ("a\nb", "a", "seed 7:\na\nhost: b\nhere: the end"),
        ] {
            let failure = std::panic::catch_unwind(|| assert_same_lines(7, host, here));
            assert_eq!(*failure.unwrap_err().downcast::<String>().unwrap(), shown);
        }
    }
}
