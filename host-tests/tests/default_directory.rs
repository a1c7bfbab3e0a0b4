//! The search for the default directory: CPython's search, in the directories that the host
//! granted.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use host_tests::{Builder, Draws, Error, ErrorCode, Sandbox};
use host_tests::{code_of, dir, name_of, names_in, os, value};
use tempfile::TempDir;

/// Makes a directory of the host with these subdirectories.
fn host(directories: &[&str]) -> TempDir {
    let host = TempDir::new().unwrap();
    for directory in directories {
        fs::create_dir_all(host.path().join(directory)).unwrap();
    }
    host
}

/// Returns CPython's error with its list of candidates, and with the granted directories.
fn nothing_found(list: &str, granted: &str) -> Error {
    let text = format!("No usable temporary directory found in {list}; the host granted {granted}");
    os(ErrorCode::NoEntry, &text)
}

const NONE: &[(&str, &str)] = &[];

/// Returns the result of the search in one preopen as `/`, which has these directories.
fn found(directories: &[&str], environment: &[(&str, &str)], cwd: Option<&str>) -> String {
    let host = host(directories);
    let mut builder = Sandbox::builder().preopen(host.path(), "/");
    for (name, value) in environment {
        builder = builder.env(name, value);
    }
    if let Some(cwd) = cwd {
        builder = builder.cwd(cwd);
    }
    builder.start().gettempdir().unwrap()
}

#[test]
fn candidates_are_tried_in_pythons_order() {
    let all = ["one", "two", "three", "tmp", "var/tmp", "usr/tmp", "work"];
    let environment = [("TMP", "/three"), ("TEMP", "/two"), ("TMPDIR", "/one")];
    let expected = ["/one", "/two", "/three", "/tmp", "/var/tmp", "/usr/tmp", "/work"];
    for (first, expected) in expected.into_iter().enumerate() {
        assert_eq!(found(&all[first..], &environment, Some("/work")), expected);
    }
}

#[test]
fn without_a_working_directory_the_last_candidate_is_the_dot() {
    // CPython takes this branch if getcwd fails.
    assert_eq!(found(&[], NONE, None), ".");
}

#[test]
fn an_empty_variable_is_skipped() {
    let environment = [("TMPDIR", ""), ("TEMP", ""), ("TMP", "/x")];
    assert_eq!(found(&["x", "tmp"], &environment, None), "/x");
    assert_eq!(found(&["x", "tmp"], &environment[..2], None), "/tmp");
}

#[test]
fn a_candidate_is_made_absolute_but_for_the_dot() {
    // The right-hand sides come from posixpath.abspath with the working directory /w.
    for (value, expected) in [
        ("sub", "/w/sub"),
        ("./sub/", "/w/sub"),
        ("../w/sub/.", "/w/sub"),
        ("/w//sub", "/w/sub"),
        ("..", "/"),
        ("./", "/w"),
        (".", "."),
    ] {
        assert_eq!(found(&["w/sub"], &[("TMPDIR", value)], Some("/w")), expected, "{value}");
    }
}

#[test]
fn candidates_that_cannot_be_used_are_passed_over() {
    let host = host(&["tmp"]);
    fs::write(host.path().join("file"), "").unwrap();
    symlink("/tmp", host.path().join("absolute")).unwrap();
    symlink("..", host.path().join("up")).unwrap();
    symlink("missing", host.path().join("dangling")).unwrap();
    let long = format!("/{}", "x".repeat(256));
    for unusable in ["/missing", "/file", "/absolute", "/up", "/dangling", long.as_str()] {
        let builder = Sandbox::builder().preopen(host.path(), "/").env("TMPDIR", unusable);
        assert_eq!(builder.start().gettempdir().unwrap(), "/tmp", "{unusable}");
    }
}

#[test]
fn a_link_inside_what_was_granted_is_usable() {
    let host = host(&["real"]);
    symlink("real", host.path().join("link")).unwrap();
    let builder = Sandbox::builder().preopen(host.path(), "/").env("TMPDIR", "/link");
    let sandbox = builder.start();
    assert_eq!(sandbox.gettempdir().unwrap(), "/link");
    let (_file, path) = sandbox.mkstemp(None).unwrap();
    assert!(path.starts_with("/link/tmp"), "{path}");
    assert_eq!(names_in(&host.path().join("real")).len(), 1);
}

#[test]
fn a_directory_without_write_permission_is_passed_over() {
    let (read_only, writable) = (host(&[]), host(&[]));
    let sandbox = Sandbox::builder()
        .read_only(read_only.path(), "/tmp")
        .preopen(writable.path(), "/var/tmp")
        .start();
    assert_eq!(sandbox.gettempdir().unwrap(), "/var/tmp");
    assert!(names_in(read_only.path()).is_empty());
}

#[test]
fn the_search_fails_with_all_candidates_in_pythons_repr() {
    let builder = Sandbox::builder();
    assert_eq!(
        builder.start().gettempdir().unwrap_err(),
        nothing_found("['/tmp', '/var/tmp', '/usr/tmp', '.']", "no directory")
    );
    let builder = Sandbox::builder().cwd("/w/é").env("TMPDIR", "it's").env("TEMP", "a\"'\n\\");
    assert_eq!(
        builder.start().gettempdir().unwrap_err(),
        nothing_found(
            r#"["it's", 'a"\'\n\\', '/tmp', '/var/tmp', '/usr/tmp', '/w/é']"#,
            "no directory"
        )
    );
    // The error lists candidates as they were given, not as they were tried, and repeats
    // duplicates.
    let builder = Sandbox::builder().env("TMPDIR", "./x/").env("TMP", "./x/");
    assert_eq!(
        builder.start().gettempdir().unwrap_err(),
        nothing_found("['./x/', './x/', '/tmp', '/var/tmp', '/usr/tmp', '.']", "no directory")
    );
}

#[test]
fn a_failed_search_names_what_the_host_granted() {
    // This is the mistake of `--dir lent` instead of `--dir lent::/tmp`.
    let lent = host(&[]);
    let list = "['/tmp', '/var/tmp', '/usr/tmp', '.']";
    let sandbox = Sandbox::builder().read_only(lent.path(), "lent").start();
    assert_eq!(sandbox.gettempdir().unwrap_err(), nothing_found(list, "['/lent']"));
    let sandbox =
        Sandbox::builder().preopen(lent.path(), "lent").read_only(lent.path(), "/it's").start();
    let granted = "['/lent', \"/it's\"]";
    assert_eq!(sandbox.gettempdir().unwrap_err(), nothing_found(list, granted));
    assert!(!granted.contains(lent.path().to_str().unwrap()), "the error has no path of the host");
}

#[test]
fn whatever_needs_a_directory_fails_with_the_search() {
    let sandbox = Sandbox::builder().start();
    let failed = nothing_found("['/tmp', '/var/tmp', '/usr/tmp', '.']", "no directory");
    assert_eq!(sandbox.gettempdirb().unwrap_err(), failed);
    assert_eq!(sandbox.mkstemp(None).unwrap_err(), failed);
    assert_eq!(sandbox.mkdtemp(None).unwrap_err(), failed);
    assert_eq!(sandbox.mktemp(None).unwrap_err(), failed);
    assert_eq!(sandbox.temporary_file(None).unwrap_err(), failed);
    assert_eq!(sandbox.named_temporary_file(None).unwrap_err(), failed);
    assert_eq!(sandbox.temporary_directory(None).unwrap_err(), failed);
    assert_eq!(sandbox.open_temporary(None).unwrap_err(), failed);
    assert_eq!(sandbox.tempdir(), None);
}

#[test]
fn the_probe_leaves_nothing() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.gettempdir().unwrap(), "/tmp");
    assert!(sandbox.tree().is_empty());
}

#[test]
fn a_hundred_taken_names_make_a_candidate_unusable() {
    let (first, second) = (host(&[]), host(&[]));
    fs::write(first.path().join(name_of(3)), "").unwrap();
    let sandbox = Sandbox::builder()
        .preopen(first.path(), "/tmp")
        .preopen(second.path(), "/var/tmp")
        .draws(Draws::always(3))
        .start();
    assert_eq!(sandbox.gettempdir().unwrap(), "/var/tmp");
    assert_eq!(sandbox.draws(), 101);
    assert_eq!(names_in(first.path()).len(), 1);
}

#[test]
fn what_was_found_is_remembered_in_tempdir_and_not_looked_at_again() {
    let host = host(&["tmp"]);
    let sandbox = Sandbox::builder().preopen(host.path(), "/").start();
    assert_eq!(sandbox.tempdir(), None);
    assert_eq!(sandbox.gettempdir().unwrap(), "/tmp");
    assert_eq!(sandbox.tempdir().as_deref(), Some("/tmp"));
    fs::remove_dir(host.path().join("tmp")).unwrap();
    let (found, calls) = sandbox.calls(|| sandbox.gettempdir().unwrap());
    assert_eq!((found.as_str(), calls), ("/tmp", 0));
    assert_eq!(sandbox.gettempdirb().unwrap(), b"/tmp");
    assert_eq!(code_of(&sandbox.mkdtemp(None).unwrap_err()), Some(ErrorCode::NoEntry));
}

#[test]
fn a_failed_search_is_made_again() {
    let host = host(&[]);
    let sandbox = Sandbox::builder().preopen(host.path(), "/p").env("TMPDIR", "/p/x").start();
    sandbox.gettempdir().unwrap_err();
    assert_eq!(sandbox.tempdir(), None);
    fs::create_dir(host.path().join("x")).unwrap();
    assert_eq!(sandbox.gettempdir().unwrap(), "/p/x");
}

#[test]
fn no_search_is_made_where_the_directory_is_given() {
    let sandbox = Sandbox::new();
    sandbox.mkstemp(dir("/tmp")).unwrap();
    sandbox.mkdtemp(dir("/tmp")).unwrap();
    sandbox.mktemp(dir("/tmp")).unwrap();
    sandbox.temporary_file(dir("/tmp")).unwrap();
    sandbox.named_temporary_file(dir("/tmp")).unwrap();
    sandbox.temporary_directory(dir("/tmp")).unwrap();
    sandbox.gettempprefix();
    sandbox.gettempprefixb();
    assert_eq!(sandbox.tempdir(), None);
}

#[test]
fn tempdir_is_returned_as_it_was_set_and_not_checked() {
    let sandbox = Sandbox::new();
    for verbatim in ["/missing", "sub", "./x/../", ""] {
        sandbox.set_tempdir(Some(verbatim));
        assert_eq!(sandbox.gettempdir().unwrap(), verbatim);
        assert_eq!(sandbox.gettempdirb().unwrap(), verbatim.as_bytes());
        assert_eq!(sandbox.tempdir().as_deref(), Some(verbatim));
    }
    sandbox.set_tempdir(None);
    assert_eq!(sandbox.gettempdir().unwrap(), "/tmp", "the search runs again");
}

#[test]
fn an_empty_tempdir_is_the_working_directory() {
    let sandbox = Sandbox::builder().tmp("/tmp").cwd("/tmp").start();
    sandbox.set_tempdir(Some(""));
    assert!(sandbox.mkstemp(None).unwrap().1.starts_with("/tmp/tmp"));
    assert!(sandbox.mkdtemp(None).unwrap().starts_with("/tmp/tmp"));
    let bare = sandbox.mktemp(None).unwrap();
    assert!(bare.starts_with("tmp") && !bare.contains('/'), "{bare}");
}

#[test]
fn a_tempdir_with_nul_is_a_value_error() {
    let sandbox = Sandbox::new();
    sandbox.set_tempdir(Some("/tmp/\0"));
    assert_eq!(sandbox.mkstemp(None).unwrap_err(), value("open: embedded null character in path"));
}

/// Returns the granted path in whose directory a file in `dir` is made.
fn goes_to(paths: &[&str], cwd: Option<&str>, directory: &str) -> Option<String> {
    let hosts: Vec<_> = paths.iter().map(|path| (*path, host(&["sub", "foo"]))).collect();
    let grant =
        |builder: Builder, (path, host): &(&str, TempDir)| builder.preopen(host.path(), path);
    let mut builder = hosts.iter().fold(Sandbox::builder(), grant);
    if let Some(cwd) = cwd {
        builder = builder.cwd(cwd);
    }
    let sandbox = builder.start();
    let made = sandbox.mkstemp(dir(directory)).ok();
    let with_more = |(_, host): &&(&str, TempDir)| files_below(host.path()) > 0;
    let went = hosts.iter().find(with_more).map(|(path, _)| (*path).to_owned());
    assert_eq!(made.is_some(), went.is_some(), "{paths:?} {directory}");
    went
}

fn files_below(directory: &Path) -> usize {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

#[test]
fn the_longest_preopen_on_component_boundaries_serves_a_path() {
    for (preopens, cwd, directory, expected) in [
        (&["/tmp"][..], None, "/tmp", Some("/tmp")),
        (&["/tmp"], None, "/tmp/sub", Some("/tmp")),
        (&["/tmp"], None, "/tmp/sub/../foo/.", Some("/tmp")),
        (&["/tmp"], None, "/tmpfoo", None),
        (&["/tmp"], None, "/tm", None),
        (&["/tmp"], None, "/", None),
        (&["/tmp"], None, "//tmp", Some("/tmp")),
        (&["/tmp", "/tmpfoo"], None, "/tmpfoo", Some("/tmpfoo")),
        (&["/", "/tmp"], None, "/tmp", Some("/tmp")),
        (&["/tmp", "/"], None, "/tmp", Some("/tmp")),
        (&["/tmp", "/"], None, "/sub", Some("/")),
        (&["/tmp", "/tmp/sub"], None, "/tmp/sub", Some("/tmp/sub")),
        (&["/tmp/sub", "/tmp"], None, "/tmp/sub", Some("/tmp/sub")),
        (&["/tmp/sub", "/tmp"], None, "/tmp/foo", Some("/tmp")),
        (&["/tmp/"], None, "/tmp", Some("/tmp/")),
        (&["/tmp/"], None, "/tmp/sub/", Some("/tmp/")),
        (&["tmp"], None, "/tmp", Some("tmp")),
        (&["."], None, "/sub", Some(".")),
        (&["."], None, ".", Some(".")),
        (&["."], None, "", Some(".")),
        (&["."], Some("/w"), "/w/sub", Some(".")),
        (&["."], Some("/w"), "sub", Some(".")),
        (&["."], Some("/w"), "/sub", None),
        (&["/w"], Some("/w"), ".", Some("/w")),
        (&["/w"], Some("/w/sub"), "..", Some("/w")),
        (&["/w"], Some("/"), "w", Some("/w")),
        (&["/w"], Some("/w"), "../..", None),
        (&[], None, "/tmp", None),
    ] {
        let went = goes_to(preopens, cwd, directory);
        assert_eq!(went.as_deref(), expected, "{preopens:?} {cwd:?} {directory}");
    }
}
