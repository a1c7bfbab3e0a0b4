//! Named and anonymous files from start to end: deletion, keeping and moving.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;

use host_tests::{
    Error, ErrorCode, FileOptions, NamedFileOptions, Sandbox, code_of, did_not_run, dir, names_in,
    os_at, unsupported, value,
};

fn deletion(delete: bool, on_close: bool) -> Option<NamedFileOptions> {
    Some(NamedFileOptions {
        delete: Some(delete),
        delete_on_close: Some(on_close),
        ..NamedFileOptions::default()
    })
}

/// A named event: the steps that happen to a named file.
type Event = (&'static str, &'static [Step]);

#[derive(Clone, Copy, Debug)]
enum Step {
    Enter,
    Close,
    CloseFile,
    Exit,
    Drop,
}

use Step::{Close, CloseFile, Drop, Enter, Exit};

#[test]
fn a_named_file_is_deleted_as_pythons_matrix_says() {
    const T: bool = true;
    const F: bool = false;
    // The table of python-tempfile 1.6, observed on CPython 3.13.0. Each row says if the file is
    // there after a step. The columns are (delete, delete_on_close) = (T, T), (T, F), (F, T) and
    // (F, F).
    let table: [(Event, &[[bool; 4]]); 12] = [
        (("close", &[Close]), &[[F, T, T, T]]),
        (("close twice", &[Close, Close]), &[[F, T, T, T], [F, T, T, T]]),
        (("with", &[Enter, Exit]), &[[T, T, T, T], [F, F, T, T]]),
        (("exit alone", &[Exit]), &[[F, F, T, T]]),
        (("close in with", &[Enter, Close, Exit]), &[[T; 4], [F, T, T, T], [F, F, T, T]]),
        (("exit twice", &[Exit, Exit]), &[[F, F, T, T], [F, F, T, T]]),
        (("drop while open", &[Drop]), &[[F, F, T, T]]),
        (("close, then drop", &[Close, Drop]), &[[F, T, T, T], [F, F, T, T]]),
        (("close the stream", &[CloseFile, Drop]), &[[T; 4], [F, F, T, T]]),
        (("close the stream, then all", &[CloseFile, Close]), &[[T; 4], [F, T, T, T]]),
        (("close the stream, then exit", &[CloseFile, Exit]), &[[T; 4], [F, F, T, T]]),
        (("exit, then close", &[Exit, Close]), &[[F, F, T, T], [F, F, T, T]]),
    ];
    for ((event, steps), expected) in table {
        for (column, (delete, on_close)) in [(T, T), (T, F), (F, T), (F, F)].into_iter().enumerate()
        {
            let sandbox = Sandbox::new();
            let file = sandbox.named_temporary_file(deletion(delete, on_close)).unwrap();
            let path = sandbox.host_path(&file.name().unwrap());
            assert!(path.is_file());
            let mut file = Some(file);
            for (step, expected) in steps.iter().zip(expected) {
                let open = file.as_ref().unwrap();
                match step {
                    Enter => open.enter().unwrap(),
                    Close => open.close().unwrap(),
                    CloseFile => open.close_file().unwrap(),
                    Exit => open.exit().unwrap(),
                    Drop => file = None,
                }
                let context = format!("{event}, {step:?}: delete={delete} on_close={on_close}");
                assert_eq!(path.exists(), expected[column], "{context}");
            }
        }
    }
}

#[test]
fn a_file_that_the_user_removed_first_is_no_error_at_any_end() {
    for last in [Close, Exit, Drop] {
        for (delete, on_close) in [(true, true), (true, false), (false, true)] {
            let sandbox = Sandbox::new();
            let file = sandbox.named_temporary_file(deletion(delete, on_close)).unwrap();
            fs::remove_file(sandbox.host_path(&file.name().unwrap())).unwrap();
            match last {
                Close => file.close().unwrap(),
                Exit => file.exit().unwrap(),
                _ => drop(file),
            }
            assert!(sandbox.owed().is_empty() || !matches!(last, Exit | Drop));
            assert!(sandbox.tree().is_empty());
        }
    }
}

#[test]
fn a_renamed_file_survives() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    file.write(b"moved").unwrap();
    fs::rename(sandbox.host_path(&file.name().unwrap()), sandbox.tmp().join("kept")).unwrap();
    file.close().unwrap();
    assert_eq!(fs::read(sandbox.tmp().join("kept")).unwrap(), b"moved");
}

#[test]
fn a_file_that_took_the_name_of_the_deleted_one_is_deleted_as_in_python() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let path = sandbox.host_path(&file.name().unwrap());
    fs::remove_file(&path).unwrap();
    fs::write(&path, "another").unwrap();
    file.close().unwrap();
    assert!(!path.exists());
}

#[test]
fn a_directory_that_took_the_name_is_an_error_once_and_stays() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let name = file.name().unwrap();
    let path = sandbox.host_path(&name);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    // On Linux, unlink(2) answers EISDIR for a directory.
    let error = file.close().unwrap_err();
    assert_eq!(error, os_at(ErrorCode::IsDirectory, "Is a directory", &name));
    assert!(file.closed().unwrap());
    file.close().unwrap();
    file.exit().unwrap();
    assert!(path.is_dir());
}

#[test]
fn a_close_that_cannot_write_what_waits_closes_and_deletes_and_says_so() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let path = sandbox.host_path(&file.name().unwrap());
    // No file can be this long, so the waiting write is refused.
    file.seek(i64::MAX - 100, 0).unwrap();
    file.write(b"waits").unwrap();
    let error = file.close().unwrap_err();
    assert!(matches!(error, Error::Os(_)), "{error:?}");
    assert!(file.closed().unwrap());
    assert!(!path.exists());
    file.close().unwrap();
}

#[test]
fn an_anonymous_close_that_cannot_write_what_waits_closes_and_says_so() {
    let sandbox = Sandbox::new();
    let file = sandbox.temporary_file(None).unwrap();
    file.seek(i64::MAX - 100, 0).unwrap();
    file.write(b"waits").unwrap();
    assert!(matches!(file.close().unwrap_err(), Error::Os(_)));
    assert!(file.closed().unwrap());
    file.close().unwrap();
}

#[test]
fn dropping_writes_what_waits() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(deletion(false, true)).unwrap();
    let path = sandbox.host_path(&file.name().unwrap());
    file.write(b"waits").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"");
    drop(file);
    assert_eq!(fs::read(&path).unwrap(), b"waits");
}

#[test]
fn an_anonymous_file_has_no_entry_in_its_directory_while_it_is_open() {
    let sandbox = Sandbox::new();
    let file = sandbox.temporary_file(None).unwrap();
    assert!(sandbox.tree().is_empty());
    assert_eq!(file.name(), None);
    file.write(b"unseen").unwrap();
    file.flush().unwrap();
    assert!(sandbox.tree().is_empty());
    file.seek(0, 0).unwrap();
    assert_eq!(file.read(None).unwrap(), b"unseen");
    file.close().unwrap();
    assert!(sandbox.tree().is_empty());
    assert!(sandbox.owed().is_empty());
}

#[test]
fn an_anonymous_file_in_a_directory_that_is_removed_is_usable_still() {
    let sandbox = Sandbox::new();
    let directory = sandbox.mkdtemp(None).unwrap();
    let file = sandbox.temporary_file(dir(&directory)).unwrap();
    fs::remove_dir(sandbox.host_path(&directory)).unwrap();
    file.write(b"unseen").unwrap();
    file.seek(0, 0).unwrap();
    assert_eq!(file.read(None).unwrap(), b"unseen");
    drop(file);
    let error = sandbox.temporary_file(dir(&directory)).unwrap_err();
    assert_eq!(code_of(&error), Some(ErrorCode::NoEntry), "nothing was recycled into it");
}

#[test]
fn what_mkstemp_and_mkdtemp_made_stays() {
    let sandbox = Sandbox::new();
    let (file, path) = sandbox.mkstemp(None).unwrap();
    assert_eq!(file.name(), Some(path.clone()));
    file.write(b"stays").unwrap();
    let directory = sandbox.mkdtemp(None).unwrap();
    assert!(sandbox.owed().is_empty());
    drop(file);
    assert!(sandbox.cleanup().is_empty());
    assert_eq!(fs::read(sandbox.host_path(&path)).unwrap(), b"stays");
    assert!(sandbox.host_path(&directory).is_dir());
}

#[test]
fn keep_ends_the_duty_to_delete() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let name = file.name().unwrap();
    file.write(b"kept").unwrap();
    assert_eq!(file.keep().unwrap(), name);
    assert!(sandbox.owed().is_empty());
    assert_eq!(file.keep().unwrap(), name, "a second time is no error");
    file.write(b" and open").unwrap();
    file.close().unwrap();
    file.exit().unwrap();
    drop(file);
    assert_eq!(fs::read(sandbox.host_path(&name)).unwrap(), b"kept and open");
}

#[test]
fn a_file_that_close_left_can_be_kept() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(deletion(true, false)).unwrap();
    file.close().unwrap();
    let name = file.keep().unwrap();
    drop(file);
    assert!(sandbox.host_path(&name).exists());
}

#[test]
fn what_is_deleted_or_has_no_name_cannot_be_kept_moved_or_opened_again() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let name = file.name().unwrap();
    file.close().unwrap();
    let gone = os_at(ErrorCode::NoEntry, "No such file or directory", &name);
    assert_eq!(file.keep().unwrap_err(), gone);
    assert_eq!(file.persist("/tmp/x").unwrap_err(), gone);
    assert_eq!(file.persist_noclobber("/tmp/x").unwrap_err(), gone);
    assert_eq!(file.reopen(None, None).unwrap_err(), gone);
    let anonymous = sandbox.temporary_file(None).unwrap();
    assert_eq!(anonymous.keep().unwrap_err(), unsupported("keep"));
    assert_eq!(anonymous.persist("/tmp/x").unwrap_err(), unsupported("persist"));
    assert_eq!(anonymous.persist_noclobber("/tmp/x").unwrap_err(), unsupported("persist"));
    assert_eq!(anonymous.reopen(None, None).unwrap_err(), unsupported("reopen"));
    assert!(sandbox.tree().is_empty());
}

#[test]
fn persist_moves_what_was_written_and_leaves_the_file_open() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    file.write(b"moved").unwrap();
    file.persist("/tmp/final").unwrap();
    assert_eq!(names_in(sandbox.tmp()), ["final"]);
    assert_eq!(fs::read(sandbox.tmp().join("final")).unwrap(), b"moved");
    assert!(sandbox.owed().is_empty());
    file.write(b" and open").unwrap();
    assert_eq!(file.keep().unwrap(), "/tmp/final");
    drop(file);
    assert_eq!(fs::read(sandbox.tmp().join("final")).unwrap(), b"moved and open");
}

#[test]
fn persist_replaces_a_file_or_a_link_and_never_what_a_link_points_to() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.tmp().join("file"), "old").unwrap();
    fs::write(sandbox.tmp().join("target"), "target").unwrap();
    symlink("target", sandbox.tmp().join("link")).unwrap();
    for name in ["file", "link"] {
        let file = sandbox.named_temporary_file(None).unwrap();
        file.write(b"new").unwrap();
        file.persist(&format!("/tmp/{name}")).unwrap();
        drop(file);
        let host = sandbox.tmp().join(name);
        assert!(host.symlink_metadata().unwrap().is_file());
        assert_eq!(fs::read(host).unwrap(), b"new");
    }
    assert_eq!(fs::read(sandbox.tmp().join("target")).unwrap(), b"target");
    assert_eq!(names_in(sandbox.tmp()), ["file", "link", "target"]);
}

#[test]
fn persist_noclobber_moves_only_where_nothing_is() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.tmp().join("file"), "old").unwrap();
    fs::create_dir(sandbox.tmp().join("folder")).unwrap();
    symlink("missing", sandbox.tmp().join("dangling")).unwrap();
    let before = sandbox.tree();
    let file = sandbox.named_temporary_file(None).unwrap();
    file.write(b"new").unwrap();
    for name in ["file", "folder", "dangling"] {
        let path = format!("/tmp/{name}");
        let error = file.persist_noclobber(&path).unwrap_err();
        assert_eq!(error, os_at(ErrorCode::Exist, "File exists", &path));
        assert_eq!(sandbox.owed().len(), 1, "it is still owed");
    }
    file.persist_noclobber("/tmp/new").unwrap();
    assert!(sandbox.owed().is_empty());
    drop(file);
    assert_eq!(fs::read(sandbox.tmp().join("new")).unwrap(), b"new");
    fs::remove_file(sandbox.tmp().join("new")).unwrap();
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_move_that_is_refused_leaves_the_file_owed_and_usable() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.tmp().join("folder")).unwrap();
    let file = sandbox.named_temporary_file(None).unwrap();
    let name = file.name().unwrap();
    for (path, code) in [
        ("/tmp/missing/x", ErrorCode::NoEntry),
        ("/tmp/folder", ErrorCode::IsDirectory),
        ("/elsewhere/x", ErrorCode::NotPermitted),
    ] {
        let error = file.persist(path).unwrap_err();
        assert_eq!(code_of(&error), Some(code), "{path}");
        let Error::Os(error) = error else { unreachable!() };
        assert_eq!(error.path.as_deref(), Some(path));
    }
    assert_eq!(
        file.persist("/tmp/\0").unwrap_err(),
        value("rename: embedded null character in path")
    );
    assert_eq!(sandbox.owed().len(), 1);
    assert_eq!(file.name(), Some(name));
    drop(file);
    assert_eq!(names_in(sandbox.tmp()), ["folder"]);
}

/// Makes a directory on another filesystem than that of `path`.
fn on_another_filesystem(path: &Path) -> Option<tempfile::TempDir> {
    let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
    let target = xtask::workspace::target_dir();
    let candidates = ["/dev/shm", "/run", "/tmp", "/var/tmp"].map(Path::new);
    let mut candidates = candidates.into_iter().chain([target.as_path()]);
    candidates.find_map(|parent| {
        let other = tempfile::TempDir::new_in(parent).ok()?;
        (device(other.path()) != device(path)).then_some(other)
    })
}

#[test]
fn persist_between_filesystems_is_refused() {
    let ground = tempfile::TempDir::new().unwrap();
    let Some(other) = on_another_filesystem(ground.path()) else {
        let test = "lifecycle::persist_between_filesystems_is_refused";
        return did_not_run(test, "this host has no second filesystem that can be written");
    };
    let sandbox =
        Sandbox::builder().preopen(ground.path(), "/tmp").preopen(other.path(), "/other").start();
    let file = sandbox.named_temporary_file(dir("/tmp")).unwrap();
    for error in
        [file.persist("/other/x").unwrap_err(), file.persist_noclobber("/other/x").unwrap_err()]
    {
        // wasmtime 48 has no code for EXDEV, and answers `io`.
        assert_eq!(code_of(&error), Some(ErrorCode::Io), "{error:?}");
    }
    assert!(names_in(other.path()).is_empty());
    assert_eq!(sandbox.owed().len(), 1);
}

#[test]
fn a_closed_file_that_is_still_there_can_be_moved() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(deletion(true, false)).unwrap();
    file.write(b"moved").unwrap();
    file.close().unwrap();
    file.persist("/tmp/final").unwrap();
    drop(file);
    assert_eq!(fs::read(sandbox.tmp().join("final")).unwrap(), b"moved");
}

#[test]
fn a_path_is_relative_to_the_working_directory() {
    let sandbox = Sandbox::builder().tmp("/tmp").cwd("/tmp").start();
    let file = sandbox.named_temporary_file(None).unwrap();
    file.persist("final").unwrap();
    assert_eq!(file.keep().unwrap(), "/tmp/final");
    drop(file);
    assert_eq!(names_in(sandbox.tmp()), ["final"]);
}

#[test]
fn reopen_has_a_position_of_its_own_and_nothing_to_delete() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    file.write(b"0123456789").unwrap();
    let again = file.reopen(None, None).unwrap();
    assert_eq!(again.read(Some(4)).unwrap(), b"0123");
    assert_eq!(file.tell().unwrap(), 10);
    assert_eq!(again.name(), file.name());
    file.write(b"more").unwrap();
    file.flush().unwrap();
    again.seek(10, 0).unwrap();
    assert_eq!(again.read(None).unwrap(), b"more");
    drop(again);
    assert!(sandbox.host_path(&file.name().unwrap()).exists());
    assert_eq!(sandbox.owed().len(), 1);
    let read_only = file.reopen(Some("rb"), Some(0)).unwrap();
    assert_eq!(read_only.mode().unwrap(), "rb");
    assert_eq!(read_only.write(b"x").unwrap_err(), unsupported("File not open for writing"));
}

#[test]
fn reopen_refuses_what_is_not_the_file_any_more() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let path = sandbox.host_path(&file.name().unwrap());
    let moved = sandbox.tmp().join("moved");
    fs::rename(&path, &moved).unwrap();
    assert_eq!(code_of(&file.reopen(None, None).unwrap_err()), Some(ErrorCode::NoEntry));
    fs::write(&path, "another").unwrap();
    assert_eq!(code_of(&file.reopen(None, None).unwrap_err()), Some(ErrorCode::NoEntry));
    fs::remove_file(&path).unwrap();
    symlink("moved", &path).unwrap();
    assert_eq!(code_of(&file.reopen(None, None).unwrap_err()), Some(ErrorCode::Loop));
    fs::remove_file(&path).unwrap();
    fs::rename(&moved, &path).unwrap();
    file.reopen(None, None).unwrap();
    assert_eq!(file.reopen(Some("z"), None).unwrap_err(), value("invalid mode: 'z'"));
}

#[test]
fn reopen_for_appending_begins_at_the_end() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    file.write(b"hello").unwrap();
    let again = file.reopen(Some("ab"), None).unwrap();
    assert_eq!(again.tell().unwrap(), 5);
    again.write(b" world").unwrap();
    again.close().unwrap();
    assert_eq!(fs::read(sandbox.host_path(&file.name().unwrap())).unwrap(), b"hello world");
}

#[test]
fn what_came_of_detach_or_reopen_decides_nothing_about_the_name() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let name = file.name();
    for second in [file.reopen(None, None).unwrap(), file.detach().unwrap()] {
        assert_eq!(second.name(), name);
        assert_eq!(second.keep().unwrap_err(), unsupported("keep"));
        assert_eq!(second.persist("/tmp/final").unwrap_err(), unsupported("persist"));
        assert_eq!(second.persist_noclobber("/tmp/final").unwrap_err(), unsupported("persist"));
        second.close().unwrap();
        assert_eq!(sandbox.owed().len(), 1);
    }
    file.keep().unwrap();
    drop(file);
    assert!(sandbox.host_path(&name.unwrap()).exists());
}

#[test]
fn what_another_put_at_the_name_is_not_moved() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.tmp().join("final"), "precious").unwrap();
    let file = sandbox.named_temporary_file(None).unwrap();
    let host = sandbox.host_path(&file.name().unwrap());
    let put: [fn(&std::path::Path); 3] = [
        |host| fs::write(host, "another").unwrap(),
        |host| symlink("/etc/passwd", host).unwrap(),
        |host| fs::create_dir(host).unwrap(),
    ];
    for put in put {
        fs::rename(&host, sandbox.tmp().join("aside")).unwrap();
        put(&host);
        let refused =
            os_at(ErrorCode::NoEntry, "Temporary file has been replaced", &file.name().unwrap());
        assert_eq!(file.persist("/tmp/final").unwrap_err(), refused);
        assert_eq!(file.persist_noclobber("/tmp/other").unwrap_err(), refused);
        fs::remove_file(&host).or_else(|_| fs::remove_dir(&host)).unwrap();
        fs::rename(sandbox.tmp().join("aside"), &host).unwrap();
    }
    assert_eq!(fs::read(sandbox.tmp().join("final")).unwrap(), b"precious");
    assert_eq!(sandbox.owed().len(), 1, "still owed");
    drop(file);
    assert_eq!(names_in(sandbox.tmp()), ["final"]);
}

#[test]
fn a_file_closed_by_its_stream_can_be_opened_again_by_name() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(deletion(true, false)).unwrap();
    file.write(b"still there").unwrap();
    file.close().unwrap();
    let again = file.reopen(Some("rb"), None).unwrap();
    assert_eq!(again.read(None).unwrap(), b"still there");
    // Python's example: the file is closed in `with`, opened by name, and gone at the end of the
    // block.
    file.exit().unwrap();
    assert!(sandbox.tree().is_empty());
    assert_eq!(again.seek(0, 0).unwrap(), 0);
    assert_eq!(again.read(None).unwrap(), b"still there");
}

#[test]
fn detach_leaves_the_duty_with_the_object() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let path = sandbox.host_path(&file.name().unwrap());
    file.write(b"flushed").unwrap();
    let raw = file.detach().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"flushed");
    assert_eq!(raw.tell().unwrap(), 7);
    drop(raw);
    assert!(path.exists());
    assert_eq!(sandbox.owed().len(), 1);
    drop(file);
    assert!(!path.exists());
}

#[test]
fn a_constructor_that_fails_leaves_nothing() {
    let sandbox = Sandbox::new();
    for delete in [true, false] {
        for mode in ["z", "t", "wb+b", "", "rw", "w+b "] {
            let options = NamedFileOptions {
                mode: Some(mode.to_owned()),
                delete: Some(delete),
                ..NamedFileOptions::default()
            };
            sandbox.named_temporary_file(Some(options)).unwrap_err();
        }
        let options = NamedFileOptions {
            encoding: Some("utf-8".to_owned()),
            delete: Some(delete),
            ..NamedFileOptions::default()
        };
        sandbox.named_temporary_file(Some(options)).unwrap_err();
    }
    let options = FileOptions { newline: Some(String::new()), ..FileOptions::default() };
    sandbox.temporary_file(Some(options)).unwrap_err();
    assert!(sandbox.tree().is_empty());
}

#[test]
fn a_file_moved_to_its_own_name_stays_there() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let name = file.name().unwrap();
    let error = file.persist_noclobber(&name).unwrap_err();
    assert_eq!(code_of(&error), Some(ErrorCode::Exist));
    assert_eq!(sandbox.owed().len(), 1);
    file.persist(&name).unwrap();
    assert!(sandbox.owed().is_empty());
    drop(file);
    assert!(sandbox.host_path(&name).exists());
}

#[test]
fn a_file_moved_to_another_link_of_itself_keeps_both_names() {
    // For two links of one file, rename(2) does nothing and succeeds. If both paths spell one name,
    // removing the old one afterwards would lose the file.
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let host = sandbox.host_path(&file.name().unwrap());
    fs::hard_link(&host, sandbox.tmp().join("final")).unwrap();
    file.persist("/tmp/final").unwrap();
    drop(file);
    let made = host.file_name().unwrap().to_str().unwrap();
    assert_eq!(names_in(sandbox.tmp()), ["final", made]);
}

#[test]
fn a_path_that_only_a_directory_can_have_is_refused() {
    // rename(2) answers ENOENT for an empty path, and ENOTDIR if a file is to become "x/".
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let empty = os_at(ErrorCode::NoEntry, "No such file or directory", "");
    assert_eq!(file.persist("").unwrap_err(), empty);
    let slash = os_at(ErrorCode::NotDirectory, "Not a directory", "/tmp/final/");
    assert_eq!(file.persist("/tmp/final/").unwrap_err(), slash);
    assert_eq!(file.persist_noclobber("/tmp/final/").unwrap_err(), slash);
    assert_eq!(sandbox.owed().len(), 1);
}
