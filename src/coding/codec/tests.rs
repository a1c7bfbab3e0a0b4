//! The codecs against CPython's, which `tests/cpython.py` recorded in `tests/cpython.txt`.

extern crate std;

mod any_chunks;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::process::Command;

use super::{Decoder, Encoder, Encoding, Handler};
use crate::code_points;
use crate::error::{Conversion, Error};

/// The results of CPython 3.13.0.
const RECORDED: &str = include_str!("tests/cpython.txt");

/// The encodings of text that Python has and we do not.
const LACKING: [&str; 30] = [
    "big5",
    "big5hkscs",
    "cp932",
    "cp949",
    "cp950",
    "euc_jis_2004",
    "euc_jisx0213",
    "euc_jp",
    "euc_kr",
    "gb18030",
    "gb2312",
    "gbk",
    "hz",
    "idna",
    "iso2022_jp",
    "iso2022_jp_1",
    "iso2022_jp_2",
    "iso2022_jp_2004",
    "iso2022_jp_3",
    "iso2022_jp_ext",
    "iso2022_kr",
    "johab",
    "punycode",
    "raw-unicode-escape",
    "shift_jis",
    "shift_jis_2004",
    "shift_jisx0213",
    "undefined",
    "unicode-escape",
    "utf-7",
];

fn recorded(kind: &str) -> impl Iterator<Item = &str> {
    RECORDED.lines().filter_map(move |line| line.strip_prefix(kind)?.strip_prefix(' '))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Vec<u8> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { panic!("{digits}") };
    let byte = |pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.iter().map(|pair| byte(pair)).collect()
}

/// Returns text as the recording shows it.
fn shown(text: &[u8]) -> String {
    let shown = |character| match u8::try_from(character) {
        Ok(ascii @ b'!'..=b'~') if !b"\\;".contains(&ascii) => char::from(ascii).to_string(),
        Ok(byte) => format!("\\x{byte:02x}"),
        Err(_) if character < 0x1_0000 => format!("\\u{character:04x}"),
        Err(_) => format!("\\U{character:08x}"),
    };
    code_points::code_points(text).map(shown).collect()
}

/// Returns the text that the recording shows as `shown`.
fn unshown(shown: &str) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = shown.chars();
    while let Some(character) = rest.next() {
        let digits = match character {
            '\\' => match rest.next() {
                Some('x') => 2,
                Some('u') => 4,
                _ => 8,
            },
            _ => 0,
        };
        let escape: String = rest.by_ref().take(digits).collect();
        let escaped = u32::from_str_radix(&escape, 16);
        code_points::push(&mut text, escaped.unwrap_or(character.into()));
    }
    text
}

/// Returns an error as the recording shows it.
fn failed(error: &Error, text: &[u8]) -> String {
    match error {
        Error::Unicode(error) => {
            let object = match error.operation {
                Conversion::Decode => format!(" {}", hex(&error.object)),
                Conversion::Encode => {
                    assert_eq!(error.object, text, "the object of an error is the text");
                    String::new()
                }
            };
            let crate::text::UnicodeError { encoding, start, end, reason, .. } = &**error;
            format!("! {encoding}{object} {start} {end} {reason}")
        }
        Error::Lookup(message) => format!("! LookupError {}", shown(message.as_bytes())),
        Error::Value(message) => format!("! ValueError {}", shown(message.as_bytes())),
        Error::Type(message) => format!("! TypeError {}", shown(message.as_bytes())),
        other => panic!("{other:?}"),
    }
}

fn found(name: &str) -> Encoding {
    Encoding::find(name).unwrap()
}

fn decode(name: &str, handler: &str, flags: &str, chunks: &str) -> String {
    let mut decoder = Decoder::new(found(name), Handler::parse(handler));
    if let Ok(flags) = flags.parse() {
        decoder.set_state(flags);
    }
    let chunks: Vec<_> = chunks.split('|').map(unhex).collect();
    let count = chunks.len();
    let steps = chunks.into_iter().enumerate().map(|(at, chunk)| {
        let outcome = match decoder.decode(chunk, at + 1 == count) {
            Ok((text, _)) => shown(text.as_bytes()),
            Err(error) => failed(&error, b""),
        };
        let (held, flags) = decoder.state();
        format!("{outcome} {}/{flags}", hex(held))
    });
    steps.collect::<Vec<_>>().join(" ; ")
}

fn encode(name: &str, handler: &str, start: &str, texts: &str) -> String {
    let mut encoder = Encoder::new(found(name), Handler::parse(handler));
    encoder.reset(start == "start");
    let steps = texts.split('|').map(|text| {
        let text = unshown(text);
        let mut out = b"before".to_vec();
        let outcome = encoder.encode(&text, &mut out);
        let new = out.strip_prefix(b"before").unwrap();
        match outcome {
            Ok(()) => hex(new),
            Err(error) => {
                assert_eq!(new, b"", "an error leaves nothing");
                failed(&error, &text)
            }
        }
    });
    steps.collect::<Vec<_>>().join(" ; ")
}

/// Returns the cases with another result here.
fn differences<'a>(cases: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut differences = Vec::new();
    for case in cases {
        let (asked, expected) = case.split_once(" -> ").unwrap();
        let words: Vec<_> = asked.split(' ').collect();
        let found = match words[..] {
            ["decode", name, handler, flags, chunks] => decode(name, handler, flags, chunks),
            ["encode", name, handler, start, texts] => encode(name, handler, start, texts),
            _ => continue,
        };
        if found != expected {
            differences.push(format!("{case}\nhere {found}"));
        }
    }
    differences
}

#[test]
fn every_case_is_as_in_cpython() {
    let conversions = ["decode ", "encode "];
    let cases =
        || RECORDED.lines().filter(|line| conversions.iter().any(|it| line.starts_with(it)));
    assert!(cases().count() > 2_000);
    let differences = differences(cases());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_table_is_cpythons_both_ways() {
    let everything = |out: &mut Vec<u8>| (0..0x11_0000).for_each(|it| code_points::push(out, it));
    let mut all = Vec::new();
    everything(&mut all);
    let plane = all.iter().position(|byte| *byte == 0xf0).unwrap();
    let mut tables = 0;
    for line in recorded("table") {
        let words: Vec<_> = line.split(' ').collect();
        let [name, characters, inverse] = words[..] else { panic!("{line}") };
        let ascii: String = (0..0x80).map(char::from).collect();
        let characters = characters.replace("ascii:", &shown(ascii.as_bytes()));
        let inverse = inverse.replace("ascii:", &hex(ascii.as_bytes()));

        let mut decoder = Decoder::new(found(name), Handler::Replace);
        let (decoded, _) = decoder.decode((0..=255).collect(), true).unwrap();
        assert_eq!(decoded.as_bytes(), unshown(&characters), "{name}");

        let mut encoder = Encoder::new(found(name), Handler::Ignore);
        let mut encoded = Vec::new();
        encoder.encode(&all[..plane], &mut encoded).unwrap();
        assert_eq!(hex(&encoded), inverse, "{name}");
        tables += 1;
    }
    assert_eq!(tables, super::tables::COUNT);
}

#[test]
fn every_name_is_found_as_in_cpython() {
    let mut lacking = Vec::new();
    for line in recorded("name") {
        let (name, expected) = line.split_once(" -> ").unwrap();
        let name = String::from_utf8(unshown(name)).unwrap();
        let unknown = || Err(Error::Lookup(format!("unknown encoding: {name}").into()));
        let found = Encoding::find(&name);
        if expected.starts_with('!') {
            assert_eq!(failed(&found.unwrap_err(), b""), expected, "{name:?}");
        } else if LACKING.contains(&expected) {
            assert_eq!(found, unknown());
            lacking.push(expected);
        } else {
            assert_eq!(found, Encoding::find(expected), "{name:?}");
            assert!(found.is_ok(), "{name:?}");
        }
    }
    for name in LACKING {
        assert!(lacking.contains(&name), "{name} is no encoding of Python's");
    }
}

#[test]
fn letters_of_any_case_and_marks_between_them_are_one_name() {
    for line in recorded("name") {
        let (name, _) = line.split_once(" -> ").unwrap();
        let name = String::from_utf8(unshown(name)).unwrap();
        let Ok(encoding) = Encoding::find(&name) else { continue };
        for written in [name.to_uppercase(), name.replace('_', "-"), name.replace('_', " :")] {
            assert_eq!(Encoding::find(&written), Ok(encoding), "{written:?}");
        }
    }
}

fn cpython(arguments: &[&str]) -> Option<String> {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs its tests");
    let script = root + "/src/coding/codec/tests/cpython.py";
    let mut python = Command::new("python3.13");
    let output = python.env("PYENV_VERSION", "3.13.0").arg(script).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

/// Names a test that could not run, past the harness's capture, as `host_tests::did_not_run` does.
fn did_not_run(test: &str) {
    use std::io::Write as _;
    assert!(std::env::var_os("FOREIGN_REQUIRED").is_none(), "{test} did not run");
    let line = format!("\ndid not run: {test}: no CPython 3.13.0 (python3.13) to ask\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

#[test]
fn the_recording_is_what_cpython_says_today() {
    match cpython(&[]) {
        Some(today) => assert!(today == RECORDED, "record again and look at the differences"),
        None => did_not_run("the_recording_is_what_cpython_says_today"),
    }
}

#[test]
fn many_more_cases_are_as_in_cpython_where_there_is_one() {
    match cpython(&["2", "100"]) {
        Some(cases) => {
            let differences = differences(cases.lines());
            assert!(differences.is_empty(), "{}", differences.join("\n"));
        }
        None => did_not_run("many_more_cases_are_as_in_cpython_where_there_is_one"),
    }
}
