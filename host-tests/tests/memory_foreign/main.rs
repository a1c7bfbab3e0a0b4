//! Programs of other languages, as their toolchains made them, on a filesystem in memory and with
//! nothing granted: they print what they print on a directory of the host.

mod toolchains;

use std::path::{Path, PathBuf};

use host_tests::{Builder, Program, Run, Sandbox, did_not_run};

/// The program of a test, if its toolchain can be had; without it, names the test that did not run.
fn made(test: &str, program: Result<PathBuf, String>) -> Option<PathBuf> {
    let named = |reason: &String| did_not_run(&format!("memory_foreign::{test}"), reason);
    program.inspect_err(named).ok()
}

fn run(file: &Path, ground: Builder, arguments: &[&str]) -> Run {
    let file = file.to_str().expect("the target folder's name is text");
    Program::new(file, ground.stdin(b"one line\nanother\n")).run(arguments).succeeded()
}

/// The lines that differ, and how many there are.
fn differences_in_run(file: &Path) -> (Vec<(String, String)>, usize) {
    // The composition sets the variable by itself.
    let on_disk = run(file, Sandbox::builder().tmp("/tmp").env("TMPDIR", "/tmp"), &[]);
    let in_memory = run(file, Sandbox::builder().memory(), &[]);
    assert_eq!(in_memory.stderr, on_disk.stderr);
    let lines = |run: &Run| run.stdout.lines().map(str::to_owned).collect::<Vec<_>>();
    let (expected, found) = (lines(&on_disk), lines(&in_memory));
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    let count = found.len();
    (expected.into_iter().zip(found).filter(|(one, other)| one != other).collect(), count)
}

#[test]
fn c_through_the_preview1_adapter() {
    let program = toolchains::c("files.c");
    let Some(program) = made("c_through_the_preview1_adapter", program) else { return };
    let (differences, count) = differences_in_run(&program);
    assert_eq!(differences, []);
    assert!(count > 100, "{count}");
}

#[test]
fn c_where_a_small_filesystem_ends() {
    let program = toolchains::c("files.c");
    let Some(program) = made("c_where_a_small_filesystem_ends", program) else { return };
    let small =
        Sandbox::builder().memory().env("TMPFS_BYTES", "256K").env("TMPFS_FILE_SIZE", "512K");
    let told = run(&program, small, &["full"]).stdout;
    // The texts are those of the C library for ENOSPC and EFBIG.
    let expected = "\
        write: No space left on device\n\
        nearly all was written: 1\n\
        close: 0\n\
        fwrite: 100\n\
        fclose: No space left on device\n\
        unlink: 0\n\
        fwrite: 100\n\
        fclose: 0\n\
        ftruncate too far: File too large\n";
    assert_eq!(told, expected);
}

#[test]
fn cpython() {
    let program = toolchains::cpython("temporary.py");
    let Some(program) = made("cpython", program) else { return };
    let (differences, count) = differences_in_run(&program);
    assert_eq!(differences, []);
    assert!(count > 50, "{count}");
}

#[test]
fn cpython_where_a_small_filesystem_ends() {
    let program = toolchains::cpython("temporary.py");
    let Some(program) = made("cpython_where_a_small_filesystem_ends", program) else { return };
    let small = Sandbox::builder().memory().env("TMPFS_BYTES", "1M").env("TMPFS_MOUNT", "/scratch");
    let told = run(&program, small, &["full"]).stdout;
    // ENOSPC is what the filesystem tells (`stream_failures`), EIO what the C library that CPython
    // is linked with makes of any failure of a stream.
    assert_eq!(told, "cpython /scratch\nfull: EIO I/O error\nflush: None\nleft: []\n");
}
