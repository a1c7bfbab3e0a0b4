//! `tempfile.wasm` on the filesystem in memory. Its answers must be those on a directory of the
//! host, also on a full filesystem.

use std::collections::BTreeSet;

use host_tests::{
    Builder, DirectoryOptions, ErrorCode, FileOptions, NameOptions, NamedFileOptions, Sandbox,
    SpooledFileOptions, code_of, in_dir, place,
};

/// Runs a scenario on a directory of the host and on both forms, and compares the answers.
fn same<T: PartialEq + std::fmt::Debug>(scenario: impl Fn(&Sandbox) -> T) {
    let on_disk = scenario(&Sandbox::builder().tmp("/tmp").start());
    for form in [Builder::memory, Builder::hosted] {
        let in_memory = scenario(&form(Sandbox::builder()).start());
        assert_eq!(in_memory, on_disk);
    }
}

#[test]
fn the_default_directory_is_where_the_filesystem_says() {
    same(|sandbox| (sandbox.gettempdir(), sandbox.gettempdirb(), sandbox.owed().len()));
}

#[test]
fn anonymous_files_hold_what_is_written_also_the_recycled_ones() {
    same(|sandbox| {
        let mut read = Vec::new();
        for round in 0..5_u8 {
            let file = sandbox.temporary_file(None).unwrap();
            file.write(&vec![round; 10_000 * usize::from(round)]).unwrap();
            file.seek(-3, 2).map_err(|error| code_of(&error)).ok();
            file.write(b"end").unwrap();
            file.seek(5_000, 0).unwrap();
            file.truncate(None).unwrap();
            file.seek(0, 0).unwrap();
            read.push(file.read(None).unwrap());
            file.close().unwrap();
        }
        read
    });
}

#[test]
fn named_files_are_seen_kept_moved_and_deleted() {
    same(|sandbox| {
        let file = sandbox.named_temporary_file(None).unwrap();
        file.write(b"seen").unwrap();
        file.flush().unwrap();
        let again = file.reopen(Some("rb"), None).unwrap().read(None);
        let directory = sandbox.mkdtemp(None).unwrap();
        let target = format!("{directory}/moved");
        let moved = file.persist(&target);
        let other = sandbox.named_temporary_file(None).unwrap();
        let refused = code_of(&other.persist_noclobber(&target).unwrap_err());
        let kept = other.keep().unwrap().starts_with("/tmp/tmp");
        let deleted = sandbox.named_temporary_file(None).unwrap().close();
        (again, moved, refused, kept, deleted, sandbox.owed().len())
    });
}

#[test]
fn a_tree_is_removed() {
    same(|sandbox| {
        let directory = sandbox.temporary_directory(None).unwrap();
        let mut at = directory.name();
        for _ in 0..60 {
            let below = in_dir(&at);
            at = sandbox.mkdtemp(Some(below)).unwrap();
            let mut options = NamedFileOptions::from(in_dir(&at));
            options.delete = Some(false);
            sandbox.named_temporary_file(Some(options)).unwrap().write(b"x").unwrap();
        }
        let removed = directory.cleanup();
        let gone = sandbox.mkdtemp(Some(in_dir(&at))).map_err(|error| code_of(&error));
        (removed, gone, sandbox.owed().len())
    });
}

#[test]
fn ten_thousand_names_are_all_different_and_all_there() {
    let sandbox = Sandbox::builder().memory().start();
    let directory = sandbox.temporary_directory(None).unwrap();
    let options = || Some(in_dir(&directory.name()));
    let made: BTreeSet<String> = (0..10_000).map(|_| sandbox.mkdtemp(options()).unwrap()).collect();
    assert_eq!(made.len(), 10_000);
    directory.cleanup().unwrap();
    assert!(sandbox.mkdtemp(Some(in_dir(&directory.name()))).is_err());
}

#[test]
fn spools_roll_over_into_it() {
    same(|sandbox| {
        let options = SpooledFileOptions { max_size: Some(1000), ..SpooledFileOptions::default() };
        let spool = sandbox.spooled_temporary_file(Some(options)).unwrap();
        spool.write(&[1; 900]).unwrap();
        let before = spool.name();
        spool.write(&[2; 900]).unwrap();
        spool.seek(890, 0).unwrap();
        (before, spool.read(Some(20)), spool.tell())
    });
}

#[test]
fn text_is_text() {
    same(|sandbox| {
        let options = FileOptions {
            mode: Some("w+".into()),
            encoding: Some("utf-16".into()),
            ..FileOptions::default()
        };
        let file = sandbox.temporary_text_file(Some(options)).unwrap();
        file.writelines(&["één\n", "twee\n", "🦀\n"]).unwrap();
        file.seek(place(0), 0).unwrap();
        let first = file.readline(None);
        let at = file.tell().unwrap();
        let rest = file.read(None);
        file.seek(at, 0).unwrap();
        (first, rest, file.read(Some(4)))
    });
}

#[test]
fn what_is_full_is_an_error_of_the_system_and_nothing_is_lost() {
    let sandbox = Sandbox::builder().env("TMPFS_BYTES", "1M").memory().start();
    let kept = sandbox.named_temporary_file(None).unwrap();
    kept.write(b"kept").unwrap();
    kept.flush().unwrap();
    let spool = sandbox.spooled_temporary_file(None).unwrap();
    spool.write(&vec![7; 2 << 20]).unwrap();
    let error = spool.rollover().unwrap_err();
    assert_eq!(code_of(&error), Some(ErrorCode::InsufficientSpace));
    spool.seek(0, 0).unwrap();
    assert_eq!(spool.read(None).unwrap(), vec![7; 2 << 20], "a failed rollover loses nothing");
    kept.seek(0, 0).unwrap();
    assert_eq!(kept.read(None).unwrap(), b"kept");
    drop(spool);
    let next = sandbox.temporary_file(None).unwrap();
    assert_eq!(next.write(&vec![8; 500 << 10]).unwrap(), 500 << 10);
}

#[test]
fn nodes_that_are_used_up_are_an_error_and_no_endless_search_for_a_name() {
    let sandbox = Sandbox::builder().env("TMPFS_NODES", "10").memory().start();
    let made = (0..).map_while(|_: u32| sandbox.mkdtemp(None).ok()).count();
    assert_eq!(made, 9, "the root counts as one");
    let error = sandbox.mkdtemp(Some(NameOptions::default())).unwrap_err();
    assert_eq!(code_of(&error), Some(ErrorCode::InsufficientSpace));
    let options = DirectoryOptions::default();
    assert!(sandbox.temporary_directory(Some(options)).is_err());
}

#[test]
fn settings_of_the_hosts_environment_count() {
    let sandbox = Sandbox::builder().env("TMPFS_MOUNT", "/scratch").memory().start();
    assert_eq!(sandbox.gettempdir().unwrap(), "/scratch");
}

#[test]
fn the_hosts_own_directory_for_temporary_files_is_not_told() {
    let of = |value| Sandbox::builder().env("TMPDIR", value).memory().start().gettempdir();
    assert_eq!(of("/var/lib/secret").unwrap(), "/tmp");
    assert_eq!(of("/tmpx").unwrap(), "/tmp");
    assert_eq!(of("/tmp/below").unwrap(), "/tmp");
}
