//! The demonstration, as a user runs it.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use xtask::{harness, workspace};

fn demo(scratch: &Path) -> Command {
    xtask::components::build_shipped().unwrap();
    let mut demo = Command::new(workspace::program("demo"));
    demo.arg("--scratch").arg(scratch);
    demo
}

fn run(arguments: &[&str], file: Option<&Path>) -> Output {
    let scratch = tempfile::tempdir().unwrap();
    let output = demo(scratch.path()).args(arguments).args(file).output().unwrap();
    assert_eq!(scratch.path().read_dir().unwrap().count(), 0, "nothing is left");
    output
}

/// Sorts the text with the least memory, and returns the table that the demonstration prints.
fn sort(text: &[u8]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("text to sort");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
    let output = run(&["--buffer-size", "65536"], Some(&file));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert_eq!(fs::read(&file).unwrap(), text, "the input is as it was");
    assert_eq!(directory.path().read_dir().unwrap().count(), 1, "nothing is put beside it");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_text_is_sorted_in_several_passes_and_nothing_is_left() {
    for way in ["descriptors", "interface"] {
        let arguments = ["--size", "4000000", "--buffer-size", "65536", "--through", way];
        let output = run(&arguments, None);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{told}");
        assert!(told.contains("merged "), "several passes: {told}");
        let table = String::from_utf8(output.stdout).unwrap();
        assert!(table.contains("as an independent sort does"), "{table}");
        assert!(table.contains("left behind      nothing"), "{table}");
    }
}

#[test]
fn without_any_directory_a_text_is_sorted_in_memory() {
    for way in ["descriptors", "interface"] {
        let arguments =
            ["--memory", "--size", "4000000", "--buffer-size", "65536", "--through", way];
        let output = run(&arguments, None);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{told}");
        let table = String::from_utf8(output.stdout).unwrap();
        assert!(table.contains("as an independent sort does"), "{table}");
        assert!(table.contains("as tmpfs.wasm counted"), "{table}");
        assert!(told.contains(": composed with tmpfs.wasm and not embedded: "), "{told}");
    }
}

/// The program is an ordinary one with the filesystem in it, as `scratch compose --memory` makes
/// it.
#[test]
fn without_any_directory_an_ordinary_program_sorts_a_text_in_memory() {
    let output = run(&["--memory", "--size", "4000000", "--buffer-size", "65536"], None);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(told.contains(": embedded: the filesystem is a part of the program\n"), "{told}");
    assert!(told.contains("merged "), "several passes: {told}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("as an independent sort does"), "{table}");
    assert!(table.contains("in a filesystem that is a part of the program"), "{table}");
}

#[test]
#[cfg(target_os = "linux")]
fn scratch_run_sorts_a_text_by_an_ordinary_program() {
    harness::build_scratch().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("text: to sort");
    fs::write(&file, "b\na\n".repeat(100_000)).unwrap();
    let output = run(&["--run", "--buffer-size", "65536"], Some(&file));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(told.contains("merged "), "several passes: {told}");
    let table = String::from_utf8(output.stdout).unwrap();
    let first = "sorted           200000 lines, 400000 bytes, as an independent sort does\n";
    assert!(table.starts_with(first), "{table}");
    assert!(table.contains("\ntime             "), "{table}");
    assert!(table.contains(" s by scratch run, which compiles and copies, too, "), "{table}");
    assert!(table.ends_with("\nleft behind      nothing\n"), "{table}");
    // What the program says in the end is told.
    let absent = run(&["--run", "--buffer-size", "1"], Some(&file));
    let told = String::from_utf8(absent.stderr).unwrap();
    assert!(!absent.status.success() && told.contains("error: scratch run ended with "), "{told}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_host_sees_as_many_temporary_files_as_the_program_made() {
    let output = run(&["--size", "4000000", "--buffer-size", "65536"], None);
    let told = String::from_utf8(output.stderr).unwrap();
    let line = told.lines().find(|line| line.contains("lines, ")).unwrap();
    let made = line.rsplit("with ").next().unwrap().split(' ').next().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains(&format!("temporary files  {made}, ")), "{made} made: {table}");
}

#[test]
fn texts_at_the_edges_are_sorted() {
    let long = [vec![b'z'; 8192], b"\n".to_vec(), vec![b'y'; 8192], b"\n".to_vec()].concat();
    for (text, lines) in [
        (&b""[..], 0),
        (b"\n\n", 2),
        (b"no line break", 1),
        (b"b\n\0\n\xff\xfe\na", 4),
        (&long.repeat(40), 80),
    ] {
        let table = sort(text);
        assert!(table.starts_with(&format!("sorted           {lines} lines, ")), "{table}");
    }
}

#[test]
fn a_line_that_is_too_long_for_the_memory_is_an_error_that_says_so() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), vec![b'x'; 10_000]).unwrap();
    let output = run(&["--buffer-size", "65536"], Some(file.path()));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("line 1 is longer than 8192 bytes"), "{told}");
}

#[test]
fn a_file_that_is_not_there_and_a_wrong_option_are_errors_that_name_them() {
    let absent = run(&[], Some(Path::new("/absent/text")));
    assert_eq!(absent.status.code(), Some(2));
    let told = String::from_utf8(absent.stderr).unwrap();
    assert!(told.contains("error: cannot sort /absent/text: No such file"), "{told}");

    let directory = run(&[], Some(Path::new("/")));
    assert_eq!(directory.status.code(), Some(2));

    let wrong = run(&["--run", "--memory"], None);
    assert_eq!(wrong.status.code(), Some(2));

    let wrong = run(&["--sise", "1"], None);
    assert_eq!(wrong.status.code(), Some(2));
    let told = String::from_utf8(wrong.stderr).unwrap();
    assert!(told.contains("error: --sise is unknown") && told.contains("usage:"), "{told}");
}

#[test]
fn a_signal_in_the_middle_ends_it_at_once_and_leaves_nothing() {
    harness::build_scratch().unwrap();
    let ways = [
        (None, Signal::INT, "making a text"),
        (None, Signal::INT, "sorted into 1 temporary"),
        (None, Signal::TERM, "merging "),
        (None, Signal::INT, "sorting natively"),
        (Some("--run"), Signal::TERM, "sorted into 1 temporary"),
    ];
    // `scratch run` copies files on Linux only.
    let here = |way: &Option<_>| way.is_none() || cfg!(target_os = "linux");
    for (way, signal, moment) in ways.into_iter().filter(|(way, ..)| here(way)) {
        let scratch = tempfile::tempdir().unwrap();
        let mut demo = demo(scratch.path());
        demo.args(["--size", "30000000", "--buffer-size", "1000000"]).args(way);
        let mut child = demo.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(told.any(|line| line.contains(moment)), "never: {moment}");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let rest: Vec<String> = told.collect();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{moment}: {rest:?}");
        assert!(output.stdout.is_empty(), "no result: {rest:?}");
        assert!(rest.last().is_some_and(|line| line.starts_with("interrupted;")), "{rest:?}");
        assert_eq!(scratch.path().read_dir().unwrap().count(), 0, "left at {moment}");
    }
}
