//! Hosts with faults: without room, with short writes, or without unlinking of open files.

use std::fs;

use host_tests::{ErrorCode, Faults, FileOptions, NamedFileOptions, Sandbox, names_in, os, os_at};

fn full() -> host_tests::Error {
    os(ErrorCode::InsufficientSpace, "No space left on device")
}

fn with_space(space: u64) -> Faults {
    Faults { space: Some(space), ..Faults::default() }
}

fn with_refused_unlinks(refused_unlinks: u32) -> Faults {
    Faults { refused_unlinks, ..Faults::default() }
}

/// Starts a sandbox and searches the default directory, so that faults only meet the tested call.
fn warm() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.gettempdir().unwrap();
    sandbox
}

fn unbuffered() -> Option<NamedFileOptions> {
    Some(NamedFileOptions { buffering: Some(0), ..NamedFileOptions::default() })
}

#[test]
fn an_anonymous_file_that_cannot_be_unlinked_while_open_goes_at_its_end() {
    type End = fn(&Sandbox, host_tests::File<'_>);
    let ends: [End; 4] = [
        |_, file| file.close().unwrap(),
        |_, file| file.exit().unwrap(),
        |_, file| drop(file),
        |sandbox, _file| assert!(sandbox.cleanup().is_empty()),
    ];
    for end in ends {
        let sandbox = warm();
        sandbox.set_faults(with_refused_unlinks(1));
        let file = sandbox.temporary_file(None).unwrap();
        assert_eq!(file.name(), None, "the file has no name");
        assert_eq!(names_in(sandbox.tmp()).len(), 1);
        assert_eq!(sandbox.owed().len(), 1);
        file.write(b"works").unwrap();
        file.seek(0, 0).unwrap();
        assert_eq!(file.read(None).unwrap(), b"works");
        end(&sandbox, file);
        assert!(names_in(sandbox.tmp()).is_empty());
        assert!(sandbox.owed().is_empty());
    }
}

#[test]
fn a_file_that_cannot_be_unlinked_even_when_closed_is_an_error_and_still_owed() {
    let sandbox = warm();
    sandbox.set_faults(with_refused_unlinks(2));
    let file = sandbox.temporary_file(None).unwrap();
    let path = sandbox.owed().remove(0).path;
    let busy = os_at(ErrorCode::Busy, "Device or resource busy", &path);
    assert_eq!(file.close().unwrap_err(), busy);
    assert!(file.closed().unwrap());
    assert_eq!(sandbox.owed().len(), 1);
    drop(file);
    assert!(names_in(sandbox.tmp()).is_empty());
}

#[test]
fn a_descriptor_is_not_handed_out_where_its_name_would_stay() {
    let sandbox = warm();
    sandbox.set_faults(with_refused_unlinks(1));
    assert!(sandbox.open_temporary(None).is_err());
    assert!(names_in(sandbox.tmp()).is_empty());
}

#[test]
fn what_a_full_filesystem_did_not_take_waits_until_it_does() {
    let sandbox = warm();
    let file = sandbox.named_temporary_file(None).unwrap();
    let text: Vec<u8> = (0..=255).collect();
    file.write(&text).unwrap();
    sandbox.set_faults(with_space(10));
    assert_eq!(file.flush().unwrap_err(), full());
    assert_eq!(file.tell().unwrap(), 256);
    sandbox.set_faults(Faults::default());
    file.flush().unwrap();
    assert_eq!(fs::read(sandbox.host_path(&file.name().unwrap())).unwrap(), text);
}

#[test]
fn a_close_that_finds_no_room_closes_and_deletes_and_says_so() {
    let sandbox = warm();
    let file = sandbox.named_temporary_file(None).unwrap();
    file.write(b"waits").unwrap();
    sandbox.set_faults(with_space(0));
    assert_eq!(file.close().unwrap_err(), full());
    assert!(file.closed().unwrap());
    assert!(names_in(sandbox.tmp()).is_empty());
    file.close().unwrap();
}

#[test]
fn an_exit_that_finds_no_room_deletes_and_says_so() {
    let sandbox = warm();
    let file = sandbox.named_temporary_file(None).unwrap();
    file.write(b"waits").unwrap();
    sandbox.set_faults(with_space(0));
    assert_eq!(file.exit().unwrap_err(), full());
    assert!(file.closed().unwrap());
    assert!(names_in(sandbox.tmp()).is_empty());
}

#[test]
fn text_that_a_full_filesystem_did_not_take_waits_until_it_does() {
    let sandbox = warm();
    let file = sandbox.named_temporary_text_file(None).unwrap();
    file.write("waits").unwrap();
    sandbox.set_faults(with_space(2));
    assert_eq!(file.flush().unwrap_err(), full().into());
    sandbox.set_faults(Faults::default());
    file.flush().unwrap();
    assert_eq!(fs::read(sandbox.host_path(&file.name().unwrap())).unwrap(), b"waits");
}

#[test]
fn a_move_that_finds_no_room_leaves_the_file_owed() {
    let sandbox = warm();
    let file = sandbox.named_temporary_file(None).unwrap();
    file.write(b"waits").unwrap();
    sandbox.set_faults(with_space(0));
    assert_eq!(file.persist("/tmp/final").unwrap_err(), full());
    assert_eq!(sandbox.owed().len(), 1);
    sandbox.set_faults(Faults::default());
    file.persist("/tmp/final").unwrap();
    assert_eq!(fs::read(sandbox.tmp().join("final")).unwrap(), b"waits");
}

#[test]
fn an_unbuffered_write_tells_how_much_was_taken() {
    let sandbox = warm();
    let file = sandbox.named_temporary_file(unbuffered()).unwrap();
    sandbox.set_faults(with_space(10));
    assert_eq!(file.write(&[7; 100]).unwrap(), 10);
    assert_eq!(file.tell().unwrap(), 10);
    assert_eq!(file.write(&[7; 90]).unwrap_err(), full());
    assert_eq!(file.tell().unwrap(), 10);
}

#[test]
fn a_host_that_takes_little_at_a_time_gets_everything() {
    let bytes: Vec<u8> = (0..30_000).map(|number: u32| number.to_le_bytes()[0]).collect();
    for buffering in [0, 100, -1] {
        let sandbox = warm();
        sandbox.set_faults(Faults { longest_write: Some(7), ..Faults::default() });
        let options = FileOptions { buffering: Some(buffering), ..FileOptions::default() };
        let file = sandbox.temporary_file(Some(options)).unwrap();
        file.writelines(&[&bytes[..10], &bytes[10..29_000], &bytes[29_000..]]).unwrap();
        file.seek(0, 0).unwrap();
        assert_eq!(file.read(None).unwrap(), bytes);
    }
}

#[test]
fn a_host_that_takes_nothing_is_an_error_and_no_endless_loop() {
    let sandbox = warm();
    sandbox.set_faults(Faults { longest_write: Some(0), ..Faults::default() });
    let file = sandbox.temporary_file(None).unwrap();
    file.write(b"waits").unwrap();
    let error = os(ErrorCode::Io, "Input/output error");
    assert_eq!(file.flush().unwrap_err(), error);
    assert_eq!(file.write(&[7; 10_000]).unwrap_err(), error);
}

#[test]
fn a_directory_without_room_is_no_default_directory_and_keeps_no_probe() {
    let sandbox = Sandbox::new();
    sandbox.set_faults(with_space(0));
    assert!(sandbox.gettempdir().is_err());
    assert!(names_in(sandbox.tmp()).is_empty());
    sandbox.set_faults(Faults::default());
    assert_eq!(sandbox.gettempdir().unwrap(), "/tmp");
}

#[test]
fn entries_that_vanish_while_they_are_listed_are_no_error() {
    let sandbox = warm();
    let directory = sandbox.temporary_directory(None).unwrap();
    let host = sandbox.host_path(&directory.name());
    for number in 0..10 {
        fs::write(host.join(number.to_string()), "").unwrap();
    }
    sandbox.set_faults(Faults { vanished_entries: 3, ..Faults::default() });
    directory.cleanup().unwrap();
    assert!(names_in(sandbox.tmp()).is_empty());
}

#[test]
fn what_wasi_has_no_code_for_arrives_as_io() {
    use wasmtime_wasi::p2::FsError;
    use wasmtime_wasi::p2::bindings::filesystem::types::ErrorCode as Wasi;
    // On Linux, EMFILE is 24 and EROFS is 30.
    for number in [24, 30] {
        let error = FsError::from(std::io::Error::from_raw_os_error(number));
        assert!(matches!(error.downcast_ref(), Some(Wasi::Io)), "{error:?}");
    }
}

#[test]
fn a_read_that_is_refused_leaves_the_place_in_a_text_however_often_it_is() {
    use host_tests::place;
    for refused_reads in 1..4 {
        let sandbox = warm();
        let file = sandbox.temporary_text_file(None).unwrap();
        let line = "a line of text\n";
        file.write(&line.repeat(2000)).unwrap();
        file.seek(place(0), 0).unwrap();
        assert_eq!(file.read(Some(1)).unwrap(), "a");
        sandbox.set_faults(Faults { refused_reads, ..Faults::default() });
        for _ in 0..refused_reads {
            file.read(Some(20_000)).unwrap_err();
        }
        assert_eq!(file.read(Some(14)).unwrap(), &line[1..]);
        assert_eq!(file.read(None).unwrap(), line.repeat(1999));
    }
}
