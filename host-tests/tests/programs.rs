//! Programs in wasm: std guests that use the interface, descriptors or the linked library. Another
//! test checks that every program has a test.

use std::collections::BTreeSet;

use host_tests::{Program, Run, Sandbox, names_in, program_names};
use xtask::workspace;

include!(concat!(env!("OUT_DIR"), "/programs_of_programs.rs"));
include!(concat!(env!("OUT_DIR"), "/suites.rs"));

fn run(name: &'static str) -> Run {
    Program::new(name, Sandbox::builder().tmp("/tmp")).run(&[]).succeeded()
}

#[test]
fn every_program_has_a_test() {
    let programs: BTreeSet<_> = program_names().collect();
    let run: BTreeSet<_> = SUITES.iter().flat_map(|(_, programs)| *programs).copied().collect();
    assert_eq!(programs, run);
    for (suite, _) in SUITES {
        // The constants in there are all used, or the file does not compile.
        let list = format!("/programs_of_{}.rs", suite.replace('/', "_"));
        let include = format!("\ninclude!(concat!(env!(\"OUT_DIR\"), \"{list}\"));\n");
        let file = workspace::root().join(format!("host-tests/tests/{suite}.rs"));
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains(&include), "{suite} does not take the names of its programs");
    }
}

#[test]
fn the_examples_of_pythons_documentation_work() {
    assert!(names_in(run(DOC_EXAMPLES).tmp()).is_empty());
}

#[test]
fn the_examples_of_the_page_on_python_work() {
    assert!(names_in(run(PYTHON_EXAMPLES).tmp()).is_empty());
}

#[test]
fn a_program_takes_descriptors_and_reads_and_writes_without_the_component() {
    assert!(names_in(run(DESCRIPTORS_DIRECT).tmp()).is_empty());
}

#[test]
fn a_std_program_links_the_library() {
    assert!(names_in(run(LIBRARY_LINKED).tmp()).is_empty());
}

#[test]
fn files_of_the_linked_library_are_readers_and_writers_of_std() {
    assert!(names_in(run(STD_IO_LINKED).tmp()).is_empty());
}

#[test]
fn the_readmes_program_runs() {
    let run = run(README_PROGRAM);
    assert!(names_in(run.tmp()).is_empty());
}
