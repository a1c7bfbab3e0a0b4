//! Binary files. Every method in every mode, open, closed and detached, is compared with outcomes
//! recorded from CPython. Other tests are about modes, buffering and lines.

use host_tests::script::differences;
use host_tests::{
    Error, ErrorCode, File, FileOptions, NamedFileOptions, Sandbox, unsupported, value,
};

/// The answers of CPython 3.13.0. The test `differential` checks that they still hold.
const METHODS: &str = include_str!("cpython/methods.txt");

/// The scripts of the reference's tables, with CPython's answers.
const TABLES: &str = include_str!("cpython/binary.txt");

fn opened<'a>(sandbox: &'a Sandbox, mode: &str, buffering: &str) -> File<'a> {
    let options = FileOptions {
        mode: Some(mode.to_owned()),
        buffering: Some(buffering.parse().unwrap()),
        ..FileOptions::default()
    };
    sandbox.temporary_file(Some(options)).unwrap()
}

#[test]
fn every_method_answers_as_in_cpython_whether_open_closed_or_detached() {
    let wrong =
        differences(METHODS, |made| !made.contains("text-file") && !made.contains("spooled"));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_tables_of_the_reference_hold() {
    let wrong = differences(TABLES, |_| true);
    assert!(wrong.is_empty(), "{wrong}");
}

fn wrong_mode(mode: &str, buffering: Option<i32>) -> Error {
    let sandbox = Sandbox::new();
    let mode = Some(mode.to_owned());
    let file = FileOptions { mode: mode.clone(), buffering, ..FileOptions::default() };
    let named = NamedFileOptions { mode, buffering, ..NamedFileOptions::default() };
    let error = sandbox.temporary_file(Some(file)).unwrap_err();
    assert_eq!(sandbox.named_temporary_file(Some(named)).unwrap_err(), error);
    assert_eq!(sandbox.tempdir(), None, "it was refused before anything was made");
    error
}

#[test]
fn a_wrong_mode_is_refused_in_pythons_words() {
    const ONE: &str = "Must have exactly one of create/read/write/append mode and at most one plus";
    const MANY: &str = "must have exactly one of create/read/write/append mode";
    for (mode, text) in [
        ("", ONE),
        ("b", ONE),
        ("+", ONE),
        ("+b", ONE),
        ("z", "invalid mode: 'z'"),
        ("U", "invalid mode: 'U'"),
        ("rU", "invalid mode: 'rU'"),
        ("W", "invalid mode: 'W'"),
        ("w+b+", "invalid mode: 'w+b+'"),
        ("rr", "invalid mode: 'rr'"),
        (" wb", "invalid mode: ' wb'"),
        ("wbt", "can't have text and binary mode at once"),
        ("tbz", "invalid mode: 'tbz'"),
        ("rwb", MANY),
        ("xab", MANY),
        ("w\0b", "embedded null character"),
    ] {
        assert_eq!(wrong_mode(mode, None), value(text), "{mode:?}");
    }
}

#[test]
fn a_binary_file_takes_no_parameter_of_text() {
    let sandbox = Sandbox::new();
    let some = |text: &str| Some(text.to_owned());
    for (encoding, errors, newline, name) in [
        (some("utf-8"), None, None, "an encoding"),
        (some(""), some(""), some(""), "an encoding"),
        (None, some("strict"), some("\n"), "an errors"),
        (None, None, some(""), "a newline"),
    ] {
        let options = FileOptions { encoding, errors, newline, ..FileOptions::default() };
        let expected = value(&format!("binary mode doesn't take {name} argument"));
        assert_eq!(sandbox.temporary_file(Some(options)).unwrap_err(), expected);
    }
}

#[test]
fn a_buffer_holds_what_was_asked_for() {
    let sandbox = Sandbox::new();
    for (buffering, holds) in [
        (None, 8192),
        (Some(-1), 8192),
        (Some(-7), 8192),
        (Some(1), 8192),
        (Some(2), 2),
        (Some(100), 100),
        (Some(100_000), 100_000),
    ] {
        let options = NamedFileOptions { buffering, ..NamedFileOptions::default() };
        let file = sandbox.named_temporary_file(Some(options)).unwrap();
        let host = sandbox.host_path(&file.name().unwrap());
        let written = || std::fs::metadata(&host).unwrap().len();
        (0..holds).for_each(|_| assert_eq!(file.write(b"x").unwrap(), 1));
        assert_eq!(written(), 0, "{buffering:?}");
        file.write(b"x").unwrap();
        assert_eq!(written(), holds, "{buffering:?}");
    }
    let options = NamedFileOptions { buffering: Some(0), ..NamedFileOptions::default() };
    let file = sandbox.named_temporary_file(Some(options)).unwrap();
    file.write(b"x").unwrap();
    assert_eq!(std::fs::metadata(sandbox.host_path(&file.name().unwrap())).unwrap().len(), 1);
}

#[test]
fn a_huge_buffer_costs_nothing_until_it_is_filled() {
    let sandbox = Sandbox::new();
    let memory = sandbox.memory();
    let options = FileOptions { buffering: Some(i32::MAX), ..FileOptions::default() };
    let file = sandbox.temporary_file(Some(options)).unwrap();
    file.write(b"x").unwrap();
    assert_eq!(file.seek(0, 0).unwrap(), 0);
    assert_eq!(file.read(Some(1)).unwrap(), b"x");
    assert!(sandbox.memory() - memory <= 1 << 20);
}

#[test]
fn the_letter_of_the_mode_sets_the_direction_only() {
    let sandbox = Sandbox::new();
    for mode in ["w+b", "r+b", "x+b", "a+b"] {
        for buffering in ["0", "-1"] {
            let file = opened(&sandbox, mode, buffering);
            assert_eq!(file.write(b"abc").unwrap(), 3);
            file.seek(0, 0).unwrap();
            // The mode `a` does not append: it acts like the others.
            assert_eq!(file.write(b"Z").unwrap(), 1);
            file.seek(0, 0).unwrap();
            assert_eq!(file.read(None).unwrap(), b"Zbc", "{mode}");
        }
    }
}

#[test]
fn lines_end_with_their_feed_and_the_last_one_may_lack_it() {
    let sandbox = Sandbox::new();
    for buffering in ["0", "-1", "2", "5"] {
        let file = opened(&sandbox, "w+b", buffering);
        file.writelines(&[b"one\n", b"", b"two", b"\r\nthree\n\n", b"end"]).unwrap();
        file.seek(0, 0).unwrap();
        let lines: Vec<&[u8]> = vec![b"one\n", b"two\r\n", b"three\n", b"\n", b"end"];
        assert_eq!(file.readlines(None).unwrap(), lines, "{buffering}");
        file.seek(0, 0).unwrap();
        for line in &lines {
            assert_eq!(file.readline(None).unwrap(), *line);
        }
        assert_eq!(file.readline(None).unwrap(), b"");
        file.seek(0, 0).unwrap();
        assert_eq!(file.readline(Some(2)).unwrap(), b"on");
        assert_eq!(file.readline(Some(0)).unwrap(), b"");
        assert_eq!(file.readline(Some(2)).unwrap(), b"e\n");
        assert_eq!(file.readline(Some(-5)).unwrap(), b"two\r\n");
        assert_eq!(file.readline(Some(100)).unwrap(), b"three\n");
        assert_eq!(file.tell().unwrap(), 15);
    }
}

#[test]
fn a_hint_stops_after_the_line_that_passes_it() {
    let sandbox = Sandbox::new();
    // Every line has four bytes. CPython gives 1 line for 3, 2 for 4, and 3 for 8.
    for buffering in ["0", "-1"] {
        let file = opened(&sandbox, "w+b", buffering);
        file.write(&b"abc\n".repeat(10)).unwrap();
        for (hint, lines) in [(3, 1), (4, 2), (8, 3), (0, 10), (-1, 10), (1000, 10)] {
            file.seek(0, 0).unwrap();
            assert_eq!(file.readlines(Some(hint)).unwrap().len(), lines, "{hint}");
        }
    }
}

#[test]
fn a_long_line_is_read_whole() {
    let sandbox = Sandbox::new();
    for buffering in ["0", "-1"] {
        let file = opened(&sandbox, "w+b", buffering);
        let line = [vec![b'x'; 100_000], vec![b'\n']].concat();
        file.write(&line).unwrap();
        file.write(b"rest").unwrap();
        file.seek(0, 0).unwrap();
        assert_eq!(file.readline(None).unwrap(), line);
        assert_eq!(file.tell().unwrap(), 100_001);
        assert_eq!(file.readline(None).unwrap(), b"rest");
    }
}

#[test]
fn peek_and_read1_show_the_buffer() {
    let sandbox = Sandbox::new();
    let file = opened(&sandbox, "w+b", "10");
    file.write(b"0123456789abcdef").unwrap();
    file.seek(0, 0).unwrap();
    assert_eq!(file.peek().unwrap(), b"0123456789");
    assert_eq!(file.tell().unwrap(), 0);
    assert_eq!(file.read1(Some(4)).unwrap(), b"0123");
    assert_eq!(file.read1(Some(1)).unwrap(), b"4");
    // A file that is also open for writing forgets the bytes read ahead, and reads them again.
    assert_eq!(file.peek().unwrap(), b"56789abcde");
    assert_eq!(file.read1(None).unwrap(), b"56789abcde");
    assert_eq!(file.read1(Some(0)).unwrap(), b"");
    assert_eq!(file.read1(Some(-1)).unwrap(), b"f");
    assert_eq!(file.read1(None).unwrap(), b"");
    assert_eq!(file.peek().unwrap(), b"");
    let raw = opened(&sandbox, "w+b", "0");
    assert_eq!(raw.peek().unwrap_err(), unsupported("peek"));
    assert_eq!(raw.read1(None).unwrap_err(), unsupported("read1"));
    assert_eq!(raw.detach().unwrap_err(), unsupported("detach"));
}

#[test]
fn lines_that_fit_no_memory_are_an_error_and_the_file_stays_usable() {
    let sandbox = Sandbox::builder().tmp("/tmp").memory_limit(32 << 20).start();
    for buffering in ["0", "-1"] {
        let file = opened(&sandbox, "w+b", buffering);
        for _ in 0..32 {
            file.write(&[b'\n'; 100_000]).unwrap();
        }
        file.seek(5, 0).unwrap();
        let refused = host_tests::os(ErrorCode::InsufficientMemory, "Cannot allocate memory");
        assert_eq!(file.readlines(None).unwrap_err(), refused);
        assert_eq!(file.tell().unwrap(), 5, "the position stays");
        assert_eq!(file.readlines(Some(2)).unwrap().len(), 3);
        assert_eq!(file.read(Some(40 << 20)).unwrap().len(), 3_200_000 - 8);
    }
}

#[test]
fn positions_that_no_file_has_are_refused() {
    let sandbox = Sandbox::new();
    let invalid = || host_tests::os(ErrorCode::Invalid, "Invalid argument");
    for buffering in ["0", "-1"] {
        let file = opened(&sandbox, "w+b", buffering);
        file.write(b"0123456789").unwrap();
        assert_eq!(file.seek(-11, 1).unwrap_err(), invalid());
        assert_eq!(file.seek(-11, 2).unwrap_err(), invalid());
        assert_eq!(file.seek(i64::MIN, 0).unwrap_err(), invalid());
        assert_eq!(file.seek(i64::MIN, 1).unwrap_err(), invalid());
        assert_eq!(file.seek(i64::MAX, 1).unwrap_err(), invalid());
        assert_eq!(file.seek(i64::MAX, 2).unwrap_err(), invalid());
        assert_eq!(file.truncate(Some(i64::MIN)).unwrap_err(), invalid());
        assert_eq!(file.tell().unwrap(), 10, "nothing moved");
        assert_eq!(file.seek(i64::MAX, 0).unwrap(), u64::try_from(i64::MAX).unwrap());
        assert_eq!(file.read(None).unwrap(), b"");
        assert_eq!(file.read(Some(i64::MAX)).unwrap(), b"");
        assert!(file.write(b"x").and_then(|_| file.flush()).is_err(), "write(2): EFBIG");
        file.seek(0, 0).unwrap();
        assert_eq!(file.read(Some(i64::MAX)).unwrap(), b"0123456789");
        assert!(file.truncate(Some(i64::MAX)).is_err(), "no filesystem holds so much");
    }
}

#[test]
fn what_is_written_beyond_the_end_is_filled_up_with_zeros() {
    let sandbox = Sandbox::new();
    for buffering in ["0", "-1"] {
        let file = opened(&sandbox, "w+b", buffering);
        file.seek(3, 0).unwrap();
        file.write(b"x").unwrap();
        file.truncate(Some(6)).unwrap();
        assert_eq!(file.tell().unwrap(), 4);
        file.seek(0, 0).unwrap();
        assert_eq!(file.read(None).unwrap(), b"\0\0\0x\0\0");
    }
}

#[test]
fn reading_and_writing_mix() {
    let sandbox = Sandbox::new();
    let file = opened(&sandbox, "w+b", "-1");
    file.write(b"0123456789").unwrap();
    file.seek(0, 0).unwrap();
    assert_eq!(file.read(Some(3)).unwrap(), b"012");
    file.write(b"X").unwrap();
    assert_eq!(file.read(Some(2)).unwrap(), b"45");
    file.seek(0, 0).unwrap();
    assert_eq!(file.read(None).unwrap(), b"012X456789");
}

#[test]
fn every_byte_survives() {
    let sandbox = Sandbox::new();
    let all: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    for buffering in ["0", "-1"] {
        let file = opened(&sandbox, "w+b", buffering);
        let mut rest = &all[..];
        while !rest.is_empty() {
            let written = usize::try_from(file.write(rest).unwrap()).unwrap();
            rest = &rest[written..];
        }
        file.seek(0, 0).unwrap();
        assert_eq!(file.readall().unwrap(), all);
    }
}

#[test]
fn a_seek_after_a_read_past_the_buffer_finds_the_right_bytes() {
    let sandbox = Sandbox::new();
    let all: Vec<u8> = (0..1_000_u16).flat_map(u16::to_le_bytes).collect();
    type Read = fn(&File<'_>) -> Vec<u8>;
    let past: [(&str, Read); 4] = [
        ("to the end", |file| file.read(None).unwrap()),
        ("readall", |file| file.readall().unwrap()),
        ("many buffers", |file| file.read(Some(1_000)).unwrap()),
        ("read1", |file| file.read1(Some(1_000)).unwrap()),
    ];
    for (what, past) in past {
        for back in [1, 50, 96, 100, 101, 200] {
            let file = opened(&sandbox, "w+b", "100");
            file.write(&all).unwrap();
            file.seek(500, 0).unwrap();
            // These reads fill the buffer and use it up but for its first bytes.
            file.read(Some(10)).unwrap();
            file.read(Some(90)).unwrap();
            past(&file);
            let at = file.seek(-back, 1).unwrap();
            let at = usize::try_from(at).unwrap();
            let next = file.read(Some(10)).unwrap();
            assert_eq!(next, all[at..(at + 10).min(all.len())], "{what}, back {back}");
        }
    }
}

#[test]
fn what_is_opened_to_append_writes_at_the_end_wherever_others_have_moved_it() {
    // The expected bytes are those of `open(name, "ab")` in CPython 3.13.0. The differential test
    // runs more such programs.
    for buffering in [0, -1] {
        let sandbox = Sandbox::new();
        let file = sandbox.named_temporary_file(None).unwrap();
        let path = sandbox.host_path(&file.name().unwrap());
        file.write(b"0123456789").unwrap();
        let one = file.reopen(Some("ab"), Some(buffering)).unwrap();
        let two = file.reopen(Some("a+b"), Some(buffering)).unwrap();
        for (appender, bytes) in [(&one, b"one"), (&two, b"two"), (&one, b"six")] {
            appender.write(bytes).unwrap();
            appender.flush().unwrap();
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"0123456789onetwosix");
        assert_eq!((one.tell().unwrap(), two.tell().unwrap()), (19, 16));
        two.seek(0, 0).unwrap();
        assert_eq!(two.read(Some(3)).unwrap(), b"012");
        two.write(b"!").unwrap();
        two.flush().unwrap();
        assert_eq!(two.tell().unwrap(), 20);
        std::fs::write(&path, "cut").unwrap();
        one.write(&[b'x'; 9000]).unwrap();
        one.close().unwrap();
        assert_eq!(std::fs::read(&path).unwrap().len(), 9003);
    }
}

#[test]
fn an_append_costs_one_question_for_the_end() {
    let sandbox = Sandbox::new();
    let file = sandbox.named_temporary_file(None).unwrap();
    let appender = file.reopen(Some("ab"), Some(0)).unwrap();
    assert_eq!(sandbox.calls(|| appender.write(b"x").unwrap()), (1, 2));
    let other = file.reopen(Some("rb+"), Some(0)).unwrap();
    assert_eq!(sandbox.calls(|| other.write(b"x").unwrap()), (1, 1));
}
