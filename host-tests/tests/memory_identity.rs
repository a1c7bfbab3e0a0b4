//! Programs that watch a file over time, on a directory of the host and on every form of the
//! filesystem in memory: the identity of files is the same everywhere, whatever is done to them.

use std::fs;

use host_tests::{Builder, Program, Sandbox, composed, program_names};
use scratch_compose::{Form, Memory, Options};
use tempfile::TempDir;
use xtask::workspace;

fn told(ground: Builder, program: &str, way: &str) -> String {
    Program::new(program, ground).run(&[way]).succeeded().stdout
}

fn on_disk(way: &str) -> String {
    let ground = Sandbox::builder().tmp("/tmp").env("TMPDIR", "/tmp");
    Program::new("watching", ground).run(&[way]).succeeded().stdout
}

/// Returns what the program prints when it is composed with one form.
fn in_memory(form: Form, way: &str) -> String {
    assert!(program_names().any(|it| it == "watching"), "built by the first who asks");
    let program = workspace::target_dir().join("guests/checked/watching.wasm");
    let memory = Some(Memory { form: Some(form), records: Vec::new() });
    let options = Options { audited: false, memory };
    let whole = composed(&fs::read(program).unwrap(), &options).unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("whole.wasm");
    fs::write(&file, whole).unwrap();
    told(Sandbox::builder(), file.to_str().unwrap(), way)
}

#[test]
fn the_c_library_shows_inode_numbers_that_stay() {
    let expected = on_disk("library");
    assert!(expected.ends_with("opened 2 times\n"), "{expected}");
    assert_eq!(in_memory(Form::Whole, "library"), expected);
}

#[test]
fn metadata_hashes_identify_files_on_every_form() {
    let expected = on_disk("calls");
    assert_eq!(expected, on_disk("library"));
    for form in [Form::Whole, Form::Lite, Form::LiteEnvironment] {
        assert_eq!(in_memory(form, "calls"), expected, "{form:?}");
    }
}
