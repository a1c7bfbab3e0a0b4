//! Temporary directories and their removal, with any content and with interference of others.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use host_tests::{
    Directory, DirectoryOptions, ErrorCode, Sandbox, Tree, code_of, dir, in_dir, names_in, os_at,
    unnumbered_at,
};
use tempfile::TempDir;

fn with(delete: bool, ignore: bool) -> Option<DirectoryOptions> {
    Some(DirectoryOptions {
        delete: Some(delete),
        ignore_cleanup_errors: Some(ignore),
        ..DirectoryOptions::default()
    })
}

/// Makes a directory of the default kind, and returns it with its path on the host.
fn made(sandbox: &Sandbox) -> (Directory<'_>, std::path::PathBuf) {
    let directory = sandbox.temporary_directory(None).unwrap();
    let host = sandbox.host_path(&directory.name());
    (directory, host)
}

/// Fills a directory with a file, an empty and a full subdirectory, and links of every kind.
fn fill(host: &Path, outside: &Path) {
    fs::write(host.join("file"), "content").unwrap();
    fs::create_dir_all(host.join("full/deep/deeper")).unwrap();
    fs::write(host.join("full/deep/file"), "content").unwrap();
    fs::create_dir(host.join("empty")).unwrap();
    symlink("file", host.join("link to a file")).unwrap();
    symlink("full", host.join("link to a directory")).unwrap();
    symlink(outside, host.join("link outside")).unwrap();
    symlink(outside.join("secret"), host.join("full/link outside")).unwrap();
    symlink("missing", host.join("dangling")).unwrap();
    symlink("..", host.join("up")).unwrap();
}

#[test]
fn removing_takes_everything_inside_and_follows_no_link() {
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    let before = Tree::of(outside.path());
    let ends: [fn(Directory<'_>); 3] =
        [|it| it.cleanup().unwrap(), |it| it.exit().unwrap(), |it| drop(it)];
    for end in ends {
        let sandbox = Sandbox::new();
        fs::write(sandbox.tmp().join("neighbour"), "").unwrap();
        let (directory, host) = made(&sandbox);
        fill(&host, outside.path());
        end(directory);
        assert_eq!(names_in(sandbox.tmp()), ["neighbour"]);
        assert_eq!(Tree::of(outside.path()), before);
        assert!(sandbox.owed().is_empty());
    }
}

#[test]
fn what_delete_false_made_stays_until_cleanup() {
    let sandbox = Sandbox::new();
    let directory = sandbox.temporary_directory(with(false, false)).unwrap();
    let host = sandbox.host_path(&directory.name());
    assert!(sandbox.owed().is_empty());
    directory.exit().unwrap();
    assert!(host.is_dir());
    directory.cleanup().unwrap();
    assert!(!host.exists());
    let directory = sandbox.temporary_directory(with(false, false)).unwrap();
    let host = sandbox.host_path(&directory.name());
    drop(directory);
    assert!(host.is_dir());
}

#[test]
fn cleanup_twice_is_no_error_and_removes_what_stands_there_again() {
    let sandbox = Sandbox::new();
    let (directory, host) = made(&sandbox);
    directory.cleanup().unwrap();
    directory.cleanup().unwrap();
    directory.exit().unwrap();
    // CPython 3.10 and later remove the new directory here, too.
    fs::create_dir(&host).unwrap();
    fs::write(host.join("x"), "").unwrap();
    directory.cleanup().unwrap();
    assert!(!host.exists());
    fs::create_dir(&host).unwrap();
    drop(directory);
    assert!(host.is_dir(), "the finalizer ran already");
}

#[test]
fn a_directory_that_is_gone_is_no_error() {
    let sandbox = Sandbox::new();
    let (directory, host) = made(&sandbox);
    fs::remove_dir(&host).unwrap();
    directory.cleanup().unwrap();
    assert!(sandbox.owed().is_empty());
}

#[test]
fn a_directory_in_one_that_is_gone_is_no_error() {
    let sandbox = Sandbox::new();
    let parent = sandbox.mkdtemp(None).unwrap();
    let directory = sandbox.temporary_directory(dir(&parent)).unwrap();
    fs::remove_dir_all(sandbox.host_path(&parent)).unwrap();
    directory.cleanup().unwrap();
    assert!(sandbox.tree().is_empty());
}

#[test]
fn a_file_in_the_place_of_the_directory_is_an_error_and_stays() {
    for ignore in [false, true] {
        let sandbox = Sandbox::new();
        let directory = sandbox.temporary_directory(with(true, ignore)).unwrap();
        let name = directory.name();
        let host = sandbox.host_path(&name);
        fs::remove_dir(&host).unwrap();
        fs::write(&host, "in its place").unwrap();
        let outcome = directory.cleanup();
        if ignore {
            outcome.unwrap();
        } else {
            let expected = os_at(ErrorCode::NotDirectory, "Not a directory", &name);
            assert_eq!(outcome.unwrap_err(), expected);
        }
        drop(directory);
        assert_eq!(fs::read(&host).unwrap(), b"in its place");
    }
}

#[test]
fn a_link_in_the_place_of_the_directory_is_an_error_and_it_and_its_target_stay() {
    for ignore in [false, true] {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.tmp().join("target")).unwrap();
        fs::write(sandbox.tmp().join("target/x"), "").unwrap();
        let directory = sandbox.temporary_directory(with(true, ignore)).unwrap();
        let host = sandbox.host_path(&directory.name());
        fs::remove_dir(&host).unwrap();
        symlink("target", &host).unwrap();
        let before = sandbox.tree();
        let outcome = directory.cleanup();
        if ignore {
            outcome.unwrap();
        } else {
            let message = "Cannot call rmtree on a symbolic link";
            assert_eq!(outcome.unwrap_err(), unnumbered_at(message, &directory.name()));
        }
        drop(directory);
        assert_eq!(sandbox.tree(), before);
    }
}

#[test]
fn a_dangling_link_in_the_place_of_the_directory_stays_silently() {
    for target in ["missing", "/missing"] {
        for (delete, ignore) in [(true, true), (true, false), (false, true), (false, false)] {
            let sandbox = Sandbox::new();
            let directory = sandbox.temporary_directory(with(delete, ignore)).unwrap();
            let host = sandbox.host_path(&directory.name());
            fs::remove_dir(&host).unwrap();
            symlink(target, &host).unwrap();
            directory.cleanup().unwrap();
            directory.cleanup().unwrap();
            drop(directory);
            assert!(host.symlink_metadata().unwrap().is_symlink());
        }
    }
}

#[test]
fn a_link_in_the_place_of_the_directory_is_cpythons_error() {
    // The errors were observed on CPython 3.13.0, and are the same for both values of `delete`.
    const LOOP: &str = "Too many levels of symbolic links";
    const LINK: &str = "Cannot call rmtree on a symbolic link";
    for (target, number) in [("sub", None), ("file", None), ("", Some(ErrorCode::Loop))] {
        for delete in [true, false] {
            let sandbox = Sandbox::new();
            fs::create_dir(sandbox.tmp().join("sub")).unwrap();
            fs::write(sandbox.tmp().join("file"), "").unwrap();
            let directory = sandbox.temporary_directory(with(delete, false)).unwrap();
            let name = directory.name();
            let host = sandbox.host_path(&name);
            let target =
                if target.is_empty() { host.file_name().unwrap() } else { target.as_ref() };
            fs::remove_dir(&host).unwrap();
            symlink(target, &host).unwrap();
            let expected = match number {
                None => unnumbered_at(LINK, &name),
                Some(code) => os_at(code, LOOP, &name),
            };
            assert_eq!(directory.cleanup().unwrap_err(), expected, "{target:?} {delete}");
            assert!(host.symlink_metadata().unwrap().is_symlink());
        }
    }
}

#[test]
fn a_parent_swapped_for_a_link_outside_leads_nowhere() {
    let outside = TempDir::new().unwrap();
    let sandbox = Sandbox::new();
    let parent = sandbox.mkdtemp(None).unwrap();
    let directory = sandbox.temporary_directory(dir(&parent)).unwrap();
    let name = directory.name();
    let own = outside.path().join(name.rsplit('/').next().unwrap());
    fs::create_dir(&own).unwrap();
    fs::write(own.join("secret"), "secret").unwrap();
    let before = Tree::of(outside.path());
    fs::remove_dir_all(sandbox.host_path(&parent)).unwrap();
    symlink(outside.path(), sandbox.host_path(&parent)).unwrap();
    let error = directory.cleanup().unwrap_err();
    assert_eq!(code_of(&error), Some(ErrorCode::NotPermitted));
    drop(directory);
    assert_eq!(Tree::of(outside.path()), before);
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs `body` in a thread without privileges, since nothing is refused to root. On Linux a thread
/// has its own user.
#[cfg(target_os = "linux")]
fn unprivileged(body: impl FnOnce(&Sandbox) + Send) {
    use rustix::fs::{Gid, Uid};
    // Build and compile the component while the privileges are there.
    drop(Sandbox::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let sandbox = Sandbox::new();
            if rustix::process::getuid().is_root() {
                let nobody = Uid::from_raw(65_534);
                rustix::fs::chown(sandbox.tmp(), Some(nobody), None::<Gid>).unwrap();
                rustix::thread::set_thread_uid(nobody).unwrap();
            }
            body(&sandbox);
        });
    });
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_removed_is_named_and_the_rest_stays_owed() {
    unprivileged(|sandbox| {
        let (directory, host) = made(sandbox);
        fs::create_dir(host.join("locked")).unwrap();
        fs::write(host.join("locked/file"), "").unwrap();
        fs::write(host.join("other"), "").unwrap();
        set_mode(&host.join("locked"), 0o500);
        let error = directory.cleanup().unwrap_err();
        let path = format!("{}/locked/file", directory.name());
        assert_eq!(error, os_at(ErrorCode::Access, "Permission denied", &path));
        // The rest was removed.
        let left = [Path::new("locked"), Path::new("locked/file")];
        assert!(Tree::of(&host).paths().eq(left), "{:?}", Tree::of(&host));
        assert_eq!(sandbox.owed().len(), 1);
        set_mode(&host.join("locked"), 0o700);
        directory.cleanup().unwrap();
        assert!(sandbox.tree().is_empty());
    });
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_removed_is_passed_over_where_errors_are_ignored() {
    unprivileged(|sandbox| {
        let directory = sandbox.temporary_directory(with(true, true)).unwrap();
        let host = sandbox.host_path(&directory.name());
        fs::create_dir_all(host.join("deep/locked/inside")).unwrap();
        fs::write(host.join("deep/other"), "").unwrap();
        set_mode(&host.join("deep/locked"), 0o500);
        directory.cleanup().unwrap();
        // The rest was removed.
        let left = [Path::new("deep"), Path::new("deep/locked"), Path::new("deep/locked/inside")];
        assert!(Tree::of(&host).paths().eq(left), "{:?}", Tree::of(&host));
        // The directory stays owed, and `cleanup` reports the reason.
        assert_eq!(sandbox.owed()[0].path, directory.name());
        let leftovers = sandbox.cleanup();
        assert_eq!(leftovers.len(), 1);
        let path = format!("{}/deep/locked/inside", directory.name());
        assert_eq!(leftovers[0].path.as_deref(), Some(path.as_str()));
        assert_eq!(sandbox.owed().len(), 1);
        set_mode(&host.join("deep/locked"), 0o700);
        directory.cleanup().unwrap();
        assert!(sandbox.tree().is_empty());
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_root_whose_parent_is_not_writable_is_emptied_and_stays() {
    unprivileged(|sandbox| {
        let (directory, host) = made(sandbox);
        fs::write(host.join("file"), "").unwrap();
        set_mode(sandbox.tmp(), 0o500);
        let error = directory.cleanup().unwrap_err();
        assert_eq!(error, os_at(ErrorCode::Access, "Permission denied", &directory.name()));
        assert!(names_in(&host).is_empty() && host.is_dir());
        set_mode(sandbox.tmp(), 0o700);
        directory.cleanup().unwrap();
        assert!(!host.exists());
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_directory_that_may_not_be_written_is_refused_at_once_and_passed_over_by_the_search() {
    unprivileged(|sandbox| {
        set_mode(sandbox.tmp(), 0o500);
        for error in [
            sandbox.mkstemp(dir("/tmp")).unwrap_err(),
            sandbox.mkdtemp(dir("/tmp")).unwrap_err(),
            sandbox.temporary_file(dir("/tmp")).unwrap_err(),
        ] {
            assert_eq!(code_of(&error), Some(ErrorCode::Access));
        }
        assert_eq!(code_of(&sandbox.gettempdir().unwrap_err()), Some(ErrorCode::NoEntry));
        set_mode(sandbox.tmp(), 0o700);
        assert_eq!(sandbox.gettempdir().unwrap(), "/tmp");
    });
}

#[test]
fn what_could_not_be_removed_is_not_owed_any_more_where_errors_are_ignored() {
    let sandbox = Sandbox::new();
    let directory = sandbox.temporary_directory(with(true, true)).unwrap();
    let host = sandbox.host_path(&directory.name());
    fs::remove_dir(&host).unwrap();
    fs::write(&host, "in its place").unwrap();
    directory.exit().unwrap();
    assert!(sandbox.owed().is_empty());
    assert!(host.is_file());
}

#[test]
fn the_name_is_absolute_and_stays() {
    let sandbox = Sandbox::builder().tmp("/tmp").cwd("/tmp").start();
    let directory = sandbox.temporary_directory(Some(in_dir(".").into())).unwrap();
    let name = directory.name();
    assert!(name.starts_with("/tmp/tmp"), "{name}");
    directory.cleanup().unwrap();
    assert_eq!(directory.name(), name);
}

#[test]
fn names_of_every_kind_are_removed() {
    let sandbox = Sandbox::new();
    let (directory, host) = made(&sandbox);
    for name in [" ", "...", "-rf", "*", "a\nb", "é", "\u{10ffff}", "c:", "a\\b", &"x".repeat(255)]
    {
        fs::create_dir(host.join(name)).unwrap();
        fs::write(host.join(name).join(name), "").unwrap();
    }
    directory.cleanup().unwrap();
    assert!(sandbox.tree().is_empty());
}

#[test]
fn many_names_that_are_not_unicode_keep_nothing_else() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = Sandbox::new();
    let (directory, host) = made(&sandbox);
    for deep in ["", "sub", "sub/deep"] {
        let host = host.join(deep);
        fs::create_dir_all(&host).unwrap();
        for number in 0..3000 {
            let mut name = format!("{number:04}").into_bytes();
            name.push(0xff);
            fs::write(host.join(OsStr::from_bytes(&name)), "").unwrap();
        }
        (0..100).for_each(|number| fs::write(host.join(format!("{number:04}z")), "").unwrap());
        fs::create_dir(host.join("zz")).unwrap();
    }
    let error = directory.cleanup().unwrap_err();
    assert_eq!(code_of(&error), Some(ErrorCode::IllegalByteSequence));
    let left = Tree::of(&host).len();
    assert_eq!(left, 3 * 3000 + 2, "the names that are not Unicode, and their directories");
    assert_eq!(sandbox.owed().len(), 1);
}

#[test]
fn a_name_that_is_not_unicode_is_an_error_and_no_endless_loop() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    // WASI's names are Unicode, so the guest cannot name this file at all.
    let sandbox = Sandbox::new();
    for ignore in [false, true] {
        let directory = sandbox.temporary_directory(with(true, ignore)).unwrap();
        let host = sandbox.host_path(&directory.name());
        let unnamed = host.join(OsStr::from_bytes(b"\xff"));
        fs::write(&unnamed, "").unwrap();
        for name in ["a", "b", "y", "z"] {
            fs::write(host.join(name), "").unwrap();
            fs::create_dir(host.join(name.to_uppercase())).unwrap();
        }
        assert_eq!(directory.cleanup().is_err(), !ignore);
        assert!(sandbox.owed().iter().any(|owed| owed.path == directory.name()), "it is owed");
        // Everything else is removed, also if errors are reported.
        let left: Vec<_> =
            fs::read_dir(&host).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(left, [unnamed]);
    }
}
