//! Programs in wasm: std guests that use the interface, descriptors or the linked library. Another
//! test checks that every program has a test.

use std::collections::BTreeSet;
use std::fs;

use host_tests::{Built, Program, Run, Sandbox, names_in, programs};
use tempfile::TempDir;
use xtask::workspace;

#[path = "../build/identifiers.rs"]
mod identifiers;
#[path = "../build/programs.rs"]
mod programs_of_folder;

include!(concat!(env!("OUT_DIR"), "/programs_of_programs.rs"));
include!(concat!(env!("OUT_DIR"), "/suites.rs"));

fn run(program: Built) -> Run {
    Program::new(program, Sandbox::builder().tmp("/tmp")).run(&[]).succeeded()
}

#[test]
fn every_program_has_a_test() {
    let built: BTreeSet<_> = programs::names().collect();
    let run: BTreeSet<_> = SUITES.iter().flat_map(|(_, programs)| *programs).copied().collect();
    assert_eq!(built, run);
    for (suite, _) in SUITES {
        // The constants in there are all used, or the file does not compile.
        let list = format!("/programs_of_{}.rs", suite.replace('/', "_"));
        let include = format!("\ninclude!(concat!(env!(\"OUT_DIR\"), \"{list}\"));\n");
        let file = workspace::root().join(format!("host-tests/tests/{suite}.rs"));
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(&include), "{suite} does not take the names of its programs");
    }
}

/// The Cargo Book, *Target auto-discovery*: `src/bin/NAME.rs` and `src/bin/NAME/main.rs`.
#[test]
fn what_editors_leave_beside_a_program_is_no_program() {
    let folder = TempDir::new().unwrap();
    for path in ["one.rs", ".one.rs.swp", ".#one.rs", "one.rs~", "one.rs.orig", "notes.md"] {
        fs::write(folder.path().join(path), "").unwrap();
    }
    for (path, file) in [("two", "main.rs"), ("shared", "mod.rs"), (".git", "main.rs")] {
        fs::create_dir(folder.path().join(path)).unwrap();
        fs::write(folder.path().join(path).join(file), "").unwrap();
    }
    assert_eq!(programs_of_folder::names(folder.path()).unwrap(), ["one", "two"]);
}

/// The expected names are those that wasmtime's bindgen makes.
#[test]
fn every_name_of_wit_and_of_a_program_has_one_in_rust() {
    for (name, function, part, ty) in [
        ("seek", "seek", "seek", "Seek"),
        ("read-line", "read_line", "read_line", "ReadLine"),
        ("type", "type_", "type", "Type"),
        ("gen", "gen_", "gen", "Gen"),
        ("URL-of", "url_of", "url_of", "UrlOf"),
        ("utf-8", "utf_8", "utf_8", "Utf8"),
    ] {
        let found = (identifiers::identifier(name), identifiers::snake(name));
        assert_eq!(found, (function.to_owned(), part.to_owned()));
        assert_eq!(identifiers::camel(name), ty);
    }
    assert_eq!(identifiers::constant("doc-examples_2"), "DOC_EXAMPLES_2");
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
