//! Random bytes and text, whole and in chunks: nothing panics, and chunks do not matter.

use alloc::string::String;
use alloc::vec::Vec;

use chance::Chance;

use super::found;
use crate::code_points;
use crate::coding::codec::{Decoder, Encoder, Handler, tables};
use crate::error::Result;

const HANDLERS: [&str; 9] = [
    "strict",
    "ignore",
    "replace",
    "backslashreplace",
    "xmlcharrefreplace",
    "surrogateescape",
    "surrogatepass",
    "namereplace",
    "bad",
];

/// Returns every encoding, and those of Unicode more than once.
fn encodings() -> impl Iterator<Item = &'static str> {
    let often = ["utf_8", "utf_8_sig", "utf_16", "utf_16_be", "utf_32", "utf_32_le"];
    let all = tables::NAMES.lines().filter_map(|line| line.split(' ').next());
    let of_text = all.filter(|name| crate::coding::codec::Encoding::find(name).is_ok());
    of_text.chain(often.into_iter().cycle().take(120))
}

/// Random values for these tests.
struct Draw(Chance);

impl Draw {
    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.0.below(choices.len())]
    }

    fn byte(&mut self) -> u8 {
        // Those that begin or continue something, and then any.
        const TELLING: [u8; 24] = [
            0, 0, 0, 0x10, 0x11, 0x61, 0x80, 0x80, 0x9f, 0xa0, 0xbb, 0xbf, 0xbf, 0xc3, 0xd8, 0xdc,
            0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xfe, 0xff,
        ];
        let any = u8::try_from(self.0.below(256)).unwrap();
        if self.0.below(3) == 0 { any } else { self.of(&TELLING) }
    }

    fn bytes(&mut self) -> Vec<u8> {
        let marks: [&[u8]; 6] =
            [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"];
        let mut bytes = self.of(&marks).to_vec();
        (0..self.0.below(12)).for_each(|_| bytes.push(self.byte()));
        bytes
    }

    fn text(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        for _ in 0..self.0.below(12) {
            let (from, to) = self.of(&[
                (0, 0x80),
                (0x80, 0x180),
                (0x370, 0x700),
                (0x2000, 0x2200),
                (0xd7fe, 0xe001),
                (0xdc80, 0xdd00),
                (0xf8ff, 0xf900),
                (0xff00, 0x1_0100),
                (0x10_ff00, 0x11_0000),
            ]);
            code_points::push(
                &mut text,
                from + u32::try_from(self.0.below(to - usize::try_from(from).unwrap())).unwrap(),
            );
        }
        text
    }

    /// Draws the places at which `length` items are cut, in order.
    fn cuts(&mut self, length: usize) -> Vec<usize> {
        let mut cuts: Vec<_> = (0..self.0.below(5)).map(|_| self.0.below(length + 1)).collect();
        cuts.push(length);
        cuts.sort_unstable();
        cuts
    }
}

/// Decodes the pieces of `bytes` that end at the cuts.
fn decoded(decoder: &mut Decoder, bytes: &[u8], ends: &[usize]) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut start = 0;
    for (at, end) in ends.iter().enumerate() {
        let piece = bytes[start..*end].to_vec();
        text.extend(decoder.decode(piece, at + 1 == ends.len())?.0.into_bytes());
        assert!(decoder.state().0.len() <= 3, "no more is held back than a character");
        start = *end;
    }
    Ok(text)
}

#[test]
fn bytes_in_chunks_decode_as_at_once() {
    let mut draw = Draw(Chance(1));
    for name in encodings() {
        for handler in HANDLERS {
            for _ in 0..20 {
                let new = || Decoder::new(found(name), Handler::parse(handler));
                let bytes = draw.bytes();
                let cuts = draw.cuts(bytes.len());
                let at_once = decoded(&mut new(), &bytes, &[bytes.len()]);
                let chunked = decoded(&mut new(), &bytes, &cuts);
                assert_eq!(at_once.is_ok(), chunked.is_ok(), "{name} {handler} {bytes:?} {cuts:?}");
                if let (Ok(at_once), Ok(chunked)) = (at_once, chunked) {
                    assert_eq!(at_once, chunked, "{name} {handler} {bytes:?} {cuts:?}");
                }
            }
        }
    }
}

#[test]
fn a_decoder_goes_on_after_errors_and_from_any_state() {
    let mut draw = Draw(Chance(2));
    for name in encodings() {
        let mut decoder = Decoder::new(found(name), Handler::parse(draw.of(&HANDLERS)));
        for _ in 0..100 {
            match draw.0.below(8) {
                0 => decoder.reset(),
                1 => decoder.set_state(draw.of(&[0, 1, 2, 3, 255, u32::MAX])),
                _ => drop(decoder.decode(draw.bytes(), draw.0.below(4) == 0)),
            }
            assert!(decoder.state().0.len() <= 3);
        }
    }
}

#[test]
fn replaced_text_is_as_the_standard_library_replaces_it() {
    let mut draw = Draw(Chance(3));
    for _ in 0..2_000 {
        let bytes = draw.bytes();
        let replaced = |name: &str| {
            let mut decoder = Decoder::new(found(name), Handler::Replace);
            String::from_utf8(decoded(&mut decoder, &bytes, &[bytes.len()]).unwrap()).unwrap()
        };
        assert_eq!(replaced("utf-8"), String::from_utf8_lossy(&bytes));
        assert_eq!(replaced("latin-1"), bytes.iter().copied().map(char::from).collect::<String>());
        let (pairs, []) = bytes.as_chunks() else { continue };
        let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
        let lossy = char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}'));
        assert_eq!(replaced("utf-16-le"), lossy.collect::<String>());
    }
}

#[test]
fn texts_in_pieces_encode_as_at_once() {
    let mut draw = Draw(Chance(4));
    for name in encodings() {
        for handler in HANDLERS {
            for _ in 0..20 {
                let texts = [draw.text(), draw.text(), draw.text()];
                let new = || Encoder::new(found(name), Handler::parse(handler));
                let mut at_once = Vec::new();
                let whole = new().encode(&texts.concat(), &mut at_once);
                let mut pieces = Vec::new();
                let mut encoder = new();
                let piecewise = texts.iter().try_for_each(|text| encoder.encode(text, &mut pieces));
                assert_eq!(whole.is_ok(), piecewise.is_ok(), "{name} {handler} {texts:?}");
                if whole.is_ok() {
                    assert_eq!(at_once, pieces, "{name} {handler} {texts:?}");
                }
            }
        }
    }
}

#[test]
fn what_was_encoded_is_decoded_to_the_same() {
    let mut draw = Draw(Chance(5));
    for name in encodings() {
        for handler in [Handler::SurrogatePass, Handler::Strict] {
            for _ in 0..20 {
                let text = draw.text();
                let mut bytes = Vec::new();
                let mut encoder = Encoder::new(found(name), handler.clone());
                // Here two surrogates may come back as a character.
                let pairs = handler == Handler::SurrogatePass && name.starts_with("utf_16");
                if encoder.encode(&text, &mut bytes).is_ok() && !pairs {
                    let mut decoder = Decoder::new(found(name), handler.clone());
                    let end = [bytes.len()];
                    assert_eq!(decoded(&mut decoder, &bytes, &end), Ok(text), "{name} {bytes:?}");
                }
            }
        }
    }
}
