//! wasmer's host of preview 1, in the example of a wasmer embedder, with a C program that has the
//! filesystem in it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::{FULL, SMALL, as_in_preview_1, made, merged, on_disk, run, toolchains, variables};

/// Runs a module under wasmer, and returns its output.
#[track_caller]
fn printed(module: &[u8], arguments: &[&str]) -> String {
    let [folder, elsewhere] = [(); 2].map(|()| TempDir::new().unwrap());
    let file = elsewhere.path().join("whole.wasm");
    fs::write(&file, module).unwrap();
    let mut host = Command::new(toolchains::wasmer().unwrap());
    host.current_dir(&folder).arg(file).args(arguments);
    let printed = super::printed(&mut host);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "all files were in memory");
    printed
}

/// Returns the module of the C program, if both the module and wasmer are available.
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
    let small = merged(&fs::read(module).unwrap(), false, &variables(&SMALL));
    assert_eq!(printed(&small, &["full"]), FULL);
}
