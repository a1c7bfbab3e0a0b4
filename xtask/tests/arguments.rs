//! The words of `cargo xtask` from outside.

#![cfg(unix)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{self, Command};
use std::{env, fs};

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

/// Runs the demonstration where cargo cannot build anything, and returns its status and its errors.
fn demo(words: &[&OsStr]) -> (Option<i32>, String) {
    let mut xtask = Command::new(workspace::program("xtask"));
    let output = xtask.arg("demo").args(words).env("CARGO", "/absent/cargo").output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn the_demonstration_looks_at_its_arguments_before_it_builds_anything() {
    let folder = env::temp_dir().join(format!("xtask-arguments-{}", process::id()));
    fs::create_dir(&folder).unwrap();
    let (absent, fifo) = (folder.join("absent"), folder.join("fifo"));
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for (file, words) in [
        (&absent, "No such file or directory (os error 2)"),
        (&folder, "not a file"),
        (&fifo, "not a file"),
    ] {
        // The value of an option is not taken for the file.
        let (status, told) = demo(&["--buffer-size".as_ref(), "65536".as_ref(), file.as_ref()]);
        assert_eq!(told, format!("error: cannot sort {}: {words}\n", file.display()));
        assert_eq!(status, Some(2));
    }
    let (status, told) = demo(&["--scratch".as_ref(), absent.as_ref()]);
    assert_eq!(told, format!("error: --scratch: {} is not a directory\n", absent.display()));
    assert_eq!(status, Some(2));
    let (status, told) = demo(&["--sise".as_ref()]);
    assert!(told.starts_with("error: --sise is unknown\nusage: cargo xtask demo "), "{told}");
    assert_eq!(status, Some(2));
    assert_eq!(demo(&["--help".as_ref()]), (Some(0), String::new()));

    // A file that can be sorted starts a build, which fails here.
    let text = folder.join("text");
    fs::write(&text, "b\na\n").unwrap();
    let (status, told) = demo(&[text.as_ref()]);
    fs::remove_dir_all(folder).unwrap();
    assert!(told.contains("/absent/cargo"), "{told}");
    assert_eq!(status, Some(1));
}
