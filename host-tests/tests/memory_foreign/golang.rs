//! Go's own tests of its packages of files. The same tests must pass, fail and be skipped as on a
//! directory of the host.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;

use scratch_compose::seed;
use tempfile::TempDir;

use super::toolchains::{self, GoTests};
use super::{made, merged, variables};

/// The place of Go for its tests, as its own tests of WASI arrange it. Below it are some files and
/// the package's folder.
const ROOT: &str = "go";
const FILES: [&str; 3] = ["go.env", "LICENSE", "CONTRIBUTING.md"];

/// The limits of the filesystem, which are wide enough for the tests' files.
const WIDE: [(&str, &str); 3] =
    [("TMPFS_MOUNT", "/"), ("TMPFS_BYTES", "256M"), ("TMPFS_FILE_SIZE", "8G")];

/// The outcome of each test, by its name.
type Outcomes = BTreeMap<String, String>;

/// Reads the outcome of each test from the output of `-test.v`.
fn outcomes(printed: &str) -> Outcomes {
    let lines = printed.lines().filter_map(|line| line.trim_start().strip_prefix("--- "));
    lines
        .filter_map(|line| {
            let (outcome, test) = line.split_once(": ")?;
            Some((test.split_once(" (")?.0.to_owned(), outcome.to_owned()))
        })
        .collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::write(to, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

/// Makes the files that the tests of a package read.
fn tree(sources: &Path, package: &str) -> TempDir {
    let tree = TempDir::new().unwrap();
    copy(&sources.join(package), &tree.path().join(ROOT).join("src").join(package));
    fs::create_dir(tree.path().join("tmp")).unwrap();
    for file in FILES {
        fs::write(tree.path().join(ROOT).join(file), file).unwrap();
    }
    tree
}

/// Runs the tests of a package, with a directory of the host as root or with none. Returns the
/// outcome of each, and the whole output.
fn run(file: &Path, root: &Path, package: &str) -> (Outcomes, String) {
    let mut host = toolchains::wasmtime().unwrap();
    host.arg(file).arg(root).arg(format!("PWD=/{ROOT}/src/{package}"));
    host.args([format!("GOROOT=/{ROOT}").as_str(), "TMPDIR=/tmp", "--", "-test.v"]);
    if package == "archive/zip" {
        // The long tests make archives of gigabytes in the program's memory, which takes many
        // minutes.
        host.arg("-test.short");
    }
    // Ignore the status: tests may fail, and the status shows only that.
    let output = host.stdin(Stdio::null()).output().unwrap();
    let printed =
        [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    let printed = printed.join("\n");
    (outcomes(&printed), printed)
}

/// Asserts that a package's tests have the same outcomes as on a directory of the host, and that
/// more than `more_than` pass.
#[track_caller]
fn assert_same(package: &str, more_than: usize) {
    let name = format!("golang::{}", package.replace('/', "_"));
    let tests = toolchains::wasmtime().and_then(|_| toolchains::go_tests(package));
    let Some(GoTests { module, sources }) = made(&name, tests) else { return };

    let on_disk = tree(&sources, package);
    let (expected, printed) = run(&module, on_disk.path(), package);
    let count = |outcome: &str| expected.values().filter(|it| *it == outcome).count();
    let counts = ["PASS", "FAIL", "SKIP"].map(count);
    assert!(counts[0] > more_than, "{counts:?}\n{printed}");

    let mut records = seed::records(tree(&sources, package).path()).unwrap();
    records.extend(variables(&WIDE));
    let folder = TempDir::new().unwrap();
    let whole = folder.path().join("whole.wasm");
    fs::write(&whole, merged(&fs::read(module).unwrap(), false, &records)).unwrap();
    let (found, printed) = run(&whole, Path::new(""), package);
    let names = BTreeSet::from_iter(found.keys().chain(expected.keys()));
    let differing = names.into_iter().filter(|name| found.get(*name) != expected.get(*name));
    let differing: Vec<_> = differing
        .map(|name| format!("{name}: {:?}, on the host {:?}", found.get(name), expected.get(name)))
        .collect();
    assert!(differing.is_empty(), "{counts:?}\n{}\n{printed}", differing.join("\n"));
}

#[test]
fn io() {
    assert_same("io", 50);
}

#[test]
fn os() {
    assert_same("os", 1000);
}

#[test]
fn archive_zip() {
    assert_same("archive/zip", 50);
}
