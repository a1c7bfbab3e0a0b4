//! The ends of an instance, and `cleanup`. Files and directories that are owed are deleted, and the
//! caller's stay. After some ends only the host can remove them.

use std::fs;
use std::path::Path;

use host_tests::{
    Built, DirectoryOptions, ErrorCode, Kind, NamedFileOptions, OwedItem, Program, Sandbox,
    code_of, names_in, value,
};

include!(concat!(env!("OUT_DIR"), "/programs_of_endings.rs"));

/// Returns the kinds of files in a directory: the prefixes of their names before the dash.
fn kinds(directory: &Path) -> Vec<String> {
    let names = names_in(directory).into_iter();
    names.map(|name| name.split_once('-').map_or(name.clone(), |(kind, _)| kind.into())).collect()
}

fn prefix(kind: &str) -> host_tests::NameOptions {
    host_tests::named(&format!("{kind}-"), "")
}

const OWED: [&str; 3] = ["owed.directory", "owed.file", "owed.later"];
const KEPT: [&str; 6] =
    ["kept.delete", "kept.directory", "kept.keep", "kept.mkdtemp", "kept.mkstemp", "kept.persist"];

/// Makes a file or directory of every kind, and leaves all handles to the store.
fn make_everything(sandbox: &Sandbox) {
    let never = |kind| NamedFileOptions { delete: Some(false), ..prefix(kind).into() };
    let later = NamedFileOptions { delete_on_close: Some(false), ..prefix("owed.later").into() };
    let stays = DirectoryOptions { delete: Some(false), ..prefix("kept.directory").into() };
    let file = sandbox.named_temporary_file(Some(prefix("owed.file").into())).unwrap();
    file.write(b"waits").unwrap();
    file.leak();
    sandbox.named_temporary_file(Some(later)).unwrap().leak();
    let directory = sandbox.temporary_directory(Some(prefix("owed.directory").into())).unwrap();
    fs::write(sandbox.host_path(&directory.name()).join("x"), "inside").unwrap();
    directory.leak();
    sandbox.temporary_directory(Some(stays)).unwrap().leak();
    sandbox.named_temporary_file(Some(never("kept.delete"))).unwrap().leak();
    let kept = sandbox.named_temporary_file(Some(prefix("kept.keep").into())).unwrap();
    kept.keep().unwrap();
    kept.leak();
    let moved = sandbox.named_temporary_file(Some(prefix("x").into())).unwrap();
    moved.persist("/tmp/kept.persist-").unwrap();
    moved.leak();
    sandbox.mkstemp(Some(prefix("kept.mkstemp").into())).unwrap().0.leak();
    sandbox.mkdtemp(Some(prefix("kept.mkdtemp"))).unwrap();
    sandbox.temporary_file(Some(prefix("gone").into())).unwrap().leak();
}

fn all() -> Vec<&'static str> {
    KEPT.into_iter().chain(OWED).collect()
}

#[test]
fn cleanup_removes_what_is_owed_and_nothing_of_the_callers() {
    let sandbox = Sandbox::new();
    make_everything(&sandbox);
    assert_eq!(kinds(sandbox.tmp()), all());
    let owed = sandbox.owed();
    let shown: Vec<_> = owed
        .iter()
        .map(|OwedItem { path, kind, size }| {
            let name = path.strip_prefix("/tmp/").unwrap();
            (name.split_once('-').unwrap().0, *kind, *size)
        })
        .collect();
    assert_eq!(
        shown,
        [
            // Five bytes wait in the buffer, and none is written.
            ("owed.file", Kind::File, Some(0)),
            ("owed.later", Kind::File, Some(0)),
            ("owed.directory", Kind::Directory, None),
        ]
    );
    assert!(sandbox.cleanup().is_empty());
    assert_eq!(kinds(sandbox.tmp()), KEPT);
    assert!(sandbox.owed().is_empty());
    assert!(sandbox.cleanup().is_empty());
}

#[test]
fn after_cleanup_handles_behave_as_closed() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let directory = sandbox.temporary_directory(None).unwrap();
    let (kept, _) = sandbox.mkstemp(None).unwrap();
    assert!(sandbox.cleanup().is_empty());
    assert!(file.closed().unwrap());
    assert_eq!(file.write(b"x").unwrap_err(), value("write to closed file"));
    file.close().unwrap();
    file.exit().unwrap();
    directory.cleanup().unwrap();
    directory.exit().unwrap();
    assert!(!kept.closed().unwrap(), "the caller's file stays open");
    kept.write(b"x").unwrap();
    drop((file, directory));
    assert_eq!(names_in(sandbox.tmp()).len(), 1);
}

#[test]
fn cleanup_works_the_newest_first() {
    let sandbox = Sandbox::new();
    let files = [(); 3].map(|()| sandbox.named_temporary_file(None).unwrap());
    let names = files.each_ref().map(|file| file.name().unwrap());
    for name in &names {
        // A directory in a file's place cannot be deleted, and the errors show the order of
        // attempts.
        fs::remove_file(sandbox.host_path(name)).unwrap();
        fs::create_dir(sandbox.host_path(name)).unwrap();
    }
    let owed: Vec<_> = sandbox.owed().into_iter().map(|item| item.path).collect();
    assert_eq!(owed, names);
    let tried: Vec<_> = sandbox.cleanup().into_iter().map(|left| left.path.unwrap()).collect();
    assert!(tried.iter().eq(names.iter().rev()), "{tried:?}");
}

#[test]
fn a_file_in_a_directory_is_removed_with_it() {
    let sandbox = Sandbox::new();
    let directory = sandbox.temporary_directory(None).unwrap();
    let file = sandbox.named_temporary_file(host_tests::dir(&directory.name())).unwrap();
    file.write(b"waits").unwrap();
    assert!(sandbox.cleanup().is_empty());
    assert!(sandbox.tree().is_empty());
    assert!(file.closed().unwrap());
}

#[test]
fn what_cleanup_could_not_remove_is_reported_and_still_owed() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let other = sandbox.named_temporary_file(None).unwrap();
    let name = file.name().unwrap();
    let path = sandbox.host_path(&name);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let leftovers = sandbox.cleanup();
    assert_eq!(leftovers.len(), 1);
    assert_eq!(leftovers[0].path.as_deref(), Some(name.as_str()));
    assert_eq!(leftovers[0].reason, "Is a directory");
    assert!(file.closed().unwrap() && other.closed().unwrap());
    assert_eq!(sandbox.owed().len(), 1, "only the failed deletion");
    fs::remove_dir(&path).unwrap();
    fs::write(&path, "a third's").unwrap();
    assert!(sandbox.cleanup().is_empty());
    assert!(sandbox.owed().is_empty());
    assert_eq!(fs::read(&path).unwrap(), b"a third's", "this is not the refused file");
}

#[test]
fn the_size_of_what_is_owed_is_what_is_written() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    file.write(b"12345").unwrap();
    file.flush().unwrap();
    assert_eq!(sandbox.owed()[0].size, Some(5));
    fs::remove_file(sandbox.host_path(&file.name().unwrap())).unwrap();
    assert_eq!(sandbox.owed()[0].size, None, "the size is unknown now");
}

#[test]
fn dropping_the_store_runs_nothing_of_the_guest() {
    let sandbox = Sandbox::new();
    make_everything(&sandbox);
    let tmp = sandbox.drop_store().unwrap();
    assert_eq!(kinds(tmp.path()), all());
}

#[test]
fn dropping_the_handles_removes_what_is_owed() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(Some(prefix("owed.file").into())).unwrap();
    let directory = sandbox.temporary_directory(Some(prefix("owed.directory").into())).unwrap();
    fs::create_dir(sandbox.host_path(&directory.name()).join("inside")).unwrap();
    let (made, _) = sandbox.mkstemp(Some(prefix("kept.mkstemp").into())).unwrap();
    drop((file, directory, made));
    assert_eq!(kinds(sandbox.tmp()), ["kept.mkstemp"]);
    assert!(sandbox.owed().is_empty());
}

/// Asserts that nothing was removed after a trap, and that the instance cannot be entered again.
fn is_poisoned(sandbox: Sandbox) {
    let error = format!("{:?}", sandbox.try_enter().unwrap_err());
    assert!(error.contains("cannot enter component instance"), "{error}");
    assert!(sandbox.try_cleanup().is_err());
    let tmp = sandbox.drop_store().unwrap();
    let found = kinds(tmp.path());
    for kind in all() {
        assert!(found.iter().any(|found| found == kind), "{kind} is missing in {found:?}");
    }
}

#[test]
fn after_a_trap_only_the_host_can_clean() {
    let sandbox = Sandbox::new();
    make_everything(&sandbox);
    sandbox.refuse_host_calls();
    sandbox.try_mkdtemp(None).unwrap_err();
    is_poisoned(sandbox);
}

#[test]
fn out_of_fuel_is_a_trap_like_any_other() {
    let sandbox = Sandbox::builder().tmp("/tmp").fuel(u64::MAX).start();
    make_everything(&sandbox);
    sandbox.set_fuel(1);
    let error = sandbox.try_mkdtemp(None).unwrap_err();
    assert_eq!(error.downcast_ref::<wasmtime::Trap>(), Some(&wasmtime::Trap::OutOfFuel));
    is_poisoned(sandbox);
}

#[test]
fn a_deadline_that_passed_is_a_trap_like_any_other() {
    let sandbox = Sandbox::builder().tmp("/tmp").epochs(u64::MAX / 2).start();
    make_everything(&sandbox);
    // A deadline of zero epochs has already passed.
    sandbox.set_epochs(0);
    let error = sandbox.try_mkdtemp(None).unwrap_err();
    assert_eq!(error.downcast_ref::<wasmtime::Trap>(), Some(&wasmtime::Trap::Interrupt));
    is_poisoned(sandbox);
}

#[test]
fn a_trap_in_one_instance_leaves_another_alone() {
    let first = Sandbox::new();
    let second = Sandbox::builder().preopen(first.tmp(), "/tmp").start();
    let file = second.named_temporary_file(None).unwrap();
    first.refuse_host_calls();
    first.try_mkdtemp(None).unwrap_err();
    file.write(b"x").unwrap();
    file.close().unwrap();
    assert!(first.tree().is_empty());
}

fn run(program: Built, arguments: &[&str]) -> host_tests::Run {
    Program::new(program, Sandbox::builder().tmp("/tmp")).run(arguments)
}

#[test]
fn a_program_that_returns_leaves_only_what_is_its_own() {
    let run = run(LIFECYCLE_RETURN, &[]).succeeded();
    assert_eq!(kinds(run.tmp()), ["kept"]);
}

#[test]
fn a_program_that_calls_exit_leaves_all_it_made() {
    let mut run = run(LIFECYCLE_EXIT, &["7"]);
    // WASI 0.2 reports success or failure only, and std's failure has the status 1.
    assert_eq!(run.exit, Some(1), "{}", run.stderr);
    assert_eq!(kinds(run.tmp()), ["kept", "owed.directory", "owed.file"]);
    assert!(run.cleanup().is_err(), "exit is a trap: the instance cannot be entered");
}

#[test]
fn a_program_that_panics_leaves_all_it_made() {
    let mut run = run(LIFECYCLE_EXIT, &["panic"]);
    assert!(run.trap.is_some());
    assert_eq!(kinds(run.tmp()), ["kept", "owed.directory", "owed.file"]);
    assert!(run.cleanup().is_err());
}

#[test]
fn what_a_program_forgot_the_host_can_have_removed() {
    let mut run = run(LIFECYCLE_LEAK, &[]).succeeded();
    assert_eq!(kinds(run.tmp()), ["kept", "owed.directory", "owed.file"]);
    assert!(run.cleanup().unwrap().is_empty());
    assert_eq!(kinds(run.tmp()), ["kept"]);
}

#[test]
fn a_directory_that_cannot_be_removed_is_reported_by_its_path() {
    let sandbox = Sandbox::new();
    let directory = sandbox.temporary_directory(None).unwrap();
    let name = directory.name();
    fs::remove_dir(sandbox.host_path(&name)).unwrap();
    fs::write(sandbox.host_path(&name), "in its place").unwrap();
    let leftovers = sandbox.cleanup();
    assert_eq!(leftovers.len(), 1);
    assert_eq!(leftovers[0].path, Some(name.clone()));
    assert_eq!(leftovers[0].reason, "Not a directory");
    assert_eq!(sandbox.owed().len(), 1);
    assert_eq!(code_of(&directory.cleanup().unwrap_err()), Some(ErrorCode::NotDirectory));
    assert!(sandbox.host_path(&name).is_file());
}
