//! The programs of the harness on a filesystem in memory: no directory of the host is granted, and
//! they do what they do on one.

use host_tests::{Program, Run, Sandbox};

fn run(name: &'static str, arguments: &[&str]) -> (Run, Run) {
    let on_disk = Program::new(name, Sandbox::builder().tmp("/tmp")).run(arguments);
    let in_memory = Program::new(name, Sandbox::builder().memory()).run(arguments);
    (on_disk, in_memory)
}

fn same(name: &'static str, arguments: &[&str]) {
    let (on_disk, in_memory) = run(name, arguments);
    let said = |run: &Run| (run.exit, run.stdout.clone(), run.stderr.clone());
    assert_eq!(said(&in_memory), said(&on_disk), "{:?}", in_memory.trap);
    assert_eq!(on_disk.exit, Some(0));
}

#[test]
fn the_examples_of_pythons_documentation_work() {
    same("doc_examples", &[]);
    // What it prints has a name in it.
    let (_, in_memory) = run("python_examples", &[]);
    assert_eq!(in_memory.succeeded().stdout.lines().count(), 1);
}

#[test]
fn program_and_library_share_one_filesystem() {
    // Each makes files and sees those of the other; descriptors pass between them.
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
