//! Text files: every method in every mode, open, closed and detached; the reference's tables; and
//! the differences from Python.

use host_tests::script::differences;
use host_tests::{
    ErrorCode, FileOptions, NamedFileOptions, Sandbox, TextError, TextFile, TextOptions, lookup,
    os, place, unsupported, value,
};

/// The answers of CPython 3.13.0. The test `differential` checks that they still hold.
const METHODS: &str = include_str!("cpython/methods.txt");

/// The scripts of the reference's tables, with CPython's answers.
const TABLES: &str = include_str!("cpython/text.txt");

/// The surrogate U+D800 in WTF-8.
const SURROGATE: &[u8] = b"\xed\xa0\x80";

fn text<'a>(sandbox: &'a Sandbox, encoding: &str, errors: &str) -> TextFile<'a> {
    let options = FileOptions {
        encoding: Some(encoding.to_owned()),
        errors: Some(errors.to_owned()),
        ..FileOptions::default()
    };
    sandbox.temporary_text_file(Some(options)).unwrap()
}

#[test]
fn every_method_answers_as_in_cpython_whether_open_closed_or_detached() {
    let wrong =
        differences(METHODS, |made| made.contains("text-file") && !made.contains("spooled"));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_tables_of_the_reference_hold() {
    let wrong = differences(TABLES, |_| true);
    assert!(wrong.is_empty(), "{wrong}");
}

/// Expects the same as Python in a UTF-8 locale (`io.TextIOWrapper`).
#[test]
fn no_encoding_and_the_locales_are_utf_8() {
    let sandbox = Sandbox::new();
    for encoding in [None, Some("locale".to_owned())] {
        let options = FileOptions { encoding, ..FileOptions::default() };
        let file = sandbox.temporary_text_file(Some(options)).unwrap();
        assert_eq!(file.encoding(), "UTF-8");
        file.write("é").unwrap();
        file.flush().unwrap();
        let below = file.buffer().unwrap();
        below.seek(0, 0).unwrap();
        assert_eq!(below.read(None).unwrap(), "é".as_bytes());
    }
}

#[test]
fn a_lone_surrogate_is_no_string_and_the_position_stays_for_the_twin() {
    let sandbox = Sandbox::new();
    let file = text(&sandbox, "utf-8", "surrogatepass");
    assert_eq!(file.write_wtf8(SURROGATE).unwrap(), 1);
    assert_eq!(file.write("a\n").unwrap(), 2);
    file.seek(place(0), 0).unwrap();
    for _ in 0..2 {
        for error in [
            file.read(None).unwrap_err(),
            file.read(Some(1)).unwrap_err(),
            file.readline(None).unwrap_err(),
            file.readlines(None).unwrap_err(),
            file.next().unwrap_err(),
        ] {
            assert!(matches!(&error, TextError::Value(_)), "{error:?}");
        }
    }
    assert_eq!(file.read_wtf8(Some(1)).unwrap(), SURROGATE);
    assert_eq!(file.read(None).unwrap(), "a\n", "the rest is a string");
    file.seek(place(0), 0).unwrap();
    let line = [SURROGATE, b"a\n"].concat();
    assert_eq!(file.readline_wtf8(None).unwrap(), line);
    file.seek(place(0), 0).unwrap();
    assert_eq!(file.next_wtf8().unwrap(), Some(line));
    assert_eq!(file.next_wtf8().unwrap(), None);
}

#[test]
fn what_is_no_wtf8_is_refused_and_nothing_of_it_written() {
    let sandbox = Sandbox::new();
    let file = text(&sandbox, "utf-8", "surrogatepass");
    for bytes in [&b"a\xff"[..], b"\xc3", b"\xed\xa0", b"\xf4\x90\x80\x80", b"\xc0\x80"] {
        assert!(matches!(file.write_wtf8(bytes), Err(TextError::Value(_))), "{bytes:?}");
    }
    file.seek(place(0), 0).unwrap();
    assert_eq!(file.read(None).unwrap(), "");
}

#[test]
fn encodings_and_handlers_that_are_not_built_in_are_unknown() {
    let sandbox = Sandbox::new();
    for encoding in ["gbk", "shift_jis", "big5", "euc-kr", "utf-7", "idna", "punycode"] {
        let options =
            Some(FileOptions { encoding: Some(encoding.to_owned()), ..FileOptions::default() });
        let error = sandbox.temporary_text_file(options).unwrap_err();
        assert_eq!(error, lookup(&format!("unknown encoding: {encoding}")));
    }
    let file = text(&sandbox, "ascii", "namereplace");
    assert_eq!(file.write("a").unwrap(), 1);
    let error = file.write("\u{20ac}").unwrap_err();
    assert_eq!(error, lookup("unknown error handler name 'namereplace'"));
}

#[test]
fn a_mode_of_the_other_kind_is_unsupported() {
    let sandbox = Sandbox::new();
    let with =
        |mode: &str| Some(FileOptions { mode: Some(mode.to_owned()), ..FileOptions::default() });
    let error = sandbox.temporary_text_file(with("w+b")).unwrap_err();
    assert!(matches!(error, TextError::Unsupported(_)), "{error:?}");
    let error = sandbox.temporary_file(with("w+")).unwrap_err();
    assert!(matches!(error, host_tests::Error::Unsupported(_)), "{error:?}");
}

#[test]
fn an_unbuffered_file_cannot_be_wrapped_but_reopened() {
    let sandbox = Sandbox::new();
    let options = NamedFileOptions { buffering: Some(0), ..NamedFileOptions::default() };
    let raw = sandbox.named_temporary_file(Some(options)).unwrap();
    let error = raw.wrap(None).unwrap_err();
    assert_eq!(error, value("can't have unbuffered text I/O").into());
    raw.write(b"caf\xe9").unwrap();
    let buffered = raw.reopen(None, None).unwrap();
    let latin1 = TextOptions { encoding: Some("latin-1".to_owned()), ..TextOptions::default() };
    let text = buffered.wrap(Some(&latin1)).unwrap();
    assert_eq!(text.read(None).unwrap(), "caf\u{e9}");
}

#[test]
fn the_binary_file_below_is_shared_and_ends_with_the_text() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_text_file(None).unwrap();
    let path = sandbox.host_path(&file.name().unwrap());
    let below = file.buffer().unwrap();
    file.write("abc").unwrap();
    assert_eq!(below.tell().unwrap(), 0, "text waits above the binary file");
    file.flush().unwrap();
    assert_eq!(below.tell().unwrap(), 3);
    drop(below);
    file.write("d").unwrap();
    let below = file.buffer().unwrap();
    let kept = below.keep().unwrap();
    assert_eq!(Some(kept), file.name());
    drop(file);
    assert_eq!(below.closed(), Ok(true));
    assert_eq!(std::fs::read(path).unwrap(), b"abcd");
}

#[test]
fn after_next_and_flush_the_place_is_the_right_one() {
    // While `next` disables `tell`, CPython does not keep the positions. `flush` enables `tell`
    // again.
    let sandbox = Sandbox::new();
    let file = text(&sandbox, "utf-8", "strict");
    file.write("a\nb\nc\r").unwrap();
    file.seek(place(0), 0).unwrap();
    assert_eq!(file.next().unwrap(), Some("a\n".to_owned()));
    // The OSError of CPython has no number.
    let disabled = os(ErrorCode::Unnumbered, "telling position disabled by next() call");
    assert_eq!(file.tell().unwrap_err(), disabled.into());
    assert_eq!(file.next().unwrap(), Some("b\n".to_owned()));
    file.flush().unwrap();
    let third = file.tell().unwrap();
    assert_eq!(file.read(None).unwrap(), "c\n");
    file.seek(third, 0).unwrap();
    assert_eq!(file.read(None).unwrap(), "c\n");
}

#[test]
fn tell_forgets_no_line_ends() {
    // To find the position, CPython's `tell` decodes again, and starts without any line ends.
    let sandbox = Sandbox::new();
    let file = text(&sandbox, "utf-8", "strict");
    let below = file.buffer().unwrap();
    below.write(b"a\r\nb\nc").unwrap();
    file.seek(place(0), 0).unwrap();
    assert_eq!(file.read(Some(1)).unwrap(), "a");
    let seen = file.newlines().unwrap();
    assert_eq!(seen, ["\n", "\r\n"]);
    file.tell().unwrap();
    assert_eq!(file.newlines().unwrap(), seen);
}

#[test]
fn no_text_file_rolls_over_but_a_spooled_one() {
    let sandbox = Sandbox::new();
    let error = text(&sandbox, "utf-8", "strict").rollover().unwrap_err();
    assert_eq!(error, unsupported("rollover").into());
}

/// A text of three lines. The third contains half of a surrogate pair.
const HALVED: &[u8] = b"one\ntwo\nth\xffree\nfour";

#[test]
fn readlines_that_meets_a_surrogate_leaves_every_line_to_be_read() {
    let sandbox = Sandbox::new();
    let file = text(&sandbox, "utf-8", "surrogateescape");
    file.buffer().unwrap().write(HALVED).unwrap();
    for (skipped, hint) in [(0, None), (1, None), (0, Some(5)), (0, Some(100))] {
        file.seek(place(0), 0).unwrap();
        for _ in 0..skipped {
            assert_eq!(file.readline(None).unwrap(), "one\n");
        }
        let before = file.tell().unwrap();
        let read = file.readlines(hint);
        if hint == Some(5) {
            assert_eq!(read.unwrap(), ["one\n", "two\n"]);
            continue;
        }
        assert!(matches!(read.unwrap_err(), TextError::Value(_)));
        assert_eq!(file.tell().unwrap(), before);
        let rest = file.read_wtf8(None).unwrap();
        let all = b"one\ntwo\nth\xed\xb3\xbfree\nfour";
        assert_eq!(rest, &all[skipped * 4..]);
    }
}

#[test]
fn readlines_far_into_a_long_text_goes_back_over_all_that_it_read() {
    let sandbox = Sandbox::new();
    let file = text(&sandbox, "utf-8", "surrogateescape");
    let mut bytes = "a line of text\n".repeat(5000).into_bytes();
    bytes.extend(HALVED);
    file.buffer().unwrap().write(&bytes).unwrap();
    file.seek(place(0), 0).unwrap();
    assert_eq!(file.read(Some(20)).unwrap(), "a line of text\na lin");
    assert!(matches!(file.readlines(None).unwrap_err(), TextError::Value(_)));
    assert_eq!(file.readline(None).unwrap(), "e of text\n");
    assert_eq!(file.readlines_wtf8(None).unwrap().len(), 5000 - 2 + 4);
}

#[test]
fn lines_with_surrogates_have_their_twins() {
    let sandbox = Sandbox::new();
    let file = text(&sandbox, "utf-8", "surrogateescape");
    let lines: [&[u8]; 3] = [b"one\n", b"th\xed\xb3\xbfree\n", b"end"];
    file.writelines_wtf8(&lines).unwrap();
    file.seek(place(0), 0).unwrap();
    assert_eq!(file.readlines_wtf8(None).unwrap(), lines);
    file.seek(place(0), 0).unwrap();
    assert_eq!(file.readlines_wtf8(Some(3)).unwrap(), lines[..1]);
    assert_eq!(file.buffer().unwrap().seek(0, 2).unwrap(), 4 + 7 + 3);
    // A text that is not WTF-8 is refused, and the items before it are written.
    let error = file.writelines_wtf8(&[b"fine", b"\xff", b"never"]).unwrap_err();
    assert_eq!(error, value("not WTF-8").into());
    file.seek(place(0), 0).unwrap();
    assert!(file.read_wtf8(None).unwrap().ends_with(b"endfine"));
}
