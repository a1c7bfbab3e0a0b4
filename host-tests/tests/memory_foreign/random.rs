//! Programs of random calls of preview 1, in C. As modules with the filesystem in them, they must
//! give every answer and leave the tree of a component on a directory of the host.
//!
//! `DIFFERENTIAL_PROGRAMS` sets the number of programs, and `DIFFERENTIAL_SEED` sets the first
//! seed.

use std::fs;

use host_tests::{Builder, Program, Sandbox, assert_same_lines, seeds};

use crate::{made, merged, preview1, toolchains};

/// The number of programs that run by default.
const PROGRAMS: u64 = 4;

/// The number of calls that each program makes.
const CALLS: usize = 5_000;

/// Asserts for each seed that `run` prints the same as the component on a directory of the host.
#[track_caller]
fn assert_same_as_on_the_host(test: &str, run: impl Fn(&[u8], &[&str]) -> String) {
    let programs = toolchains::c("random_calls.c");
    let Some(module) = made(test, programs) else { return };
    let module = fs::read(module).unwrap();
    let seeds = seeds(PROGRAMS);
    println!("{CALLS} calls for each of the seeds {seeds:?}");
    for seed in seeds {
        let arguments = [seed.to_string(), CALLS.to_string()];
        let arguments = arguments.each_ref().map(String::as_str);
        let expected = as_component(Sandbox::builder().tmp("/tmp"), &arguments);
        assert!(expected.lines().count() > CALLS, "seed {seed}");
        assert_same_lines(seed, &expected, &run(&module, &arguments));
    }
}

fn as_component(ground: Builder, arguments: &[&str]) -> String {
    let module = toolchains::c("random_calls.c").expect("zig is available");
    let file = toolchains::adapted(&module);
    Program::of_file(&file, ground).run(arguments).succeeded().stdout
}

#[test]
fn random_calls_of_preview_1_answer_as_on_the_host() {
    let test = "random::random_calls_of_preview_1_answer_as_on_the_host";
    assert_same_as_on_the_host(test, |module, arguments| {
        preview1::run(&merged(module, false, &[]), arguments)
    });
}

#[test]
fn random_calls_through_the_adapter_answer_as_on_the_host() {
    let test = "random::random_calls_through_the_adapter_answer_as_on_the_host";
    assert_same_as_on_the_host(test, |_, arguments| {
        as_component(Sandbox::builder().embedded(), arguments)
    });
}
