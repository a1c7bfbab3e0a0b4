//! Code points in WTF-8, which writes a lone surrogate as UTF-8 would: counting, cutting, reading
//! and writing them. Python's characters.

use alloc::vec::Vec;

/// Counts the characters of `text`: code points, as Python does.
pub(crate) fn count(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    let words: usize = words.iter().map(count_word).sum();
    words + rest.iter().filter(|byte| !continues(**byte)).count()
}

/// Returns the end of the first `characters` of `text`, and their number, which may be smaller.
pub(crate) fn prefix(text: &[u8], characters: usize) -> (usize, usize) {
    let (mut at, mut counted) = (0, 0);
    let (words, _) = text.as_chunks::<8>();
    for word in words {
        let here = count_word(word);
        if counted + here > characters {
            break;
        }
        (at, counted) = (at + 8, counted + here);
    }
    for byte in &text[at..] {
        if !continues(*byte) {
            if counted == characters {
                break;
            }
            counted += 1;
        }
        at += 1;
    }
    (at, counted)
}

/// Returns the start of the last `characters` of `text`, which has at least as many.
pub(crate) fn suffix(text: &[u8], characters: usize) -> usize {
    let (mut at, mut counted) = (text.len(), 0);
    let (_, words) = text.as_rchunks::<8>();
    for word in words.iter().rev() {
        let here = count_word(word);
        // The word holds the start of the last character; the byte in it has to be found.
        if counted + here >= characters {
            break;
        }
        (at, counted) = (at - 8, counted + here);
    }
    while counted < characters && at > 0 {
        at -= 1;
        counted += usize::from(!continues(text[at]));
    }
    at
}

/// Counts the characters that begin in eight bytes: each has one byte that is no continuation.
fn count_word(bytes: &[u8; 8]) -> usize {
    let word = u64::from_le_bytes(*bytes);
    let continuations = (word >> 7) & (!word >> 6) & 0x0101_0101_0101_0101;
    8 - usize::try_from(continuations.count_ones()).unwrap_or_default()
}

fn continues(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Tells whether these bytes are WTF-8, with each surrogate encoded on its own.
pub(crate) fn is_well_formed(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Err(error) = core::str::from_utf8(rest) {
        rest = &rest[error.valid_up_to()..];
        match rest {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..] => rest = after,
            _ => return false,
        }
    }
    true
}

/// Returns the code points of well-formed WTF-8.
pub(crate) fn code_points(text: &[u8]) -> impl Iterator<Item = u32> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (first, after) = split_first(rest)?;
        rest = after;
        Some(first)
    })
}

/// Returns the first code point of well-formed WTF-8, and the rest.
pub(crate) fn split_first(text: &[u8]) -> Option<(u32, &[u8])> {
    let six = |byte: &u8| u32::from(byte & 0x3f);
    match text {
        [a @ ..=0x7f, rest @ ..] => Some((u32::from(*a), rest)),
        [a @ ..=0xdf, b, rest @ ..] => Some((u32::from(a & 0x1f) << 6 | six(b), rest)),
        [a @ ..=0xef, b, c, rest @ ..] => {
            Some((u32::from(a & 0xf) << 12 | six(b) << 6 | six(c), rest))
        }
        [a, b, c, d, rest @ ..] => {
            Some((u32::from(a & 7) << 18 | six(b) << 12 | six(c) << 6 | six(d), rest))
        }
        _ => None,
    }
}

/// Appends a code point, which may be a surrogate. The caller has reserved four bytes.
pub(crate) fn push(text: &mut Vec<u8>, code_point: u32) {
    let lead = |shift: u32| (code_point >> shift).to_le_bytes()[0];
    let six = |shift: u32| 0x80 | lead(shift) & 0x3f;
    match code_point {
        ..=0x7f => text.push(lead(0)),
        0x80..=0x7ff => text.extend_from_slice(&[0xc0 | lead(6), six(0)]),
        0x800..=0xffff => text.extend_from_slice(&[0xe0 | lead(12), six(6), six(0)]),
        _ => text.extend_from_slice(&[0xf0 | lead(18), six(12), six(6), six(0)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_alike_from_both_ends() {
        let text = "é一 ascii and 🗂 \u{ffff}aéé\0\u{7f}\u{80}файл файл, 一時ファイル 🗂🗂🗂 twenty four ascii bytes";
        // Where each character begins, as the standard library says, and the end.
        for (start, _) in text.char_indices() {
            let text = &text[start..];
            let places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            let places: Vec<usize> = places.collect();
            let all = places.len() - 1;
            assert_eq!(count(text.as_bytes()), all);
            for (number, place) in places.iter().enumerate() {
                assert_eq!(prefix(text.as_bytes(), number), (*place, number));
                assert_eq!(suffix(text.as_bytes(), all - number), *place, "{text} {number}");
            }
        }
    }
}
