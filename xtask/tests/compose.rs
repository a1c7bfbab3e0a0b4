//! The command `compose` from outside: what would trap when the program first uses a file is
//! refused, in words that say why.

#[cfg(unix)]
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, process};

use xtask::workspace;

/// A new folder with a seed and a program, removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("xtask-compose-{name}-{}", process::id()));
        fs::create_dir_all(folder.join("seed")).unwrap();
        // It is looked into only after the seed was found to fit.
        fs::write(folder.join("app.wasm"), "").unwrap();
        Self(folder)
    }

    fn seed(&self) -> PathBuf {
        self.0.join("seed")
    }

    /// Runs the command and returns the words of its refusal.
    #[track_caller]
    fn refusal(&self, options: &[&str]) -> String {
        let mut xtask = Command::new(workspace::program("xtask"));
        xtask.arg("compose").args(options).arg("--seed").arg(self.seed());
        xtask.arg(self.0.join("app.wasm")).arg("-o").arg(self.0.join("out.wasm"));
        let output = xtask.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(!self.0.join("out.wasm").exists(), "nothing is written");
        String::from_utf8(output.stderr).unwrap()
    }

    #[track_caller]
    fn assert_refused(&self, options: &[&str], parts: &[&str]) {
        let refusal = self.refusal(options);
        for part in parts {
            assert!(refusal.contains(part), "{part:?} is missing in: {refusal}");
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn write(path: &Path, bytes: usize) {
    fs::write(path, vec![1; bytes]).unwrap();
}

#[test]
fn limits_that_the_seed_breaks_are_named_with_both_numbers() {
    let folder = Folder::new("limits");
    write(&folder.seed().join("a file"), 1000);
    for (option, allowed, parts) in [
        ("--metadata", "100", ["--metadata allows 100", "bytes of metadata"]),
        ("--nodes", "1", ["--nodes allows 1", "2 files, directories and links"]),
        ("--name", "5", ["a file has 6 bytes", "--name allows 5"]),
        ("--path", "5", ["a file has 6 bytes", "--path allows 5"]),
        ("--file-size", "999", ["a file has 1000 bytes", "--file-size allows 999"]),
    ] {
        folder.assert_refused(&[option, allowed], &parts);
    }
    // It fits here: what is refused then is the program, which is none.
    assert!(folder.refusal(&["--bytes", "1K"]).contains("composing"));
}

#[test]
fn a_seed_of_70_mb_is_more_than_the_default_allows() {
    let folder = Folder::new("bytes");
    write(&folder.seed().join("large"), 70_000_000);
    folder.assert_refused(&[], &["70000640 bytes of content", "--bytes allows 67108864"]);
}

#[test]
fn a_seed_of_70_000_files_is_more_than_the_default_allows() {
    let folder = Folder::new("nodes");
    for number in 0..70_000 {
        File::create(folder.seed().join(number.to_string())).unwrap();
    }
    folder.assert_refused(&[], &["70001 files, directories and links", "--nodes allows 65536"]);
}

#[test]
fn a_sparse_file_of_a_gibibyte_is_refused_before_it_is_read() {
    let folder = Folder::new("sparse");
    File::create(folder.seed().join("holes")).unwrap().set_len(1 << 30).unwrap();
    let parts = ["holes", "1073741824 bytes", "holes included"];
    folder.assert_refused(&["--bytes", "4G"], &parts);
}

#[test]
#[cfg(target_os = "linux")]
fn a_name_that_is_not_utf_8_is_refused_and_shown() {
    use std::os::unix::ffi::OsStrExt as _;

    let folder = Folder::new("names");
    write(&folder.seed().join(OsStr::from_bytes(b"caf\xe9")), 1);
    folder.assert_refused(&[], &[r"caf\xE9", "not UTF-8"]);
}

#[test]
#[cfg(unix)]
fn an_argument_that_is_not_utf_8_is_refused_and_shown() {
    use std::os::unix::ffi::OsStrExt as _;

    let mut xtask = Command::new(workspace::program("xtask"));
    xtask.args(["compose", "--seed"]).arg(OsStr::from_bytes(b"caf\xe9"));
    let output = xtask.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "error: the argument \"caf\\xE9\" is not UTF-8\n");
}

#[test]
fn a_tmpdir_that_is_not_in_the_seed_is_refused() {
    let folder = Folder::new("tmpdir");
    folder.assert_refused(&["--env", "TMPDIR=/tmp/x"], &["TMPDIR=/tmp/x", "no directory"]);
}
