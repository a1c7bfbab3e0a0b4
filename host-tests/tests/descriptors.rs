//! The interface `descriptors`, by which a program calls the host directly for its bytes.

use std::fs;

use host_tests::{ErrorCode, FileOptions, Sandbox, code_of, dir, names_in, value};

const DETACHED: &str = "raw stream has been detached";

#[test]
fn open_temporary_gives_a_file_without_a_name() {
    let sandbox = Sandbox::new();
    let descriptor = sandbox.open_temporary(None).unwrap();
    assert!(sandbox.tree().is_empty());
    assert_eq!(descriptor.write(b"unseen", 3), 6);
    assert_eq!(descriptor.read(100, 0), b"\0\0\0unseen");
    assert!(sandbox.owed().is_empty());
    drop(descriptor);
    assert!(sandbox.tree().is_empty());
}

#[test]
fn mkstemp_gives_the_descriptor_of_a_file_that_is_the_callers() {
    let sandbox = Sandbox::new();
    let (descriptor, path) = sandbox.mkstemp_descriptor(None).unwrap();
    assert_eq!(descriptor.write(b"seen", 0), 4);
    assert_eq!(fs::read(sandbox.host_path(&path)).unwrap(), b"seen");
    drop(descriptor);
    assert!(sandbox.cleanup().is_empty());
    assert!(sandbox.host_path(&path).exists());
}

#[test]
fn take_writes_what_waits_and_hands_the_file_over() {
    let sandbox = Sandbox::new();
    let anonymous = sandbox.temporary_file(None).unwrap();
    let named = sandbox.named_temporary_file(None).unwrap();
    let (made, _) = sandbox.mkstemp(None).unwrap();
    for file in [anonymous, named, made] {
        file.write(b"waits").unwrap();
        let descriptor = sandbox.take(&file).unwrap();
        assert_eq!(descriptor.stat().size, 5);
        assert_eq!(descriptor.read(100, 0), b"waits");
        assert_eq!(descriptor.write(b"!", 5), 1);
        drop(file);
        assert_eq!(descriptor.read(100, 0), b"waits!", "it is open still");
    }
    assert_eq!(names_in(sandbox.tmp()).len(), 1, "the file of mkstemp");
}

#[test]
fn a_file_that_was_taken_answers_as_after_detach() {
    let sandbox = Sandbox::new();
    let buffered = sandbox.named_temporary_file(None).unwrap();
    let unbuffered = FileOptions { buffering: Some(0), ..FileOptions::default() };
    let unbuffered = sandbox.temporary_file(Some(unbuffered)).unwrap();
    for file in [buffered, unbuffered] {
        let _descriptor = sandbox.take(&file).unwrap();
        let errors = [
            file.read(None).unwrap_err(),
            file.readline(None).unwrap_err(),
            file.readlines(None).unwrap_err(),
            file.write(b"x").unwrap_err(),
            file.writelines(&[]).unwrap_err(),
            file.seek(0, 0).unwrap_err(),
            file.tell().unwrap_err(),
            file.truncate(None).unwrap_err(),
            file.flush().unwrap_err(),
            file.enter().unwrap_err(),
            file.closed().unwrap_err(),
            file.mode().unwrap_err(),
            file.readable().unwrap_err(),
            file.isatty().unwrap_err(),
            sandbox.take(&file).unwrap_err(),
            file.close().unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error, value(DETACHED));
        }
    }
}

#[test]
fn the_duty_to_delete_stays_with_a_file_that_was_taken() {
    let ends: [fn(&Sandbox, host_tests::File<'_>); 4] = [
        |_, file| drop(file),
        |_, file| {
            // Without its stream, the file cannot be closed, but it is deleted all the same.
            file.close().unwrap_err();
        },
        |_, file| {
            file.exit().unwrap_err();
        },
        |sandbox, file| {
            sandbox.cleanup();
            drop(file);
        },
    ];
    for end in ends {
        let sandbox = Sandbox::new();
        let file = sandbox.named_temporary_file(None).unwrap();
        file.write(b"bytes").unwrap();
        let descriptor = sandbox.take(&file).unwrap();
        assert_eq!(sandbox.owed()[0].size, Some(5));
        end(&sandbox, file);
        assert!(sandbox.tree().is_empty());
        assert!(sandbox.owed().is_empty());
        assert_eq!(descriptor.read(100, 0), b"bytes");
    }
}

#[test]
fn cleanup_reports_no_leftover_for_a_file_that_was_taken_and_could_be_removed() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let _descriptor = sandbox.take(&file).unwrap();
    assert_eq!(sandbox.cleanup(), []);
    assert!(sandbox.tree().is_empty());
}

#[test]
fn a_file_that_was_taken_can_be_kept_or_moved() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let descriptor = sandbox.take(&file).unwrap();
    file.persist("/tmp/final").unwrap();
    drop(file);
    assert_eq!(descriptor.write(b"late", 0), 4);
    assert_eq!(fs::read(sandbox.tmp().join("final")).unwrap(), b"late");
}

#[test]
fn a_closed_file_cannot_be_taken() {
    let sandbox = Sandbox::new();
    let file = sandbox.temporary_file(None).unwrap();
    file.close().unwrap();
    // Python's detach raises this error on a closed file.
    assert_eq!(sandbox.take(&file).unwrap_err(), value("flush of closed file"));
}

#[test]
fn refusals_are_those_of_the_other_makers() {
    let sandbox = Sandbox::new();
    let error = sandbox.open_temporary(dir("/tmp/missing")).unwrap_err();
    assert_eq!(code_of(&error), Some(ErrorCode::NoEntry));
    let error = sandbox.mkstemp_descriptor(dir("/elsewhere")).unwrap_err();
    assert_eq!(code_of(&error), Some(ErrorCode::NotPermitted));
}
