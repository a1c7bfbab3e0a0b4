//! `persist` and `persist-noclobber` against a process that exchanges names at the moment of the
//! move, and with paths that only the system can follow.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use host_tests::{
    Error, ErrorCode, File, Moment, Sandbox, code_of, names_in, os_at, unnumbered_at,
};
use rustix::fs::{CWD, RenameFlags, renameat_with};

fn exchange(one: &Path, other: &Path) {
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).unwrap();
}

/// Makes a named file. Returns it with its path on the host, and with another's file beside it.
fn beside_another(sandbox: &Sandbox) -> (File<'_>, PathBuf, PathBuf) {
    let file = sandbox.named_temporary_file(None).unwrap();
    file.write(b"own").unwrap();
    let (host, other) = (sandbox.host_path(&file.name().unwrap()), sandbox.tmp().join("another"));
    fs::write(&other, "another's").unwrap();
    (file, host, other)
}

/// Moves the file, by `persist-noclobber` or by `persist`.
fn persist(file: &File<'_>, noclobber: bool, path: &str) -> Result<(), Error> {
    if noclobber { file.persist_noclobber(path) } else { file.persist(path) }
}

#[test]
fn persist_says_so_where_another_file_took_the_name_in_the_moment_of_the_move() {
    for back in [false, true] {
        let sandbox = Sandbox::new();
        let (file, host, other) = beside_another(&sandbox);
        let name = file.name().unwrap();
        {
            let (host, other) = (host.clone(), other.clone());
            sandbox.interfere(Moment::BeforeMove, move || exchange(&host, &other));
        }
        let mistaken = unnumbered_at("Another file was moved in its place", "/tmp/final");
        assert_eq!(file.persist("/tmp/final").unwrap_err(), mistaken);
        assert_eq!(fs::read(sandbox.tmp().join("final")).unwrap(), b"another's");
        assert_eq!(fs::read(&other).unwrap(), b"own");
        assert_eq!(sandbox.owed()[0].path, name);
        // The file is deleted if it is at its name again. Nothing else is ever deleted.
        if back {
            fs::rename(&other, &host).unwrap();
        } else {
            fs::write(&host, "a third's").unwrap();
        }
        file.close().unwrap();
        drop(file);
        assert!(sandbox.owed().is_empty());
        let left = if back { vec!["final"] } else { vec!["another", "final"] };
        let left: Vec<_> = left.iter().map(|name| (*name).to_owned()).collect();
        let made = host.file_name().unwrap().to_str().unwrap().to_owned();
        let left = if back { left } else { [left, vec![made]].concat() };
        assert_eq!(names_in(sandbox.tmp()), left);
    }
}

#[test]
fn persist_noclobber_leaves_nothing_of_anothers_at_the_target() {
    let sandbox = Sandbox::new();
    let (file, host, other) = beside_another(&sandbox);
    let name = file.name().unwrap();
    {
        let (host, other) = (host.clone(), other.clone());
        sandbox.interfere(Moment::BeforeMove, move || exchange(&host, &other));
    }
    let replaced = os_at(ErrorCode::NoEntry, "Temporary file has been replaced", &name);
    assert_eq!(file.persist_noclobber("/tmp/final").unwrap_err(), replaced);
    assert!(!sandbox.tmp().join("final").exists());
    assert_eq!(fs::read(&host).unwrap(), b"another's");
    assert_eq!(sandbox.owed()[0].path, name);
    exchange(&host, &other);
    file.persist_noclobber("/tmp/final").unwrap();
    assert_eq!(fs::read(sandbox.tmp().join("final")).unwrap(), b"own");
    assert_eq!(fs::read(&other).unwrap(), b"another's");
    assert!(sandbox.owed().is_empty());
}

#[test]
fn the_next_writer_at_the_target_is_no_mistake_and_loses_nothing() {
    // If two callers persist to one path, the later rename wins, and the earlier call was
    // successful.
    let sandbox = Sandbox::new();
    let (file, host, other) = beside_another(&sandbox);
    let target = sandbox.tmp().join("final");
    {
        let (other, target) = (other.clone(), target.clone());
        sandbox.interfere(Moment::AfterMove, move || fs::rename(other, target).unwrap());
    }
    file.persist("/tmp/final").unwrap();
    assert!(sandbox.owed().is_empty());
    assert_eq!(fs::read(&target).unwrap(), b"another's");
    drop(file);
    assert!(!host.exists());

    // With `persist-noclobber`, the file does not lose its old name in such a case.
    let sandbox = Sandbox::new();
    let (file, host, other) = beside_another(&sandbox);
    let target = sandbox.tmp().join("final");
    {
        let (other, target) = (other.clone(), target.clone());
        sandbox.interfere(Moment::AfterMove, move || fs::rename(other, target).unwrap());
    }
    let taken = unnumbered_at("Another file is at the target", "/tmp/final");
    assert_eq!(file.persist_noclobber("/tmp/final").unwrap_err(), taken);
    assert_eq!(fs::read(&target).unwrap(), b"another's", "the other file stays");
    assert_eq!(fs::read(&host).unwrap(), b"own");
    assert_eq!(sandbox.owed().len(), 1);
    file.persist_noclobber("/tmp/second").unwrap();
    assert_eq!(fs::read(sandbox.tmp().join("second")).unwrap(), b"own");
}

#[test]
fn a_target_that_is_taken_away_at_once_was_reached() {
    for noclobber in [false, true] {
        let sandbox = Sandbox::new();
        let (file, host, _) = beside_another(&sandbox);
        let (target, taken) = (sandbox.tmp().join("final"), sandbox.tmp().join("taken"));
        {
            let taken = taken.clone();
            sandbox.interfere(Moment::AfterMove, move || fs::rename(target, taken).unwrap());
        }
        persist(&file, noclobber, "/tmp/final").unwrap();
        assert_eq!(fs::read(taken).unwrap(), b"own");
        assert!(!host.exists() && sandbox.owed().is_empty());
    }
}

#[test]
fn a_name_that_others_take_away_after_the_link_costs_no_file() {
    let sandbox = Sandbox::new();
    let (file, host, _) = beside_another(&sandbox);
    {
        let host = host.clone();
        sandbox.interfere(Moment::AfterMove, move || fs::remove_file(host).unwrap());
    }
    file.persist_noclobber("/tmp/final").unwrap();
    assert_eq!(fs::read(sandbox.tmp().join("final")).unwrap(), b"own");
    assert!(sandbox.owed().is_empty());
}

#[test]
fn against_who_exchanges_names_all_the_time_ok_means_that_the_own_file_is_there() {
    let sandbox = Sandbox::new();
    let (mut moved, mut refused) = (0, 0);
    // Loop until both outcomes have happened, which takes a few rounds.
    for round in 0..2000 {
        let (file, host, other) = beside_another(&sandbox);
        file.flush().unwrap();
        let own = fs::metadata(&host).unwrap().ino();
        let target = sandbox.tmp().join("final");
        let (done, noclobber) = (AtomicBool::new(false), round % 2 == 1);
        let outcome = thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    let _ = renameat_with(CWD, &host, CWD, &other, RenameFlags::EXCHANGE);
                }
            });
            let outcome = persist(&file, noclobber, "/tmp/final");
            done.store(true, Ordering::Release);
            outcome
        });
        let at_target = fs::metadata(&target).map(|found| found.ino()).ok();
        match outcome {
            Ok(()) => {
                assert_eq!(at_target, Some(own));
                moved += 1;
            }
            Err(error) => {
                assert!(matches!(error, Error::Os(_)), "{error:?}");
                assert_ne!(at_target, Some(own));
                // The new link is removed again. If the names were exchanged once more before
                // anybody could tell whose file it is, the error says so.
                let told = error == unnumbered_at("Another file is at the target", "/tmp/final");
                assert!(!noclobber || at_target.is_none() || told, "{error:?}");
                refused += 1;
            }
        }
        drop(file);
        for left in names_in(sandbox.tmp()) {
            fs::remove_file(sandbox.tmp().join(left)).unwrap();
        }
        if moved >= 20 && refused >= 20 {
            break;
        }
    }
    assert!(moved > 0 && refused > 0, "{moved} moved, {refused} refused");
}

#[test]
fn a_path_with_parents_is_followed_as_the_system_follows_it() {
    // The right-hand sides come from os.rename and os.link of CPython 3.13.0 on Linux, with the
    // same paths.
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.tmp().join("sub/deep")).unwrap();
    fs::write(sandbox.tmp().join("file"), "").unwrap();
    symlink("sub/deep", sandbox.tmp().join("link")).unwrap();
    let table: [(&str, Option<ErrorCode>, Option<ErrorCode>); 13] = [
        ("missing/../kept", Some(ErrorCode::NoEntry), Some(ErrorCode::NoEntry)),
        ("file/../kept", Some(ErrorCode::NotDirectory), Some(ErrorCode::NotDirectory)),
        ("missing/..", Some(ErrorCode::NoEntry), Some(ErrorCode::NoEntry)),
        ("file/..", Some(ErrorCode::NotDirectory), Some(ErrorCode::NotDirectory)),
        ("sub/..", Some(ErrorCode::Busy), Some(ErrorCode::Exist)),
        ("link/..", Some(ErrorCode::Busy), Some(ErrorCode::Exist)),
        ("sub/.", Some(ErrorCode::Busy), Some(ErrorCode::Exist)),
        ("file/.", Some(ErrorCode::NotDirectory), Some(ErrorCode::NotDirectory)),
        ("missing/.", Some(ErrorCode::NoEntry), Some(ErrorCode::NoEntry)),
        ("sub/../sub/deep/../one", None, None),
        ("link/../two", None, None),
        ("link/../../three", None, None),
        ("../tmp/four", None, None),
    ];
    // The places on the disk to which the last four paths lead.
    let made = [("/one", "sub/one"), ("/two", "sub/two"), ("/three", "three"), ("/four", "four")];
    for (path, rename, link) in table {
        for (noclobber, expected) in [(false, rename), (true, link)] {
            let file = sandbox.named_temporary_file(None).unwrap();
            let path = format!("/tmp/{path}");
            let outcome = persist(&file, noclobber, &path);
            let code = outcome.as_ref().err().and_then(code_of);
            assert_eq!(code, expected, "{path} {outcome:?}");
            drop(file);
            if let Some((_, made)) = made.iter().find(|(asked, _)| path.ends_with(asked)) {
                fs::remove_file(sandbox.tmp().join(made)).unwrap();
            }
            assert_eq!(names_in(sandbox.tmp()), ["file", "link", "sub"], "{path}");
            assert_eq!(names_in(&sandbox.tmp().join("sub")), ["deep"], "{path}");
        }
    }
}
