//! The command `scratch compose` from outside. It refuses a seed with which a program would trap at
//! its first use of a file, and what is no program: with status 2 and one line, and it writes
//! nothing. The harness runs the compositions that it makes (`installed_command`).

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, process};

use hollow::component;

#[path = "../../compose/src/hollow.rs"]
mod hollow;

fn command() -> Command {
    Command::new(env::var_os("CARGO_BIN_EXE_scratch").expect("cargo names it to the test"))
}

/// A new folder with a seed and a program, removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("scratch-compose-{name}-{}", process::id()));
        fs::create_dir_all(folder.join("seed")).unwrap();
        // It is looked into only after the seed was found to fit.
        fs::write(folder.join("app.wasm"), "").unwrap();
        Self(folder)
    }

    /// A folder with these bytes for a program.
    fn with_program(name: &str, program: &[u8]) -> Self {
        let folder = Self::new(name);
        fs::write(folder.program(), program).unwrap();
        folder
    }

    fn seed(&self) -> PathBuf {
        self.0.join("seed")
    }

    fn program(&self) -> PathBuf {
        self.0.join("app.wasm")
    }

    fn names(&self) -> Vec<OsString> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }

    /// Runs `scratch compose` in the folder.
    fn run<W: AsRef<OsStr>>(&self, words: &[W]) -> Output {
        command().arg("compose").args(words).current_dir(&self.0).output().unwrap()
    }

    /// Asserts that the words are refused in one line, and returns it.
    #[track_caller]
    fn refused<W: AsRef<OsStr>>(&self, words: &[W]) -> String {
        let before = (self.names(), fs::read(self.program()).unwrap());
        let output = self.run(words);
        let refusal = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{refusal}");
        assert!(output.stdout.is_empty());
        assert!(refusal.starts_with("error: ") && refusal.ends_with('\n'), "{refusal:?}");
        assert_eq!(refusal.lines().count(), 1, "{refusal}");
        assert_eq!((self.names(), fs::read(self.program()).unwrap()), before, "nothing is written");
        refusal
    }

    /// Returns the words of the refusal of a composition with the seed.
    #[track_caller]
    fn refusal(&self, options: &[&str]) -> String {
        let rest = ["--seed", "seed", "app.wasm", "-o", "out.wasm"];
        self.refused(&[options, &rest].concat())
    }

    #[track_caller]
    fn assert_refused(&self, options: &[&str], parts: &[&str]) {
        assert_parts(&self.refusal(options), parts);
    }
}

#[track_caller]
fn assert_parts(refusal: &str, parts: &[&str]) {
    for part in parts {
        assert!(refusal.contains(part), "{part:?} is missing in: {refusal}");
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

const FILES: &str = "wasi:filesystem/types@0.2.12";
const RUN: &str = "test:program/run@0.1.0";
const COMPOSE: [&str; 3] = ["app.wasm", "-o", "out.wasm"];

#[test]
fn what_is_no_program_is_refused_by_its_name() {
    let whole = component(&["scratch:tempfile/tempfile@0.1.0"], &[RUN]);
    let cleanup = "scratch:tempfile/cleanup@0.1.0";
    for (program, part) in [
        (b"".to_vec(), "empty"),
        (b"#!/bin/sh\nexit 0\n".to_vec(), "not WebAssembly; give a component"),
        (b"\0asm\x01\0\0\0".to_vec(), "core module and no component; give a component"),
        (whole[..whole.len() - 3].to_vec(), "truncated or damaged; build it again"),
        (component(&[], &[]), "exports nothing"),
        (component(&[], &[RUN]), "neither scratch:tempfile nor wasi:filesystem: nothing to plug"),
        (component(&[FILES], &[RUN]), "type --memory"),
        (
            component(&[FILES], &[RUN, cleanup]),
            "composition already, which exports scratch:tempfile/cleanup@0.1.0; give the program",
        ),
    ] {
        let folder = Folder::with_program("program", &program);
        assert_parts(&folder.refused(&COMPOSE), &["app.wasm: ", part]);
    }
    let folder =
        Folder::with_program("usage", &component(&[FILES], &[RUN, "scratch:space/usage@0.1.0"]));
    let refusal = folder.refused(&[&["--bytes", "1M"], &COMPOSE[..]].concat());
    assert_parts(&refusal, &["app.wasm: ", "composition already"]);
    let folder = Folder::with_program("audited", &component(&[FILES], &[RUN]));
    let refusal = folder.refused(&[&["--memory", "--audited"], &COMPOSE[..]].concat());
    assert_parts(&refusal, &["app.wasm: ", "leave out --audited"]);
    let http = component(&[FILES, "wasi:http/types@0.2.12"], &[RUN]);
    let folder = Folder::with_program("http", &http);
    let refusal = folder.refused(&[&["--form", "whole"], &COMPOSE[..]].concat());
    assert_parts(&refusal, &["app.wasm: ", "wasi:http; type --form lite"]);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let folder = Folder::new("absent");
    assert_parts(
        &folder.refused(&["other.wasm", "-o", "out.wasm"]),
        &["other.wasm cannot be read"],
    );
    assert_parts(&folder.refused(&["seed", "-o", "out.wasm"]), &["seed cannot be read"]);
}

#[test]
fn an_output_that_is_not_free_is_refused_before_anything_is_composed() {
    let folder = Folder::new("output");
    write(&folder.0.join("taken.wasm"), 3);
    let seed = folder.seed();
    let program = folder.program();
    let [seed, program] = [&seed, &program].map(|path| path.to_str().unwrap());
    for (output, part) in [
        ("taken.wasm", "exists already; type --force"),
        ("app.wasm", "is the program itself; type another name"),
        ("./seed/../app.wasm", "is the program itself"),
        (program, "is the program itself"),
        (seed, "is a directory"),
        ("missing/out.wasm", "is in a directory that is not there; make it first"),
        (".", "is a directory"),
    ] {
        let refusal = folder.refused(&["app.wasm", "-o", output]);
        assert_parts(&refusal, &[&format!("-o {output}"), part]);
        if output != "taken.wasm" {
            assert_parts(&folder.refused(&["--force", "app.wasm", "-o", output]), &[part]);
        }
    }
    // With --force it is the program, an empty file, that is refused.
    let refusal = folder.refused(&["--force", "app.wasm", "-o", "taken.wasm"]);
    assert_parts(&refusal, &["app.wasm: ", "empty"]);
    assert_eq!(fs::read(folder.0.join("taken.wasm")).unwrap(), [1; 3]);
}

#[test]
#[cfg(unix)]
fn a_link_to_the_program_is_the_program_and_a_device_is_no_place() {
    let folder = Folder::new("links");
    std::os::unix::fs::symlink("app.wasm", folder.0.join("link.wasm")).unwrap();
    for words in
        [["--force", "app.wasm", "-o", "link.wasm"], ["--force", "link.wasm", "-o", "app.wasm"]]
    {
        assert_parts(&folder.refused(&words), &["is the program itself"]);
    }
    let refusal = folder.refused(&["--force", "app.wasm", "-o", "/dev/null"]);
    assert_parts(&refusal, &["-o /dev/null is no regular file"]);
}

#[test]
fn words_that_make_no_sense_are_refused() {
    let folder = Folder::with_program("words", &component(&[FILES], &[RUN]));
    for (options, part) in [
        (&["--bytes", "0"][..], "--bytes 0 is invalid: type a whole number from 64"),
        (&["--bytes", "-1"], "--bytes -1 is invalid"),
        (&["--bytes", "1.5G"], "--bytes 1.5G is invalid"),
        (&["--bytes", "99999999T"], "--bytes 99999999T is invalid"),
        (&["--bites", "1"], "--bites"),
        (&["--bytes", "1M", "--soft", "1G"], "--soft 1G contradicts --bytes 1M"),
        (&["--env", "A=1", "--env", "A=2"], "the variable A is given twice"),
        (&["--env", "TMPDIR=/elsewhere"], "TMPDIR=/elsewhere is not below the mount /tmp"),
        (&["--mount", "/m", "--env", "TMPDIR=/tmp"], "not below the mount /m"),
        (&["--seed", "seed", "--seed", "nowhere"], "nowhere"),
    ] {
        assert_parts(&folder.refused(&[options, &COMPOSE[..]].concat()), &[part]);
    }
    assert_parts(&folder.refused(&["app.wasm"]), &["missing --output <OUT.wasm>; type `scratch"]);
    assert_parts(
        &folder.refused::<&str>(&[]),
        &["missing --output <OUT.wasm> <APP.wasm>; type `scratch"],
    );
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
    assert_parts(&folder.refusal(&["--bytes", "1K"]), &["app.wasm: ", "empty"]);
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
#[cfg(target_os = "linux")]
fn an_argument_that_is_not_utf_8_is_a_path_or_refused_and_shown() {
    use std::os::unix::ffi::OsStrExt as _;

    let odd = OsStr::from_bytes(b"caf\xe9");
    let folder = Folder::new("utf-8");
    fs::create_dir(folder.0.join(odd)).unwrap();
    let words = |option: &'static str| {
        let words = [option.as_ref(), odd].into_iter();
        words.chain(COMPOSE.map(OsStr::new)).collect::<Vec<_>>()
    };
    for option in ["--mount", "--env", "--bytes"] {
        let refusal = folder.refused(&words(option));
        assert_parts(&refusal, &[&format!("{option} \"caf\\xE9\" is not UTF-8")]);
    }
    // The folder is read; what is refused is the program, which is none.
    assert_parts(&folder.refused(&words("--seed")), &["app.wasm: ", "empty"]);
}

#[test]
fn a_tmpdir_that_is_not_in_the_seed_is_refused() {
    let folder = Folder::new("tmpdir");
    folder.assert_refused(&["--env", "TMPDIR=/tmp/x"], &["TMPDIR=/tmp/x", "no directory"]);
}

/// Compares with what cargo says of the package.
#[test]
fn the_notices_name_the_adapter_of_preview_1_with_its_licence() {
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo runs its tests"));
    cargo.args(["tree", "--locked", "--package", "scratch-compose", "--depth", "1"]);
    cargo.args(["--edges", "normal", "--prefix", "none", "--format", "{p}: {l}"]);
    let tree = cargo.output().unwrap().stdout;
    let tree = String::from_utf8(tree).unwrap();
    let adapter = tree.lines().find(|line| line.contains("preview1")).expect("it has an adapter");
    let (package, licence) = adapter.split_once(": ").unwrap();
    let (name, version) = package.split_once(" v").unwrap();
    let (major, _) = version.split_once('.').unwrap();
    let notices = command().arg("notices").output().unwrap().stdout;
    let notices = String::from_utf8(notices).unwrap();
    assert!(notices.contains(&format!("\n{name} {major}: {licence}\n")), "{adapter}");
    assert_eq!(licence, "Apache-2.0 WITH LLVM-exception");
    for text in ["Version 2.0, January 2004", "LLVM Exceptions to the Apache 2.0 License"] {
        assert!(notices.contains(text), "{text}");
    }
}
