//! The end of a file below a text file, and reads that fail without moving the position.

use std::fs;

use host_tests::{
    Cookie, DecoderState, ErrorCode, File, FileOptions, NamedFileOptions, Sandbox,
    SpooledFileOptions, TextError, TextFile, TextOptions, in_dir, names_in, place,
};

fn named(delete: bool, delete_on_close: bool) -> Option<NamedFileOptions> {
    let (delete, delete_on_close) = (Some(delete), Some(delete_on_close));
    Some(NamedFileOptions { delete, delete_on_close, ..NamedFileOptions::default() })
}

fn no_memory<T: std::fmt::Debug>(outcome: Result<T, TextError>) {
    match outcome.unwrap_err() {
        TextError::Os(error) => assert_eq!(error.code, ErrorCode::InsufficientMemory),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_detach_returned_is_closed_by_its_own_close_and_by_dropping_it() {
    type End = fn(File<'_>);
    let ends: [End; 2] = [|file| file.close().unwrap(), |file| drop(file)];
    for end in ends {
        for closes_text in [false, true] {
            let sandbox = Sandbox::new();
            let text = sandbox.named_temporary_text_file(named(false, true)).unwrap();
            let path = sandbox.host_path(&text.name().unwrap());
            let shared = text.buffer().unwrap();
            let detached = text.detach().unwrap();
            if closes_text {
                text.close().unwrap_err();
            }
            drop(shared);
            detached.write(b"precious").unwrap();
            end(detached);
            // In CPython 3.13 the buffer is closed here, whatever happened to the text file.
            assert_eq!(fs::read(&path).unwrap(), b"precious");
            assert!(sandbox.unclosed().is_empty());
            drop(text);
            assert!(path.exists(), "delete is false");
        }
    }
}

#[test]
fn what_detach_returned_outlives_the_text_file() {
    let sandbox = Sandbox::new();
    let text = sandbox.named_temporary_text_file(named(false, true)).unwrap();
    let path = sandbox.host_path(&text.name().unwrap());
    let detached = text.detach().unwrap();
    drop(text);
    detached.write(b"precious").unwrap();
    drop(detached);
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert!(sandbox.unclosed().is_empty());
}

#[test]
fn the_duty_to_delete_stays_with_a_text_file_that_was_detached() {
    let sandbox = Sandbox::new();
    let text = sandbox.named_temporary_text_file(None).unwrap();
    let path = sandbox.host_path(&text.name().unwrap());
    let detached = text.detach().unwrap();
    detached.write(b"x").unwrap();
    detached.close().unwrap();
    assert!(path.exists());
    assert_eq!(sandbox.owed().len(), 1);
    drop(text);
    assert!(!path.exists());
    assert!(sandbox.owed().is_empty());
}

#[test]
fn a_text_file_that_wraps_another_closes_it_and_decides_nothing() {
    type End = fn(TextFile<'_>);
    let ends: [End; 3] =
        [|text| drop(text), |text| text.exit().unwrap(), |text| text.close().unwrap()];
    for end in ends {
        let sandbox = Sandbox::new();
        let file = sandbox.named_temporary_file(named(true, false)).unwrap();
        let path = sandbox.host_path(&file.name().unwrap());
        let text = file.wrap(None).unwrap();
        text.write("data").unwrap();
        end(text);
        assert!(file.closed().unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"data", "CPython 3.13: until the file's own exit");
        file.exit().unwrap();
        assert!(!path.exists());
    }
}

#[test]
fn a_wrapped_file_goes_with_its_last_handle_though_the_detached_text_file_lives() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let text = file.wrap(Some(&TextOptions::default())).unwrap();
    let detached = text.detach().unwrap();
    drop(file);
    assert_eq!(names_in(sandbox.tmp()).len(), 1);
    drop(detached);
    assert!(names_in(sandbox.tmp()).is_empty());
    drop(text);
}

#[test]
fn a_spool_without_a_buffer_on_the_disk_is_not_wrapped() {
    let sandbox = Sandbox::new();
    let options = SpooledFileOptions { buffering: Some(0), ..SpooledFileOptions::default() };
    let file = sandbox.spooled_temporary_file(Some(options)).unwrap();
    let refused = TextError::Value("can't have unbuffered text I/O".to_owned());
    assert_eq!(file.wrap(None).map(|_| ()).unwrap_err(), refused);
    file.write(b"still there").unwrap();
}

#[test]
fn a_refused_take_leaves_what_is_in_memory() {
    let sandbox = Sandbox::new();
    let text = sandbox.spooled_temporary_text_file(None).unwrap();
    text.write("precious").unwrap();
    let detached = text.detach().unwrap();
    if sandbox.take(&detached).is_err() {
        detached.seek(0, 0).unwrap();
        assert_eq!(detached.read(None).unwrap(), b"precious");
    }
}

#[test]
fn a_read_that_fits_no_memory_is_an_error_and_the_place_stays() {
    let sandbox = Sandbox::builder().tmp("/tmp").memory_limit(24 << 20).start();
    let text = sandbox.named_temporary_text_file(None).unwrap();
    let path = sandbox.host_path(&text.name().unwrap());
    let long = ["x".repeat(100) + "\n", "a".repeat(40 << 20)].concat();
    fs::write(path, long).unwrap();
    text.readline(None).unwrap();
    let before = text.tell().unwrap();
    assert_eq!(before, place(101));
    no_memory(text.readline(None));
    assert_eq!(text.tell().unwrap(), before);
    no_memory(text.read(Some(30 << 20)));
    assert_eq!(text.tell().unwrap(), before);
    no_memory(text.next());
    assert_eq!(text.tell().unwrap(), before);
    no_memory(text.read(None));
    assert_eq!(text.read(Some(3)).unwrap(), "aaa");
}

#[test]
fn no_cookie_and_no_number_of_lines_ends_the_instance() {
    let sandbox = Sandbox::builder().tmp("/tmp").memory_limit(64 << 20).start();
    let text = sandbox.named_temporary_text_file(None).unwrap();
    let path = sandbox.host_path(&text.name().unwrap());
    fs::write(&path, "a".repeat(20 << 20)).unwrap();
    let state =
        DecoderState { flags: 0, bytes_to_feed: u32::MAX, chars_to_skip: 5, need_eof: false };
    // The allocator decides if this fits. The file must stay usable in both cases.
    let _ = text.seek(Cookie { position: 0, decoder: Some(state) }, 0);
    text.seek(place(0), 0).unwrap();
    assert_eq!(text.read(Some(2)).unwrap(), "aa");
    text.seek(place(0), 0).unwrap();
    fs::write(&path, "\n".repeat(1_300_000)).unwrap();
    let _ = text.readlines(None);
    text.seek(place(0), 0).unwrap();
    assert_eq!(text.readline(None).unwrap(), "\n");
}

#[test]
fn text_that_memory_cannot_take_still_moves_to_the_disk() {
    let sandbox = Sandbox::builder().tmp("/tmp").memory_limit(16 << 20).start();
    sandbox.gettempdir().unwrap();
    let text = sandbox.spooled_temporary_text_file(None).unwrap();
    let piece = "é".repeat(5_000);
    let mut written = 0;
    while let Ok(characters) = text.write(&piece) {
        written += characters;
    }
    text.rollover().unwrap();
    text.seek(place(0), 0).unwrap();
    let mut read = 0;
    loop {
        let part = text.read(Some(100_000)).unwrap();
        if part.is_empty() {
            break;
        }
        assert!(part.chars().all(|character| character == 'é'));
        read += part.chars().count();
    }
    let read = u64::try_from(read).unwrap();
    assert!(read == written || read == written + 5_000, "{read} of {written}");
}

#[test]
fn text_for_a_place_that_no_file_has_is_an_error_once() {
    let sandbox = Sandbox::new();
    let text = sandbox.temporary_text_file(None).unwrap();
    text.write("hello").unwrap();
    text.seek(place(i64::MAX - 1), 0).unwrap();
    text.write("abc").unwrap();
    let Err(TextError::Os(error)) = text.flush() else { panic!("write(2): EFBIG") };
    assert_eq!(error.code, ErrorCode::FileTooLarge);
    text.seek(place(0), 0).unwrap();
    assert_eq!(text.read(None).unwrap(), "hello");
}

#[test]
fn cleanup_needs_no_memory() {
    let sandbox = Sandbox::builder().tmp("/tmp").memory_limit(8 << 20).start();
    let files: Vec<_> = (0..300).map(|_| sandbox.named_temporary_file(None).unwrap()).collect();
    let spool = sandbox.spooled_temporary_file(None).unwrap();
    let mut piece = 1 << 20;
    while piece > 0 {
        if spool.write(&vec![0; piece]).is_err() {
            piece /= 2;
        }
    }
    assert!(sandbox.cleanup().is_empty());
    assert!(names_in(sandbox.tmp()).is_empty());
    drop(files);
}

#[test]
fn telling_every_place_of_a_long_file_costs_the_same_for_each() {
    let fuel = |lines: usize| {
        let sandbox = Sandbox::builder().tmp("/tmp").fuel(u64::MAX).start();
        let options = FileOptions { encoding: Some("latin-1".to_owned()), ..in_dir("/tmp").into() };
        let text = sandbox.temporary_text_file(Some(options)).unwrap();
        text.write(&"0123456789abcd\u{e9}\n".repeat(lines)).unwrap();
        text.seek(place(0), 0).unwrap();
        let before = sandbox.fuel_left();
        for _ in 0..lines {
            text.readline(None).unwrap();
            text.tell().unwrap();
        }
        (before - sandbox.fuel_left()) / u64::try_from(lines).unwrap()
    };
    let (short, long) = (fuel(1_000), fuel(8_000));
    assert!(long <= short + short / 10, "{short} a line of a short file, {long} of a long one");
    assert!(long < 300_000, "{long}: a few passes over what is read ahead");
}
