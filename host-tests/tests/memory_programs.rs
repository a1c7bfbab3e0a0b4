//! The programs of the harness on a filesystem in memory, without a granted directory. They must do
//! the same as on a directory of the host.

use host_tests::programs::{
    AUDIT_HOOKS, CALLS_LINKED, DESCRIPTORS_DIRECT, DOC_EXAMPLES, LIBRARY_LINKED, LIFECYCLE_EXIT,
    LIFECYCLE_LEAK, LIFECYCLE_RETURN, PYTHON_EXAMPLES, README_PROGRAM,
};
use host_tests::{Builder, Built, Program, Run, Sandbox};

fn run(program: Built, arguments: &[&str]) -> (Run, Run) {
    let on_disk = Program::new(program, Sandbox::builder().tmp("/tmp")).run(arguments);
    let in_memory = Program::new(program, Sandbox::builder().memory()).run(arguments);
    (on_disk, in_memory)
}

fn same(program: Built, arguments: &[&str]) {
    let on_disk = Program::new(program, Sandbox::builder().tmp("/tmp")).run(arguments);
    let said = |run: &Run| (run.exit, run.stdout.clone(), run.stderr.clone());
    assert_eq!(on_disk.exit, Some(0));
    for form in [Builder::memory, Builder::hosted] {
        let in_memory = Program::new(program, form(Sandbox::builder())).run(arguments);
        assert_eq!(said(&in_memory), said(&on_disk), "{:?}", in_memory.trap);
    }
}

#[test]
fn the_examples_of_pythons_documentation_work() {
    same(DOC_EXAMPLES, &[]);
    // The output contains a random name, so only its lines are counted.
    let (_, in_memory) = run(PYTHON_EXAMPLES, &[]);
    assert_eq!(in_memory.succeeded().stdout.lines().count(), 1);
}

#[test]
fn program_and_library_share_one_filesystem() {
    // The program and the library see each other's files, and pass descriptors to each other.
    same(DESCRIPTORS_DIRECT, &[]);
    same(README_PROGRAM, &[]);
}

#[test]
fn the_library_works_linked_in() {
    same(LIBRARY_LINKED, &[]);
    for workload in ["new", "recycled", "named"] {
        same(CALLS_LINKED, &[workload, "10"]);
    }
}

#[test]
fn hooks_are_asked_there_too() {
    same(AUDIT_HOOKS, &[]);
}

#[test]
fn a_program_that_exits_or_panics_ends_as_on_a_directory() {
    for how in ["7", "panic"] {
        let (on_disk, in_memory) = run(LIFECYCLE_EXIT, &[how]);
        assert_eq!(in_memory.exit, on_disk.exit);
        assert_eq!(in_memory.trap.is_some(), on_disk.trap.is_some());
    }
}

#[test]
fn what_a_program_forgot_the_host_can_have_removed() {
    let (mut on_disk, mut in_memory) = run(LIFECYCLE_LEAK, &[]);
    assert_eq!(in_memory.cleanup().unwrap(), on_disk.cleanup().unwrap());
    assert_eq!(in_memory.exit, Some(0));
}

#[test]
fn the_composition_hands_on_cleanup() {
    let mut run = Program::new(LIFECYCLE_RETURN, Sandbox::builder().memory()).run(&[]).succeeded();
    assert!(run.cleanup().unwrap().is_empty());
}

#[test]
fn a_directory_that_the_host_grants_is_not_seen() {
    let builder = Sandbox::builder().tmp("/tmp").memory();
    let run = Program::new(LIBRARY_LINKED, builder).run(&[]).succeeded();
    assert!(host_tests::names_in(run.tmp()).is_empty());
}
