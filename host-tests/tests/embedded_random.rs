//! Random calls on files through Rust's std. With the filesystem in the program, beside it, or lent
//! by the host, every answer and the final tree must be those of a directory of the host.
//!
//! `DIFFERENTIAL_PROGRAMS` sets the number of programs, and `DIFFERENTIAL_SEED` sets the first
//! seed.

use host_tests::{Builder, Program, Sandbox, assert_same_lines, seeds};

include!(concat!(env!("OUT_DIR"), "/programs_of_embedded_random.rs"));

/// The number of programs that run by default.
const PROGRAMS: u64 = 4;

/// The number of calls that each program makes.
const CALLS: usize = 5_000;

fn run(seed: u64, ground: Builder) -> String {
    let arguments = [&seed.to_string(), &CALLS.to_string()];
    let run = Program::new(RANDOM_FILES, ground).run(&arguments.map(String::as_str));
    assert_eq!(run.exit, Some(0), "seed {seed}: {:?}\n{}", run.trap, run.stderr);
    run.stdout
}

#[track_caller]
fn assert_same_as_on_the_host(form: fn(Builder) -> Builder) {
    let seeds = seeds(PROGRAMS);
    println!("{CALLS} calls for each of the seeds {seeds:?}");
    for seed in seeds {
        let expected = run(seed, Sandbox::builder().tmp("/tmp").env("TMPDIR", "/tmp"));
        assert!(expected.lines().count() > CALLS, "seed {seed}");
        assert_same_lines(seed, &expected, &run(seed, form(Sandbox::builder())));
    }
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

#[test]
fn random_calls_answer_as_on_the_host_with_the_filesystem_that_the_host_serves() {
    assert_same_as_on_the_host(Builder::hosted);
}
