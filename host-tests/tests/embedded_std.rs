//! Programs on Rust's std with the filesystem as a part of them, as `scratch compose --memory` makes
//! them: with nothing granted they print what they print on a directory of the host.

use std::fs;

use host_tests::{Builder, Program, Run, Sandbox, composed, composition, program_file};
use scratch_compose::{Form, Memory, Options, Record, Way, binary};

/// Embeds the filesystem into a program.
fn embedding(program: &[u8], variables: &[(&str, &str)]) -> scratch_compose::Result<Vec<u8>> {
    let record = |(name, value): &(&str, &str)| Record::Variable((*name).into(), (*value).into());
    let records = variables.iter().map(record).collect();
    let memory = Memory { form: Some(Form::Embedded), records, ..Memory::default() };
    composed(program, &Options { memory: Some(memory), ..Options::default() })
}

/// A program of the harness with the filesystem in it.
fn embedded(name: &str, variables: &[(&str, &str)]) -> Vec<u8> {
    embedding(&fs::read(program_file(name)).unwrap(), variables).unwrap()
}

fn with_input(ground: Builder) -> Builder {
    ground.stdin(b"one line\ntwo\nthree")
}

/// Runs a program with the filesystem in it, and with nothing granted.
fn run_embedded(name: &str, variables: &[(&str, &str)]) -> Run {
    Program::run_bytes(&embedded(name, variables), with_input(Sandbox::builder()), &[])
}

/// The lines that differ from those on a directory of the host.
fn differences(name: &str) -> Vec<(String, String)> {
    differences_at("/tmp", name, &[])
}

fn differences_at(mount: &str, name: &str, variables: &[(&str, &str)]) -> Vec<(String, String)> {
    let on_disk = with_input(Sandbox::builder().tmp(mount).env("TMPDIR", mount));
    let on_disk = Program::new(name, on_disk).run(&[]).succeeded();
    let in_memory = run_embedded(name, variables).succeeded();
    assert_eq!(in_memory.stderr, on_disk.stderr);
    let lines = |run: &Run| run.stdout.lines().map(str::to_owned).collect::<Vec<_>>();
    let (expected, found) = (lines(&on_disk), lines(&in_memory));
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    expected.into_iter().zip(found).filter(|(one, other)| one != other).collect()
}

/// POSIX has EBADF, 8 in WASI, for what is not open for reading or writing. wasmtime 48 gives a
/// stream all the same, which then fails with EIO, 29.
fn of_wrong_directions() -> [(String, String); 2] {
    ["read of append", "write of read"].map(|what| {
        (format!("{what} Uncategorized Some(29)"), format!("{what} Uncategorized Some(8)"))
    })
}

#[test]
fn std_does_with_files_what_it_does_on_a_directory_of_the_host() {
    assert_eq!(differences("std_files"), of_wrong_directions());
}

#[test]
fn the_examples_of_rusts_tempfile_crate_work() {
    assert_eq!(differences("rust_tempfile_examples"), []);
}

#[test]
fn a_program_that_links_the_library_does_what_it_does_on_a_directory_of_the_host() {
    for name in ["linked", "python_examples", "doc_examples"] {
        assert_eq!(differences(name), [], "{name}");
    }
}

/// The program asks the filesystem beside it what it holds.
#[test]
fn a_program_that_a_component_has_to_serve_is_composed() {
    for (name, interface) in
        [("readme_cache", "scratch:space"), ("readme_program", "scratch:tempfile")]
    {
        let options = Options { memory: Some(Memory::default()), ..Options::default() };
        let program = fs::read(program_file(name)).unwrap();
        let whole = composition(&program, &options).unwrap();
        let words = whole.way.to_string();
        assert!(matches!(whole.way, Way::Composed { .. }) && words.contains(interface), "{words}");
        let refusal = embedding(&program, &[]).unwrap_err().to_string();
        assert!(refusal.contains(interface), "{refusal}");
    }
}

#[test]
fn any_absolute_path_is_a_mount() {
    for mount in ["/scratch/", "/a b/é", "/tmp/deeper"] {
        let differences = differences_at(mount, "std_files", &[("TMPFS_MOUNT", mount)]);
        assert_eq!(differences, of_wrong_directions(), "{mount}");
    }
}

#[test]
fn at_a_limit_std_says_which_and_the_program_lives_on() {
    let limits = [
        ("TMPFS_BYTES", "1M"),
        ("TMPFS_FILE_SIZE", "512K"),
        ("TMPFS_NODES", "20"),
        ("TMPFS_HANDLES", "10"),
    ];
    let _ = run_embedded("std_limits", &limits).succeeded();
}

/// Linux's `/dev/full` refuses every write with ENOSPC, as a full directory of the host does.
#[test]
#[cfg(target_os = "linux")]
fn after_a_refused_write_std_tells_of_a_broken_pipe_until_a_seek_as_on_a_full_directory() {
    let device = Sandbox::builder().preopen(std::path::Path::new("/dev"), "/tmp");
    let on_disk = Program::new("refused_writes", with_input(device.env("TMPDIR", "/tmp")));
    let expected = on_disk.run(&[]).succeeded().stdout;
    assert!(expected.contains("first write: Uncategorized Some(29)"), "{expected}");
    let in_memory = run_embedded("refused_writes", &[("TMPFS_BYTES", "0")]).succeeded();
    assert_eq!(in_memory.stdout, expected);
}

#[test]
fn the_program_imports_no_files_and_nothing_that_it_did_not_import_but_random_numbers_and_a_clock()
{
    const GRANTED: [&str; 2] = ["wasi:clocks/wall-clock", "wasi:random/random"];
    for name in ["std_files", "linked", "rust_tempfile_examples", "watching"] {
        let before = binary::imports(&fs::read(program_file(name)).unwrap()).unwrap();
        let after = binary::imports(&embedded(name, &[])).unwrap();
        for import in after {
            let files = import.starts_with("wasi:filesystem/");
            let interface = import.split('@').next().unwrap();
            let known = before.contains(&import) || GRANTED.contains(&interface);
            assert!(!files && known, "{name} imports {import}");
        }
    }
}
