//! Components with the filesystem in them, translated to JavaScript by jco. They run under Node and
//! jco's own host of WASI 0.2.

use std::fs;

use host_tests::Sandbox;
use host_tests::kept::foreign;
use host_tests::programs::STD_FILES;

use super::{FULL, SMALL, made, merged, on_disk, run, toolchains, variables};

/// Transpiles a component and runs it, and returns its output.
#[track_caller]
fn printed(component: &[u8], arguments: &[&str]) -> String {
    let folder = toolchains::transpiled(component).unwrap();
    let mut node = toolchains::node().unwrap();
    node.arg(foreign().join("node/component.mjs"));
    node.arg(folder.path().join("whole.js"));
    super::printed(node.args(arguments))
}

#[test]
fn a_std_program_prints_the_same_as_under_wasmtime() {
    let both = toolchains::npm_packages().map(|_| STD_FILES.file());
    let Some(file) = made("jco::a_std_program_prints_the_same_as_under_wasmtime", both) else {
        return;
    };
    // `memory_std` tests the differences of this form from a directory of the host.
    let expected = run(file, Sandbox::builder().embedded(), &[]);
    let whole = merged(&fs::read(file).unwrap(), false, &[]);
    assert_eq!(printed(&whole, &[]), expected.stdout);
}

#[test]
fn c_prints_the_same_as_on_a_directory_of_the_host_and_hits_a_limit() {
    const TEST: &str = "jco::c_prints_the_same_as_on_a_directory_of_the_host_and_hits_a_limit";
    let both = toolchains::npm_packages().and_then(|_| toolchains::c("files.c"));
    let Some(module) = made(TEST, both) else { return };
    let component = toolchains::adapted(&module);
    let expected = run(&component, on_disk(), &[]).stdout;
    let component = fs::read(component).unwrap();
    assert_eq!(printed(&merged(&component, false, &[]), &[]), expected);
    let small = merged(&component, false, &variables(&SMALL));
    assert_eq!(printed(&small, &["full"]), FULL);
}
