//! Programs in wasm: std guests that use the interface, descriptors or the linked library. Another
//! test checks that every program has a test.

use std::collections::BTreeSet;

use host_tests::{Program, Run, Sandbox, names_in, program_names};
use xtask::workspace;

/// The programs, and the files that run them.
const TESTED: [(&str, &str); 31] = [
    ("audit_hooks", "audit"),
    ("begins_anew", "memory_usage"),
    ("beside", "embedded_std"),
    ("calls_linked", "host_calls"),
    ("calls_tempfile", "embedded_costs"),
    ("descriptor_calls", "memory_streams"),
    ("descriptors_direct", "programs"),
    ("doc_examples", "programs"),
    ("evil_audit_hook", "audit"),
    ("library_linked", "programs"),
    ("lifecycle_exit", "endings"),
    ("lifecycle_leak", "endings"),
    ("lifecycle_return", "endings"),
    ("polling", "memory_streams"),
    ("python_examples", "programs"),
    ("random_files", "embedded_random"),
    ("readme_cache", "memory_usage"),
    ("readme_pages", "memory_usage"),
    ("readme_program", "programs"),
    ("refused_writes", "memory_std"),
    ("rust_tempfile_examples", "memory_std"),
    ("seeded", "memory_seeds"),
    ("shell", "hosted/embedder"),
    ("std_files", "memory_std"),
    ("std_io_linked", "programs"),
    ("std_limits", "memory_std"),
    ("stream_calls", "memory_streams"),
    ("stream_drops", "memory_streams"),
    ("stream_failures", "memory_streams"),
    ("stream_traps", "memory_streams"),
    ("watching", "memory_identity"),
];

fn run(name: &'static str) -> Run {
    Program::new(name, Sandbox::builder().tmp("/tmp")).run(&[]).succeeded()
}

#[test]
fn every_program_has_a_test() {
    let programs: BTreeSet<_> = program_names().collect();
    let tested: BTreeSet<_> = TESTED.map(|(program, _)| program).into();
    assert_eq!(programs, tested);
    for (program, area) in TESTED {
        let file = format!("host-tests/tests/{area}.rs");
        let text = std::fs::read_to_string(workspace::root().join(&file)).unwrap();
        let calls = ["run(", "Program::new(", "program_file(", "compiled("];
        let runs = calls.map(|call| format!("{call}\"{program}\""));
        assert!(runs.iter().any(|run| text.contains(run)), "{file} does not run {program}");
    }
}

#[test]
fn the_examples_of_pythons_documentation_work() {
    assert!(names_in(run("doc_examples").tmp()).is_empty());
}

#[test]
fn the_examples_of_the_page_on_python_work() {
    assert!(names_in(run("python_examples").tmp()).is_empty());
}

#[test]
fn a_program_takes_descriptors_and_reads_and_writes_without_the_component() {
    assert!(names_in(run("descriptors_direct").tmp()).is_empty());
}

#[test]
fn a_std_program_links_the_library() {
    assert!(names_in(run("library_linked").tmp()).is_empty());
}

#[test]
fn files_of_the_linked_library_are_readers_and_writers_of_std() {
    assert!(names_in(run("std_io_linked").tmp()).is_empty());
}

#[test]
fn the_readmes_program_runs() {
    let run = run("readme_program");
    assert!(names_in(run.tmp()).is_empty());
}
