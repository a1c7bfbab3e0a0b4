//! The words of `cargo xtask` from outside.

#![cfg(unix)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use xtask::workspace;

#[test]
fn an_argument_that_is_not_utf_8_is_refused_and_shown() {
    let mut xtask = Command::new(workspace::program("xtask"));
    xtask.arg("demo").arg(OsStr::from_bytes(b"caf\xe9"));
    let output = xtask.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "error: the argument \"caf\\xE9\" is not UTF-8\n");
}
