//! Node's own host of preview 1, with a C program that has the filesystem in it.

use std::fs;
use std::path::PathBuf;

use host_tests::kept::foreign;
use tempfile::TempDir;

use super::{FULL, SMALL, as_in_preview_1, made, merged, on_disk, run, toolchains, variables};

/// Runs a module under Node, and returns its output.
#[track_caller]
fn printed(module: &[u8], arguments: &[&str]) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("whole.wasm");
    fs::write(&file, module).unwrap();
    let mut node = toolchains::node().unwrap();
    node.arg(foreign().join("node/run.mjs")).arg(file);
    super::printed(node.args(arguments))
}

/// Returns the module of the C program, if both the module and Node are available.
fn program(test: &str) -> Option<PathBuf> {
    let both = toolchains::node().and_then(|_| toolchains::c("files.c"));
    made(&format!("node::{test}"), both)
}

#[test]
fn runs_what_prints_the_same_as_on_a_directory_of_the_host() {
    let test = "runs_what_prints_the_same_as_on_a_directory_of_the_host";
    let Some(module) = program(test) else { return };
    let expected = as_in_preview_1(&run(&toolchains::adapted(&module), on_disk(), &[]).stdout);
    let module = fs::read(module).unwrap();
    for beside in [false, true] {
        assert_eq!(printed(&merged(&module, beside, &[]), &[]), expected);
    }
}

#[test]
fn runs_what_hits_a_limit() {
    let Some(module) = program("runs_what_hits_a_limit") else { return };
    let small = merged(&fs::read(module).unwrap(), false, &variables(&SMALL));
    assert_eq!(printed(&small, &["full"]), FULL);
}
