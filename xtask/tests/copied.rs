//! A checkout that was copied together with what was built in it: its programs work in the copy.

use std::process::Command;
use std::{env, fs, process};

use xtask::workspace;

/// Runs the program that was built in this checkout as cargo runs it in a copy.
#[test]
fn a_program_works_in_the_checkout_in_which_cargo_runs_it() {
    let copy = env::temp_dir().join(format!("xtask-copied-{}", process::id()));
    for folder in ["xtask", "wit/deps"] {
        fs::create_dir_all(copy.join(folder)).unwrap();
    }
    fs::write(copy.join("xtask/Cargo.toml"), "").unwrap();
    let mut xtask = Command::new(workspace::program("xtask"));
    xtask.args(["wit", "--check"]).env("CARGO_MANIFEST_DIR", copy.join("xtask"));
    let output = xtask.output().unwrap();
    fs::remove_dir_all(copy).unwrap();
    // The copy lacks what the original has.
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "error: there is no WIT of our own in wit\n");
    assert_eq!(output.status.code(), Some(1));
}
