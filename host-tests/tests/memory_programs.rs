//! The programs of the harness on a filesystem in memory, without a granted directory. They must do
//! the same as on a directory of the host.

use host_tests::{Builder, Program, Run, Sandbox};

fn run(name: &'static str, arguments: &[&str]) -> (Run, Run) {
    let on_disk = Program::new(name, Sandbox::builder().tmp("/tmp")).run(arguments);
    let in_memory = Program::new(name, Sandbox::builder().memory()).run(arguments);
    (on_disk, in_memory)
}

fn same(name: &'static str, arguments: &[&str]) {
    let on_disk = Program::new(name, Sandbox::builder().tmp("/tmp")).run(arguments);
    let said = |run: &Run| (run.exit, run.stdout.clone(), run.stderr.clone());
    assert_eq!(on_disk.exit, Some(0));
    for form in [Builder::memory, Builder::hosted] {
        let in_memory = Program::new(name, form(Sandbox::builder())).run(arguments);
        assert_eq!(said(&in_memory), said(&on_disk), "{:?}", in_memory.trap);
    }
}

#[test]
fn the_examples_of_pythons_documentation_work() {
    same("doc_examples", &[]);
    // The output contains a random name, so only its lines are counted.
    let (_, in_memory) = run("python_examples", &[]);
    assert_eq!(in_memory.succeeded().stdout.lines().count(), 1);
}

#[test]
fn program_and_library_share_one_filesystem() {
    // The program and the library see each other's files, and pass descriptors to each other.
    same("descriptors_direct", &[]);
    same("readme_program", &[]);
}

#[test]
fn the_library_works_linked_in() {
    same("library_linked", &[]);
    for workload in ["new", "recycled", "named"] {
        same("calls_linked", &[workload, "10"]);
    }
}

#[test]
fn hooks_are_asked_there_too() {
    same("audit_hooks", &[]);
}

#[test]
fn a_program_that_exits_or_panics_ends_as_on_a_directory() {
    for how in ["7", "panic"] {
        let (on_disk, in_memory) = run("lifecycle_exit", &[how]);
        assert_eq!(in_memory.exit, on_disk.exit);
        assert_eq!(in_memory.trap.is_some(), on_disk.trap.is_some());
    }
}

#[test]
fn what_a_program_forgot_the_host_can_have_removed() {
    let (mut on_disk, mut in_memory) = run("lifecycle_leak", &[]);
    assert_eq!(in_memory.cleanup().unwrap(), on_disk.cleanup().unwrap());
    assert_eq!(in_memory.exit, Some(0));
}

#[test]
fn the_composition_hands_on_cleanup() {
    let mut run =
        Program::new("lifecycle_return", Sandbox::builder().memory()).run(&[]).succeeded();
    assert!(run.cleanup().unwrap().is_empty());
}

#[test]
fn a_directory_that_the_host_grants_is_not_seen() {
    let builder = Sandbox::builder().tmp("/tmp").memory();
    let run = Program::new("library_linked", builder).run(&[]).succeeded();
    assert!(host_tests::names_in(run.tmp()).is_empty());
}
