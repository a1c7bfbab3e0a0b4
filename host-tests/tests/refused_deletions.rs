//! Deletions that the host refuses. The file or directory stays owed, and one that took its name
//! meanwhile is never deleted in its place.

use std::fs;
use std::path::Path;

use host_tests::{
    DirectoryOptions, ErrorCode, Faults, File, FileOptions, Moment, NamedFileOptions, Sandbox,
    SpooledFileOptions, code_of, names_in, os_at,
};

/// Starts a sandbox that refuses so many unlinks. The search for the default directory is over, so
/// that only the tested calls meet them.
fn refusing(unlinks: u32) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.gettempdir().unwrap();
    refuse(&sandbox, unlinks);
    sandbox
}

fn refuse(sandbox: &Sandbox, refused_unlinks: u32) {
    sandbox.set_faults(Faults { refused_unlinks, ..Faults::default() });
}

/// Makes a named file whose deletion at `close` was refused, and returns it with its path on the
/// host.
fn refused_file(sandbox: &Sandbox) -> (File<'_>, std::path::PathBuf) {
    let file = sandbox.named_temporary_file(None).unwrap();
    let host = sandbox.host_path(&file.name().unwrap());
    file.write(b"own").unwrap();
    assert_eq!(code_of(&file.close().unwrap_err()), Some(ErrorCode::Busy));
    (file, host)
}

type End = fn(&Sandbox, File<'_>);

const LATER: [End; 2] =
    [|_, file| drop(file), |sandbox, _file| assert!(sandbox.cleanup().is_empty())];

#[test]
fn a_refused_deletion_is_tried_again_by_dropping_and_by_cleanup() {
    for later in LATER {
        let sandbox = refusing(1);
        let (file, host) = refused_file(&sandbox);
        assert_eq!(sandbox.owed().len(), 1);
        file.close().unwrap();
        file.exit().unwrap();
        assert!(host.exists(), "Python's methods do not try again");
        later(&sandbox, file);
        assert!(!host.exists());
        assert!(sandbox.owed().is_empty());
    }
}

#[test]
fn what_took_the_name_of_a_file_meanwhile_is_not_deleted() {
    let puts: [fn(&Path); 3] = [
        |host| fs::write(host, "another").unwrap(),
        |host| std::os::unix::fs::symlink("another", host).unwrap(),
        |host| fs::create_dir(host).unwrap(),
    ];
    for later in LATER {
        for put in puts {
            let sandbox = refusing(1);
            let (file, host) = refused_file(&sandbox);
            let aside = sandbox.tmp().join("aside");
            fs::rename(&host, &aside).unwrap();
            put(&host);
            later(&sandbox, file);
            assert!(host.symlink_metadata().is_ok(), "another's file stays");
            assert_eq!(fs::read(aside).unwrap(), b"own");
            assert!(sandbox.owed().is_empty());
        }
    }
}

#[test]
fn what_cleanup_is_refused_twice_stays_owed_and_is_told_twice() {
    let sandbox = refusing(3);
    let (_file, host) = refused_file(&sandbox);
    for _ in 0..2 {
        let leftovers = sandbox.cleanup();
        assert_eq!(leftovers.len(), 1);
        assert_eq!(leftovers[0].reason, "Device or resource busy");
        assert_eq!(sandbox.owed().len(), 1);
    }
    assert!(sandbox.cleanup().is_empty());
    assert!(!host.exists());
}

#[test]
fn the_hidden_name_of_an_anonymous_file_is_given_up_where_another_took_it() {
    let sandbox = refusing(1);
    let file = sandbox.temporary_file(None).unwrap();
    let host = sandbox.host_path(&sandbox.owed()[0].path);
    fs::rename(&host, sandbox.tmp().join("aside")).unwrap();
    fs::write(&host, "another").unwrap();
    file.close().unwrap();
    drop(file);
    assert_eq!(fs::read(host).unwrap(), b"another");
}

/// Makes a directory whose removal was refused because of its content.
fn refused_directory(sandbox: &Sandbox, ignore: bool) -> host_tests::Directory<'_> {
    let options =
        DirectoryOptions { ignore_cleanup_errors: Some(ignore), ..DirectoryOptions::default() };
    let directory = sandbox.temporary_directory(Some(options)).unwrap();
    fs::write(sandbox.host_path(&directory.name()).join("file"), "").unwrap();
    refuse(sandbox, 1);
    assert_eq!(directory.cleanup().is_err(), !ignore);
    directory
}

/// Puts another's directory at `host`, with a file in it.
fn put_another_directory(host: &Path) {
    fs::create_dir(host).unwrap();
    fs::write(host.join("precious"), "another's").unwrap();
}

/// Ends the directory by dropping it or by `cleanup`.
fn end(sandbox: &Sandbox, directory: host_tests::Directory<'_>, drops: bool) {
    if drops {
        drop(directory);
    } else {
        assert!(sandbox.cleanup().is_empty());
    }
}

/// Asserts that another's directory at `host` outlives the end, and that nothing is owed
/// afterwards.
fn assert_is_left_alone(
    host: &Path,
    sandbox: &Sandbox,
    directory: host_tests::Directory<'_>,
    drops: bool,
) {
    end(sandbox, directory, drops);
    assert_eq!(names_in(host), ["precious"]);
    assert!(sandbox.owed().is_empty());
}

#[test]
fn a_directory_that_took_the_name_of_another_is_removed_only_by_who_asks_for_it() {
    for ignore in [false, true] {
        for later in [0, 1, 2] {
            let sandbox = refusing(0);
            let directory = refused_directory(&sandbox, ignore);
            let host = sandbox.host_path(&directory.name());
            fs::rename(&host, sandbox.tmp().join("aside")).unwrap();
            put_another_directory(&host);
            match later {
                0 => drop(directory),
                1 => assert!(sandbox.cleanup().is_empty()),
                // As in CPython, the method `cleanup` removes whatever is at the path.
                _ => directory.cleanup().unwrap(),
            }
            assert_eq!(host.exists(), later != 2);
            assert_eq!(names_in(&sandbox.tmp().join("aside")), ["file"]);
            assert!(sandbox.owed().is_empty());
        }
    }
}

#[test]
fn a_directory_that_stays_is_owed_and_removed_later_whether_or_not_errors_are_ignored() {
    for ignore in [false, true] {
        for drops in [false, true] {
            let sandbox = refusing(0);
            let directory = refused_directory(&sandbox, ignore);
            let host = sandbox.host_path(&directory.name());
            assert_eq!(sandbox.owed()[0].path, directory.name());
            assert_eq!(sandbox.unclosed().len(), 1);
            end(&sandbox, directory, drops);
            assert!(!host.exists());
            assert!(sandbox.owed().is_empty());
        }
    }
}

#[test]
fn a_descriptor_that_could_not_be_handed_out_leaves_its_file_owed() {
    let sandbox = refusing(2);
    let error = sandbox.open_temporary(None).map(drop).unwrap_err();
    assert_eq!(code_of(&error), Some(ErrorCode::Busy));
    let name = names_in(sandbox.tmp()).remove(0);
    let owed = sandbox.owed();
    assert_eq!(owed.len(), 1);
    assert_eq!(owed[0].path, format!("/tmp/{name}"));
    assert!(sandbox.unclosed().is_empty(), "it is closed");
    assert!(sandbox.cleanup().is_empty());
    assert!(names_in(sandbox.tmp()).is_empty() && sandbox.owed().is_empty());
}

#[test]
fn a_probe_that_cannot_be_removed_is_owed() {
    // The host refuses the first two unlinks.
    let sandbox = Sandbox::new();
    refuse(&sandbox, 2);
    assert_eq!(code_of(&sandbox.gettempdir().unwrap_err()), Some(ErrorCode::NoEntry));
    assert_eq!(names_in(sandbox.tmp()).len(), 1);
    assert_eq!(sandbox.owed().len(), 1);
    assert!(sandbox.cleanup().is_empty());
    assert!(names_in(sandbox.tmp()).is_empty());
}

#[test]
fn a_file_that_is_kept_after_a_refusal_stays() {
    let sandbox = refusing(1);
    let options = NamedFileOptions { delete_on_close: Some(false), ..NamedFileOptions::default() };
    let file = sandbox.named_temporary_file(Some(options)).unwrap();
    let host = sandbox.host_path(&file.name().unwrap());
    assert_eq!(code_of(&file.exit().unwrap_err()), Some(ErrorCode::Busy));
    file.keep().unwrap();
    drop(file);
    assert!(host.exists());
    assert!(sandbox.cleanup().is_empty() && host.exists());
}

#[test]
fn a_deleted_file_gives_its_inode_number_to_no_one_who_is_deleted_for_it() {
    // ext4 gives the inode number of a deleted file to the next one, and tmpfs does not.
    for later in LATER {
        let sandbox = refusing(1);
        let (file, host) = refused_file(&sandbox);
        fs::remove_file(&host).unwrap();
        fs::write(&host, "another").unwrap();
        later(&sandbox, file);
        assert_eq!(fs::read(&host).unwrap(), b"another");
        assert!(sandbox.owed().is_empty());
    }
    for ignore in [false, true] {
        for drops in [false, true] {
            let sandbox = refusing(0);
            let directory = refused_directory(&sandbox, ignore);
            let host = sandbox.host_path(&directory.name());
            fs::remove_dir_all(&host).unwrap();
            put_another_directory(&host);
            assert_is_left_alone(&host, &sandbox, directory, drops);
        }
    }
}

#[test]
fn what_stood_in_the_place_of_a_directory_makes_way_for_no_removal() {
    for drops in [false, true] {
        let sandbox = Sandbox::new();
        let directory = sandbox.temporary_directory(None).unwrap();
        let host = sandbox.host_path(&directory.name());
        fs::remove_dir(&host).unwrap();
        fs::write(&host, "in its place").unwrap();
        assert_eq!(code_of(&directory.cleanup().unwrap_err()), Some(ErrorCode::NotDirectory));
        fs::remove_file(&host).unwrap();
        put_another_directory(&host);
        assert_is_left_alone(&host, &sandbox, directory, drops);
    }
}

#[test]
fn what_takes_the_name_of_a_directory_that_was_just_emptied_stays() {
    // CPython 3.13.0 raises NotADirectoryError in the same order, and the file stays.
    let sandbox = Sandbox::new();
    let directory = sandbox.temporary_directory(None).unwrap();
    let (name, host) = (directory.name(), sandbox.host_path(&directory.name()));
    {
        let (host, aside) = (host.clone(), sandbox.tmp().join("aside"));
        sandbox.interfere(Moment::BeforeRemoval, move || {
            fs::rename(&host, aside).unwrap();
            fs::write(&host, "another's").unwrap();
        });
    }
    let refused = os_at(ErrorCode::NotDirectory, "Not a directory", &name);
    assert_eq!(directory.cleanup().unwrap_err(), refused);
    drop(directory);
    assert_eq!(fs::read(host).unwrap(), b"another's");
}

#[test]
fn a_file_of_a_failed_rollover_or_constructor_that_cannot_be_unlinked_is_owed() {
    type Failing = fn(&Sandbox);
    let failing: [Failing; 3] = [
        |sandbox| {
            let options = SpooledFileOptions::default();
            let file = sandbox.spooled_temporary_file(Some(options)).unwrap();
            file.write(b"waits").unwrap();
            sandbox.set_faults(Faults { refused_unlinks: 2, space: Some(0), ..Faults::default() });
            file.rollover().unwrap_err();
        },
        |sandbox| {
            refuse(sandbox, 2);
            let options = FileOptions { buffering: Some(0), ..FileOptions::default() };
            sandbox.temporary_text_file(Some(options)).map(drop).unwrap_err();
        },
        |sandbox| {
            refuse(sandbox, 2);
            let encoding = Some("unknown".to_owned());
            let options = NamedFileOptions { encoding, ..NamedFileOptions::default() };
            sandbox.named_temporary_text_file(Some(options)).map(drop).unwrap_err();
        },
    ];
    for failing in failing {
        let sandbox = refusing(0);
        failing(&sandbox);
        assert_eq!(sandbox.owed().len(), names_in(sandbox.tmp()).len());
        sandbox.set_faults(Faults::default());
        assert!(sandbox.cleanup().is_empty());
        assert!(names_in(sandbox.tmp()).is_empty() && sandbox.owed().is_empty());
    }
}

#[test]
fn what_a_drop_could_not_remove_is_left_to_cleanup() {
    let sandbox = refusing(0);
    let directory = sandbox.temporary_directory(None).unwrap();
    fs::write(sandbox.host_path(&directory.name()).join("file"), "").unwrap();
    let file = sandbox.named_temporary_file(None).unwrap();
    refuse(&sandbox, 2);
    drop((directory, file));
    assert_eq!(sandbox.owed().len(), 2);
    assert!(sandbox.cleanup().is_empty());
    assert!(names_in(sandbox.tmp()).is_empty() && sandbox.owed().is_empty());
}

#[test]
fn a_place_that_could_not_be_looked_at_is_tried_again() {
    // The parent is not a directory for a while.
    let sandbox = Sandbox::new();
    let parent = sandbox.mkdtemp(None).unwrap();
    let directory = sandbox.temporary_directory(host_tests::dir(&parent)).unwrap();
    let (host, aside) = (sandbox.host_path(&parent), sandbox.tmp().join("aside"));
    fs::rename(&host, &aside).unwrap();
    fs::write(&host, "").unwrap();
    assert_eq!(code_of(&directory.cleanup().unwrap_err()), Some(ErrorCode::NotDirectory));
    assert_eq!(sandbox.owed().len(), 1);
    fs::remove_file(&host).unwrap();
    fs::rename(&aside, &host).unwrap();
    drop(directory);
    assert!(names_in(&host).is_empty());
}
