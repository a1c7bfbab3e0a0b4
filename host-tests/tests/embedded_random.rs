//! Programs of random calls on files, on Rust's std: with the filesystem in them or composed with
//! it they answer every call, and leave the tree, as on a directory of the host.
//!
//! `DIFFERENTIAL_PROGRAMS` says how many programs run, `DIFFERENTIAL_SEED` the first one's seed.

use host_tests::{Builder, Program, Sandbox};

/// How many programs run by default.
const PROGRAMS: u64 = 4;

/// How many calls each makes.
const CALLS: usize = 5_000;

/// How many lines are shown before the first that differs.
const BEFORE: usize = 40;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("it is a number"))
}

fn run(seed: u64, ground: Builder) -> String {
    let arguments = [&seed.to_string(), &CALLS.to_string()];
    let run = Program::new("random_files", ground).run(&arguments.map(String::as_str));
    assert_eq!(run.exit, Some(0), "seed {seed}: {:?}\n{}", run.trap, run.stderr);
    run.stdout
}

#[track_caller]
fn assert_same_as_on_the_host(form: fn(Builder) -> Builder) {
    let first = variable("DIFFERENTIAL_SEED").unwrap_or(0);
    let seeds = first..first + variable("DIFFERENTIAL_PROGRAMS").unwrap_or(PROGRAMS);
    println!("{CALLS} calls for each of the seeds {seeds:?}");
    for seed in seeds {
        let expected = run(seed, Sandbox::builder().tmp("/tmp").env("TMPDIR", "/tmp"));
        let found = run(seed, form(Sandbox::builder()));
        let (expected, found) = (lines(&expected), lines(&found));
        assert!(expected.len() > CALLS, "seed {seed}");
        if let Some(at) =
            (0..expected.len().max(found.len())).find(|at| expected.get(*at) != found.get(*at))
        {
            let before = expected[at.saturating_sub(BEFORE)..at].join("\n");
            let [host, here] =
                [&expected, &found].map(|it| it.get(at).copied().unwrap_or("the end"));
            panic!("seed {seed}:\n{before}\nhost: {host}\nhere: {here}");
        }
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[test]
fn random_calls_answer_as_on_the_host_with_the_filesystem_in_the_program() {
    assert_same_as_on_the_host(Builder::embedded);
}

#[test]
fn random_calls_answer_as_on_the_host_with_the_filesystem_and_the_hosts_directories() {
    assert_same_as_on_the_host(Builder::beside);
}

#[test]
fn random_calls_answer_as_on_the_host_with_the_filesystem_composed() {
    assert_same_as_on_the_host(Builder::memory);
}
