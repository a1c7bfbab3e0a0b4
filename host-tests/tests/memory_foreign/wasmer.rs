//! wasmer's host of preview 1, as the example of an embedder uses it, under a C program with the
//! filesystem in it.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{FULL, as_in_preview_1, made, merged, on_disk, run, toolchains, variables};

/// Runs a module under wasmer, and returns what it printed.
#[track_caller]
fn printed(module: &[u8], arguments: &[&str]) -> String {
    let [folder, elsewhere] = [(); 2].map(|()| TempDir::new().unwrap());
    let file = elsewhere.path().join("whole.wasm");
    fs::write(&file, module).unwrap();
    let mut host = Command::new(toolchains::wasmer().unwrap());
    host.current_dir(&folder).arg(file).args(arguments);
    host.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = host.spawn().unwrap();
    // The program may end without having read all.
    let _ = running.stdin.take().unwrap().write_all(b"one line\nanother\n");
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}", output.status);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "all files were in memory");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the module of the C program, if both it and wasmer can be had.
fn program(test: &str) -> Option<PathBuf> {
    let both = toolchains::wasmer().and_then(|_| toolchains::c("files.c"));
    made(&format!("wasmer::{test}"), both)
}

#[test]
fn runs_what_prints_the_same_as_on_a_directory_of_the_host() {
    let test = "runs_what_prints_the_same_as_on_a_directory_of_the_host";
    let Some(module) = program(test) else { return };
    let expected = as_in_preview_1(&run(&toolchains::adapted(&module), on_disk(), &[]).stdout);
    let module = fs::read(module).unwrap();
    assert_eq!(printed(&merged(&module, false, &[]), &[]), expected);
}

#[test]
fn runs_what_hits_a_limit() {
    let Some(module) = program("runs_what_hits_a_limit") else { return };
    let small = variables(&[("TMPFS_BYTES", "256K"), ("TMPFS_FILE_SIZE", "512K")]);
    let small = merged(&fs::read(module).unwrap(), false, &small);
    assert_eq!(printed(&small, &["full"]), FULL);
}
