//! The programs of docs/languages.md. Each makes a file, reads it, and prints its path and its
//! content. `xtask/tests/tidy.rs` compares the page with the programs.

use std::fs;
use std::path::Path;

use host_tests::kept::foreign;
use host_tests::{Program, Sandbox, composition};
use scratch_compose::{Memory, Options};
use tempfile::TempDir;

use super::toolchains::{self, World};
use super::{FORMS, made, merged, on_disk, preview1, printed, run};

/// Asserts that a program printed the path of a file below `/tmp`, and what it wrote into it.
#[track_caller]
fn assert_kept(printed: &str, path: &str, text: &str) {
    let line = printed.strip_suffix(&format!(": {text}\n"));
    assert!(line.is_some_and(|line| line.starts_with(path)), "{printed}");
}

/// Runs a component on a directory of the host, where it must leave nothing, and in memory.
#[track_caller]
fn assert_component(file: &Path, path: &str, text: &str) {
    let told = run(file, on_disk(), &[]);
    assert_kept(&told.stdout, path, text);
    assert_eq!(fs::read_dir(told.tmp()).unwrap().count(), 0);
    for form in FORMS {
        assert_kept(&run(file, form(Sandbox::builder()), &[]).stdout, path, text);
    }
}

const KEPT: &str = "kept in memory";

#[test]
fn c() {
    let Some(module) = made("languages::c", toolchains::c("notes.c")) else { return };
    assert_component(&toolchains::adapted(&module), "/tmp/notes.txt", KEPT);
    let whole = merged(&fs::read(module).unwrap(), false, &[]);
    assert_kept(&preview1::run(&whole, &[]), "/tmp/notes.txt", KEPT);
}

/// Runs the program as a module only. The adapter of preview 1 is refused, since Go's allocator
/// overwrites its state.
#[test]
fn go() {
    let hosts = toolchains::node().and_then(|node| Ok((node, toolchains::wasmtime()?)));
    let both = hosts.and_then(|hosts| Ok((hosts, toolchains::go("notes.go")?)));
    let Some(((mut node, mut wasmtime), module)) = made("languages::go", both) else { return };
    let folder = TempDir::new().unwrap();
    let whole = folder.path().join("whole.wasm");
    let module = fs::read(module).unwrap();
    let memory = Memory { component: true, ..Memory::default() };
    let refused = composition(&module, &Options { memory: Some(memory), ..Options::default() });
    assert!(refused.unwrap_err().to_string().contains("the program was compiled by Go"));
    fs::write(&whole, merged(&module, false, &[])).unwrap();
    node.arg(foreign().join("node/run.mjs")).arg(&whole);
    wasmtime.arg(&whole).args(["", "--"]);
    for host in [&mut node, &mut wasmtime] {
        assert_kept(&printed(host), "/tmp/notes-", KEPT);
    }
}

#[test]
fn python() {
    let program = toolchains::cpython("notes.py", World::Command);
    let Some(program) = made("languages::python", program) else { return };
    assert_component(&program, "/tmp/notes-", KEPT);
}

#[test]
fn javascript() {
    let program = toolchains::javascript("notes.js", World::Files);
    let Some(program) = made("languages::javascript", program) else { return };
    assert_component(&program, "/tmp/notes.txt", KEPT);
}

/// Runs a program over `tempfile.wasm`, with files on the host and with files in memory.
#[track_caller]
fn assert_calls(file: &Path, path: &str) {
    for ground in [on_disk(), Sandbox::builder().memory(), Sandbox::builder().hosted()] {
        let told = Program::of_file(file, ground).run(&[]).succeeded();
        assert_kept(&told.stdout, path, "kept by the component");
    }
}

#[test]
fn python_that_calls_the_component() {
    let program = toolchains::cpython("calls.py", World::Calls);
    let Some(program) = made("languages::python_that_calls_the_component", program) else { return };
    assert_calls(&program, "/tmp/tmp");
}

#[test]
fn javascript_that_calls_the_component() {
    const TEST: &str = "languages::javascript_that_calls_the_component";
    let program = toolchains::javascript("calls.js", World::Calls);
    let Some(program) = made(TEST, program) else { return };
    assert_calls(&program, "/tmp/notes-");
}
