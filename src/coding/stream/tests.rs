//! Places: wherever reading stops, `tell` and `seek` lead back there.

use alloc::{format, string::String, vec, vec::Vec};

use chance::Chance;

use super::*;
use crate::coding::cookie::DecoderState;
use crate::stream::memory::Memory;

const ENCODINGS: [&str; 18] = [
    "ascii",
    "latin-1",
    "cp037",
    "cp1252",
    "cp437",
    "koi8-r",
    "mac-roman",
    "iso8859-15",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
    "cp1140",
    "hp-roman8",
];

const NEWLINES: [Newline; 5] =
    [Newline::Universal, Newline::Untranslated, Newline::Lf, Newline::Cr, Newline::CrLf];

const HANDLERS: [&str; 5] =
    ["replace", "ignore", "backslashreplace", "surrogateescape", "surrogatepass"];

fn over(bytes: &[u8]) -> Stream {
    let mut memory = Memory::new(u64::MAX);
    memory.write(bytes).unwrap();
    memory.seek(0, 0).unwrap();
    Stream::Memory(memory)
}

fn text_stream(encoding: &str, errors: &str, newline: Newline) -> TextStream {
    let conversion = Conversion::new(Some(encoding), Some(errors), newline).unwrap();
    TextStream::new(conversion, (true, true), 0)
}

/// Reads everything after the first `from` characters, and returns every place on the way with the
/// number of characters before it. Ends with an error if reading does.
fn walk(text: &mut TextStream, stream: &mut Stream, from: u64) -> (Vec<u8>, Vec<(Cookie, usize)>) {
    let _ = text.read(Some(from), stream);
    let mut all = Vec::new();
    let mut places = Vec::new();
    loop {
        places.push((text.tell(stream).unwrap(), all.len()));
        match text.read(Some(1), stream) {
            Ok(character) if !character.is_empty() => all.extend_from_slice(character.as_bytes()),
            _ => return (all, places),
        }
    }
}

fn check(encoding: &str, errors: &str, newline: Newline, bytes: &[u8], from: u64) {
    let mut stream = over(bytes);
    let mut text = text_stream(encoding, errors, newline);
    let (all, places) = walk(&mut text, &mut stream, from);
    for (place, before) in &places {
        let case = format!("{encoding} {errors} {newline:?} {place:?}");
        // With the same decoder, and with one that has seen nothing.
        for text in [&mut text, &mut text_stream(encoding, errors, newline)] {
            assert_eq!(text.seek(*place, &mut stream), Ok(*place), "{case}");
            assert_eq!(text.tell(&mut stream), Ok(*place), "{case}");
            let mut rest = Vec::new();
            while let Ok(part) = text.read(Some(7), &mut stream)
                && !part.is_empty()
            {
                rest.extend_from_slice(part.as_bytes());
            }
            let mut expected = &all[*before..];
            if rest.len() < expected.len() {
                // Pieces of seven end with the last whole one before an error.
                expected = &expected[..rest.len()];
            }
            assert!(rest == expected, "{case}");
        }
    }
}

#[test]
fn every_place_is_found_again_in_every_encoding() {
    let mut chance = Chance(0x5eed);
    let valid = "aé\r\n€\r😀\n\r\r\nz\u{feff}\u{10ffff}b\r\n";
    for encoding in ENCODINGS {
        for newline in NEWLINES {
            let mut bytes = Vec::new();
            let conversion = Conversion::new(Some(encoding), Some("ignore"), newline).unwrap();
            conversion.encoder().encode(valid.as_bytes(), &mut bytes).unwrap();
            check(encoding, "strict", newline, &bytes, 0);
            for errors in HANDLERS {
                let noise = (0..24).map(|_| match chance.below(4) {
                    0 => b'\r',
                    1 => b'\n',
                    _ => u8::try_from(chance.below(256)).unwrap(),
                });
                let noise: Vec<u8> = bytes.iter().copied().chain(noise).collect();
                check(encoding, errors, newline, &noise, 0);
            }
        }
    }
}

#[test]
fn places_around_the_end_of_what_is_read_ahead_are_found_again() {
    let mut chance = Chance(0xc0ffee);
    for encoding in ["utf-8", "utf-8-sig", "utf-16-le", "utf-32-be", "cp1252"] {
        for newline in [Newline::Universal, Newline::Untranslated, Newline::CrLf] {
            let conversion = Conversion::new(Some(encoding), Some("ignore"), newline).unwrap();
            let mut bytes = vec![];
            let long = "x".repeat(CHUNK) + &"\r\né€😀".repeat(4);
            conversion.encoder().encode(long.as_bytes(), &mut bytes).unwrap();
            // So that the end falls on every byte of what follows the prefix.
            let unit = bytes.len() / long.chars().count();
            let cut = (chance.below(24) / unit.max(1)) * unit.max(1);
            let bytes = [&bytes[..3 * unit], &bytes[3 * unit + cut..]].concat();
            check(encoding, "replace", newline, &bytes, length_of(CHUNK) - 64);
        }
    }
}

#[test]
fn any_cookie_is_taken_without_harm() {
    let mut chance = Chance(7);
    for round in 0..20_000 {
        let encoding = ENCODINGS[chance.below(ENCODINGS.len())];
        let bytes: Vec<u8> = (0..40).map(|_| u8::try_from(chance.below(256)).unwrap()).collect();
        let mut stream = over(&bytes);
        let mut text = text_stream(encoding, "replace", NEWLINES[round % 5]);
        let numbers = [0, 1, 2, 3, 4, 5, 40, 41, 1 << 31, u32::MAX];
        let state = DecoderState {
            flags: numbers[chance.below(10)],
            bytes_to_feed: numbers[chance.below(10)],
            chars_to_skip: numbers[chance.below(10)],
            need_eof: chance.below(2) == 1,
        };
        let position = [0, 1, 2, 39, 40, 41, i64::MAX - 1, i64::MAX][chance.below(8)];
        let decoder = Some(state).filter(|_| chance.below(4) > 0);
        let _ = text.seek(Cookie { position, decoder }, &mut stream);
        let _ = text.tell(&mut stream);
        let _ = text.read(Some(3), &mut stream);
        let _ = text.tell(&mut stream);
        let _ = text.readline(None, &mut stream);
    }
}

#[test]
fn a_line_end_is_what_newline_says() {
    // CPython 3.13's readlines of the same bytes, section 3.6 of the reference.
    let bytes = b"a\nb\r\nc\rd\r";
    for (newline, lines, seen) in [
        (Newline::Universal, &["a\n", "b\n", "c\n", "d\n"][..], &["\r", "\n", "\r\n"][..]),
        (Newline::Untranslated, &["a\n", "b\r\n", "c\r", "d\r"], &["\r", "\n", "\r\n"]),
        (Newline::Lf, &["a\n", "b\r\n", "c\rd\r"], &[]),
        (Newline::Cr, &["a\nb\r", "\nc\r", "d\r"], &[]),
        (Newline::CrLf, &["a\nb\r\n", "c\rd\r"], &[]),
    ] {
        let mut stream = over(bytes);
        let mut text = text_stream("utf-8", "strict", newline);
        let mut read = Vec::new();
        loop {
            match text.readline(None, &mut stream).unwrap() {
                Text::Utf8(line) if !line.is_empty() => read.push(line),
                _ => break,
            }
        }
        assert_eq!(read, lines.iter().copied().map(String::from).collect::<Vec<_>>());
        assert_eq!(text.newlines(), seen);
    }
}

#[test]
fn a_read_can_be_undone_anywhere() {
    let mut chance = Chance(0xbac);
    for round in 0..4_000 {
        let encoding = ENCODINGS[chance.below(ENCODINGS.len())];
        let bytes: Vec<u8> = (0..60)
            .map(|_| b"\r\n\xe9a"[chance.below(4)] ^ [0, 0, 0x40][chance.below(3)])
            .collect();
        let mut stream = over(&bytes);
        let mut text = text_stream(encoding, HANDLERS[round % 5], NEWLINES[chance.below(5)]);
        for _ in 0..chance.below(4) {
            let _ = text.read(Some(u64::try_from(chance.below(9)).unwrap()), &mut stream);
        }
        if chance.below(3) == 0 {
            let _ = text.readline(None, &mut stream);
        }
        let mark = text.mark(&stream);
        let rest = |text: &mut TextStream, stream: &mut Stream| {
            let mut all = Vec::new();
            while let Ok(part) = text.readline(None, stream)
                && !part.is_empty()
            {
                all.extend_from_slice(part.as_bytes());
            }
            all
        };
        let expected = rest(&mut text, &mut stream);
        text.go_back(mark, &mut stream);
        assert!(rest(&mut text, &mut stream) == expected, "{encoding} {round}");
    }
}

#[test]
fn a_line_that_was_read_ahead_is_the_line_that_is_read() {
    let mut chance = Chance(0x11e5);
    let mut ahead = 0;
    for round in 0..600 {
        let encoding = ENCODINGS[chance.below(ENCODINGS.len())];
        let errors = HANDLERS[round % 5];
        let newline = NEWLINES[chance.below(5)];
        // Line ends on both sides of the end of what is read at a time.
        let mut bytes = vec![b'x'; if round % 3 == 0 { CHUNK - 20 } else { 0 }];
        let pieces = ["\r", "\n", "\r\n", "a", "\u{e9}", "\u{4e00}\n", "\u{1f5c2}", "some ascii\n"];
        for _ in 0..chance.below(60) {
            bytes.extend_from_slice(pieces[chance.below(pieces.len())].as_bytes());
            if chance.below(16) == 0 {
                bytes.push(u8::try_from(chance.below(256)).unwrap());
            }
        }
        let (mut one, mut other) = (over(&bytes), over(&bytes));
        let mut text = text_stream(encoding, errors, newline);
        let mut slow = text_stream(encoding, errors, newline);
        loop {
            let case = format!("{encoding} {errors} {newline:?} {bytes:x?}");
            let line = match text.line_ahead(false).unwrap() {
                Some(line) => {
                    ahead += 1;
                    assert!(!line.is_empty(), "{case}");
                    Ok(Text::Utf8(line))
                }
                None => text.readline(None, &mut one),
            };
            let expected = slow.readline(None, &mut other);
            assert_eq!(line, expected, "{case}");
            assert_eq!(text.tell(&mut one), slow.tell(&mut other), "{case}");
            match line {
                Ok(line) if !line.is_empty() => {}
                _ => break,
            }
        }
    }
    assert!(ahead > 1000, "{ahead}");
}

#[test]
fn no_line_is_taken_ahead_of_what_is_to_be_written_or_of_surrogates() {
    let mut stream = over(b"a\n\xff\nc\n");
    let mut text = text_stream("utf-8", "surrogateescape", Newline::Universal);
    assert_eq!(text.line_ahead(true), Ok(None), "nothing was read");
    text.readline(None, &mut stream).unwrap();
    assert_eq!(text.line_ahead(true), Ok(None), "there is a surrogate in the chunk");
    assert!(text.check_telling().is_ok());

    let mut stream = over(b"a\nb\nc\nd");
    let mut text = text_stream("utf-8", "strict", Newline::Universal);
    text.readline(None, &mut stream).unwrap();
    assert_eq!(text.line_ahead(false), Ok(Some(String::from("b\n"))));
    assert!(text.check_telling().is_ok());
    assert_eq!(text.line_ahead(true), Ok(Some(String::from("c\n"))));
    assert!(text.check_telling().is_err(), "an iteration has begun");
    assert_eq!(text.line_ahead(true), Ok(None), "the line has no end yet");
    text.write(b"e", &mut stream).unwrap();
    assert_eq!(text.line_ahead(true), Ok(None), "what was read ahead is forgotten");
}
