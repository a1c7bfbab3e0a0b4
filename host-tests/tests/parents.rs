//! The use of `..` in `dir`. Each function follows it as CPython does: some let the system resolve
//! it, and others take it off the text of the path.

use std::fs;
use std::os::unix::fs::symlink;

use host_tests::{ErrorCode, Sandbox, code_of, dir, in_dir, names_in, os_at};

/// Starts a sandbox with a file, a directory in a directory, and a link to the deeper one.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::builder().tmp("/tmp").cwd("/tmp").start();
    fs::create_dir_all(sandbox.tmp().join("sub/deep")).unwrap();
    fs::write(sandbox.tmp().join("file"), "").unwrap();
    symlink("sub/deep", sandbox.tmp().join("link")).unwrap();
    sandbox
}

/// Paths with a bad directory before `..`, and the errors of mkdir(2).
const REFUSED: [(&str, ErrorCode, &str); 5] = [
    ("missing/..", ErrorCode::NoEntry, "No such file or directory"),
    ("missing/../sub", ErrorCode::NoEntry, "No such file or directory"),
    ("sub/missing/..", ErrorCode::NoEntry, "No such file or directory"),
    ("file/..", ErrorCode::NotDirectory, "Not a directory"),
    ("link/deeper/..", ErrorCode::NoEntry, "No such file or directory"),
];

#[test]
fn directories_are_made_where_the_system_finds_them() {
    for root in ["/tmp/", "/tmp/./", "", "/tmp/../tmp/"] {
        for (path, code, message) in REFUSED {
            let sandbox = sandbox();
            let path = format!("{root}{path}");
            for error in [
                sandbox.mkdtemp(dir(&path)).unwrap_err(),
                sandbox.temporary_directory(dir(&path)).map(drop).unwrap_err(),
            ] {
                // CPython's error has the path as the function joined it.
                let host_tests::Error::Os(shown) = &error else { panic!("{error:?}") };
                let joined = shown.path.as_deref().unwrap();
                assert!(joined.starts_with(&format!("{path}/tmp")), "{joined}");
                assert_eq!(error, os_at(code, message, joined));
            }
            assert_eq!(names_in(sandbox.tmp()), ["file", "link", "sub"]);
        }
    }
}

#[test]
fn a_directory_has_the_name_that_its_letters_give() {
    // The names come from os.path.abspath of CPython 3.13.0, applied to the joined path.
    let sandbox = sandbox();
    for (path, name, made) in [
        ("/tmp/sub/..", "/tmp/", ""),
        ("/tmp/sub/deep/../..", "/tmp/", ""),
        ("sub/../sub", "/tmp/sub/", "sub"),
        ("/tmp/../tmp/sub", "/tmp/sub/", "sub"),
        // These lead to the parent of the link's target. The name that CPython returns leads
        // elsewhere.
        ("/tmp/link/..", "/tmp/", "sub"),
        ("/tmp/link/../deep", "/tmp/deep/", "sub/deep"),
        ("/tmp/link/../../sub", "/sub/", "sub"),
    ] {
        let before = names_in(&sandbox.tmp().join(made)).len();
        let found = sandbox.mkdtemp(dir(path)).unwrap();
        assert_eq!(found.rsplit_once('/').unwrap().0, name.trim_end_matches('/'), "{path}");
        assert_eq!(names_in(&sandbox.tmp().join(made)).len(), before + 1, "{path}");
    }
}

#[test]
fn a_directory_behind_a_link_is_removed_where_it_was_made() {
    let sandbox = sandbox();
    let directory = sandbox.temporary_directory(dir("/tmp/link/..")).unwrap();
    assert_eq!(names_in(&sandbox.tmp().join("sub")).len(), 2);
    // CPython does not remove this directory: the name that it remembers leads elsewhere.
    directory.cleanup().unwrap();
    assert_eq!(names_in(&sandbox.tmp().join("sub")), ["deep"]);
}

#[test]
fn files_are_made_where_the_letters_lead() {
    // CPython makes the directory of a file absolute before it calls the system.
    for path in ["/tmp/missing/..", "/tmp/file/..", "/tmp/sub/..", "/tmp/link/..", "missing/.."] {
        let sandbox = sandbox();
        let (_file, name) = sandbox.mkstemp(dir(path)).unwrap();
        assert_eq!(name.rsplit_once('/').unwrap().0, "/tmp", "{path}");
        let file = sandbox.named_temporary_file(dir(path)).unwrap();
        assert!(sandbox.host_path(&file.name().unwrap()).is_file());
        sandbox.temporary_file(dir(path)).unwrap();
        sandbox.open_temporary(Some(in_dir(path))).map(drop).unwrap();
        assert_eq!(names_in(sandbox.tmp()).len(), 3 + 2);
    }
}

#[test]
fn mktemp_takes_what_cannot_be_looked_at_for_free() {
    let sandbox = sandbox();
    for path in ["/tmp/missing/..", "/tmp/file/..", "/tmp/sub/..", "sub/.."] {
        let name = sandbox.mktemp(dir(path)).unwrap();
        assert!(name.starts_with(&format!("{path}/tmp")), "{name}");
    }
}

#[test]
fn parents_lead_out_of_nothing_that_was_granted() {
    let sandbox = sandbox();
    symlink("..", sandbox.tmp().join("up")).unwrap();
    for path in ["/tmp/..", "/tmp/sub/../..", "/..", "/elsewhere/..", "/tmp/up", "/tmp/up/.."] {
        let error = sandbox.mkdtemp(dir(path)).unwrap_err();
        assert_eq!(code_of(&error), Some(ErrorCode::NotPermitted), "{path}");
    }
}
