//! Programs on Rust's std, as the toolchain compiles them, on a filesystem in memory without a
//! granted directory. They must print the same as on a directory of the host.

use std::fs;

use host_tests::{Builder, Built, Program, Run, Sandbox};
use tempfile::TempDir;

include!(concat!(env!("OUT_DIR"), "/programs_of_memory_std.rs"));

fn run(program: Built, ground: Builder) -> Run {
    Program::new(program, ground.stdin(b"one line\ntwo\nthree")).run(&[]).succeeded()
}

/// The filesystem as `tmpfs.wasm`, in the program, and lent by the host.
const FORMS: [fn(Builder) -> Builder; 3] = [Builder::memory, Builder::embedded, Builder::hosted];

/// Compares the output with the filesystem mounted at its usual place.
#[track_caller]
fn assert_differences_in_run(program: Built, expected: &[(String, String)]) {
    for form in FORMS {
        assert_eq!(
            differences_at("/tmp", program, form(Sandbox::builder())),
            expected,
            "{program}"
        );
    }
}

/// Returns the lines that differ from the output on a directory of the host with the same name.
fn differences_at(mount: &str, program: Built, memory: Builder) -> Vec<(String, String)> {
    // The filesystem sets TMPDIR itself, and a space mounted at the root has a `/tmp`.
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join("tmp")).unwrap();
    let on_disk = if mount == "/" {
        Sandbox::builder().preopen(root.path(), "/").env("TMPDIR", "/tmp")
    } else {
        Sandbox::builder().tmp(mount).env("TMPDIR", mount)
    };
    let on_disk = run(program, on_disk);
    let in_memory = run(program, memory);
    assert_eq!(in_memory.stderr, on_disk.stderr);
    let lines = |run: &Run| run.stdout.lines().map(str::to_owned).collect::<Vec<_>>();
    let (expected, found) = (lines(&on_disk), lines(&in_memory));
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    expected.into_iter().zip(found).filter(|(one, other)| one != other).collect()
}

#[test]
fn std_does_with_files_what_it_does_on_a_directory_of_the_host() {
    assert_differences_in_run(STD_FILES, &of_wrong_directions());
}

/// Lists the differences for files with the wrong direction. POSIX answers EBADF (8 in WASI) for a
/// file that is not open for reading or writing. wasmtime 48 gives a stream that fails with EIO
/// (29).
fn of_wrong_directions() -> [(String, String); 2] {
    ["read of append", "write of read"].map(|what| {
        (format!("{what} Uncategorized Some(29)"), format!("{what} Uncategorized Some(8)"))
    })
}

#[test]
fn any_absolute_path_is_a_mount() {
    for mount in ["/", "/scratch/", "//scratch", "/a b/é", "/tmp/deeper"] {
        for form in FORMS {
            let memory = form(Sandbox::builder().env("TMPFS_MOUNT", mount));
            let differences = differences_at(mount, STD_FILES, memory);
            assert_eq!(differences, of_wrong_directions(), "{mount}");
        }
    }
}

#[test]
fn a_tmpdir_of_the_host_does_not_reach_the_program() {
    for form in FORMS {
        for told in ["/tmp/ci-4711", "/tmp/", "/var/tmp", ""] {
            let memory = form(Sandbox::builder().env("TMPDIR", told));
            let stdout = run(STD_FILES, memory).stdout;
            assert_eq!(stdout.lines().next(), Some("TMPDIR /tmp"), "{told}");
        }
    }
}

#[test]
fn the_examples_of_rusts_tempfile_crate_work() {
    assert_differences_in_run(RUST_TEMPFILE_EXAMPLES, &[]);
}

#[test]
fn at_a_limit_std_says_which_and_the_program_lives_on() {
    for form in FORMS {
        let ground = form(Sandbox::builder())
            .env("TMPFS_BYTES", "1M")
            .env("TMPFS_FILE_SIZE", "512K")
            .env("TMPFS_NODES", "20")
            .env("TMPFS_HANDLES", "10");
        let _ = Program::new(STD_LIMITS, ground).run(&[]).succeeded();
    }
}

#[test]
fn bytes_that_were_refused_are_written_once_when_there_is_room() {
    for form in FORMS {
        let ground = form(Sandbox::builder()).env("TMPFS_BYTES", "100000");
        let _ = Program::new(STD_IO_FULL, ground).run(&[]).succeeded();
    }
}

/// Compares with Linux's `/dev/full`, which refuses every write with ENOSPC, as a full directory of
/// the host does. WASI's C library makes EIO (29) of it, and then EPIPE (64) for the closed stream.
#[test]
#[cfg(target_os = "linux")]
fn after_a_refused_write_std_tells_of_a_broken_pipe_until_a_seek_as_on_a_full_directory() {
    let device = Sandbox::builder().preopen(std::path::Path::new("/dev"), "/tmp");
    let on_disk = Program::new(REFUSED_WRITES, device.env("TMPDIR", "/tmp")).run(&[]);
    let expected = on_disk.succeeded().stdout;
    let broken = "BrokenPipe Some(64)";
    for line in ["first write: Uncategorized Some(29)", &format!("again: {broken}")] {
        assert!(expected.contains(line), "{expected}");
    }
    for form in FORMS {
        let in_memory = form(Sandbox::builder().env("TMPFS_BYTES", "0"));
        let in_memory = Program::new(REFUSED_WRITES, in_memory).run(&[]).succeeded();
        assert_eq!(in_memory.stdout, expected);
    }
}
