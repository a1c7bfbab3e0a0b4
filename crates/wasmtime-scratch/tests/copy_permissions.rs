//! Copies by a process that may not read or write everything.

#![cfg(target_os = "linux")]

mod folder;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;

use folder::{Folder, check, names, refused};
use rustix::process::geteuid;
use rustix::thread::set_thread_uid;
use wasmtime_scratch::{Copied, CopyError, Reason, Space};

/// The id of the user `nobody`, who owns no files.
const NOBODY: u32 = 65_534;

/// Runs `work` as a user who is not root. The system keeps a user for each thread.
fn without_rights<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            if geteuid().is_root() {
                set_thread_uid(rustix::process::Uid::from_raw(NOBODY)).unwrap();
            }
            work()
        });
        thread.join().unwrap()
    })
}

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
fn assert_refused(error: &CopyError, paths: &[&str]) {
    let expected = paths.iter().map(|path| ((*path).to_owned(), Reason::NotPermitted));
    assert_eq!(refused(error), expected.collect::<Vec<_>>(), "{error}");
    assert!(error.stop().is_none(), "{error}");
}

#[test]
fn copy_in_refuses_what_may_not_be_read_and_copies_the_rest() {
    let folder = Folder::new("permissions-in");
    folder.file("tree/good", "bytes");
    folder.file("tree/sub/good", "more");
    let closed = ["tree/file", "tree/sub/file"].map(|path| folder.file(path, "secret"));
    folder.file("tree/unlisted/file", "secret");
    folder.file("tree/unsearched/file", "secret");
    closed.iter().for_each(|path| set_mode(path, 0o000));
    // The names can be had, and nothing that they lead to.
    set_mode(folder.path("tree/unsearched"), 0o444);
    set_mode(folder.path("tree/unlisted"), 0o333);
    let space = Space::builder().build().unwrap();
    without_rights(|| {
        let error = space.copy_in(folder.path("tree"), "in").unwrap_err();
        assert_refused(&error, &["file", "sub/file", "unlisted", "unsearched/file"]);
        let Copied { files, directories, bytes, .. } = error.copied();
        assert_eq!((files, directories, bytes), (2, 2, 9));
        assert_eq!(names(&space, "in"), ["good", "sub/", "sub/good", "unsearched/"]);
        for path in ["tree/file", "tree/unlisted", "tree/unsearched/file"] {
            let error = space.copy_in(folder.path(path), "again").unwrap_err();
            assert_refused(&error, &[folder.path(path).to_str().unwrap()]);
        }
    });
    check(&space);
    set_mode(folder.path("tree/unsearched"), 0o755);
}

#[test]
fn copy_out_refuses_where_nothing_may_be_made_and_copies_the_rest() {
    let folder = Folder::new("permissions-out");
    let space = Space::builder().build().unwrap();
    space.create_dir_all("out/closed").unwrap();
    space.create_dir_all("out/open").unwrap();
    for path in ["out/closed/file", "out/file", "out/open/file"] {
        space.write(path, "bytes").unwrap();
    }
    for (path, mode) in [("", 0o755), ("full", 0o777), ("full/closed", 0o555), ("full/open", 0o777)]
    {
        fs::create_dir_all(folder.path(path)).unwrap();
        set_mode(folder.path(path), mode);
    }
    folder.file("full/closed/file", "kept");
    fs::create_dir(folder.path("empty")).unwrap();
    set_mode(folder.path("empty"), 0o555);
    without_rights(|| {
        let copying = space.copying().overwrite();
        let error = copying.copy_out("out", folder.path("full")).unwrap_err();
        // Nor can the times of directories be set that are another's.
        assert_refused(&error, &["closed", "closed/file", "open"]);
        assert_eq!(error.copied().files, 2);
        // Everything in a directory that is there, and the directory that would have to be made.
        let error = space.copy_out("out", folder.path("empty")).unwrap_err();
        assert_refused(&error, &["closed", "file", "open"]);
        let error = space.copy_out("out", folder.path("new")).unwrap_err();
        assert_refused(&error, &[folder.path("new").to_str().unwrap()]);
    });
    check(&space);
    assert_eq!(fs::read(folder.path("full/closed/file")).unwrap(), b"kept");
    for (path, bytes) in [("full/file", "bytes"), ("full/open/file", "bytes")] {
        assert_eq!(fs::read(folder.path(path)).unwrap(), bytes.as_bytes());
    }
    assert_eq!(folder.tree("full").len(), 5, "nothing partial is left");
    assert!(folder.tree("empty").is_empty());
}
