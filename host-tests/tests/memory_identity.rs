//! Programs that watch a file over time, on a directory of the host and on every form of the
//! filesystem in memory. The identity of files must be the same on all, whatever happens to the
//! files.

use std::fs;

use host_tests::{Program, Sandbox, composed};
use scratch_compose::{Form, Memory, Options};

include!(concat!(env!("OUT_DIR"), "/programs_of_memory_identity.rs"));

fn on_disk(way: &str) -> String {
    let ground = Sandbox::builder().tmp("/tmp").env("TMPDIR", "/tmp");
    Program::new(WATCHING, ground).run(&[way]).succeeded().stdout
}

/// Returns the program's output with one form of the filesystem.
fn in_memory(form: Form, way: &str) -> String {
    let memory = Some(Memory { form: Some(form), ..Memory::default() });
    let options = Options { audited: false, memory };
    let program = fs::read(WATCHING.file()).unwrap();
    let whole = composed(&program, &options).unwrap();
    Program::run_bytes(&whole, Sandbox::builder(), &[way]).succeeded().stdout
}

/// Returns the program's output with the filesystem lent by the host.
fn hosted(way: &str) -> String {
    Program::new(WATCHING, Sandbox::builder().hosted()).run(&[way]).succeeded().stdout
}

#[test]
fn the_c_library_shows_inode_numbers_that_stay() {
    let expected = on_disk("library");
    assert!(expected.ends_with("opened 2 times\n"), "{expected}");
    for form in [Form::Whole, Form::Embedded] {
        assert_eq!(in_memory(form, "library"), expected, "{form:?}");
    }
    assert_eq!(hosted("library"), expected);
}

#[test]
fn metadata_hashes_identify_files_on_every_form() {
    let expected = on_disk("calls");
    assert_eq!(expected, on_disk("library"));
    for form in [Form::Whole, Form::Lite, Form::Embedded] {
        assert_eq!(in_memory(form, "calls"), expected, "{form:?}");
    }
    assert_eq!(hosted("calls"), expected);
}
