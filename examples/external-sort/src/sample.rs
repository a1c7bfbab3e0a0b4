//! A text to sort: lines of words. The same seed gives the same text.

use std::io::{self, Write};

const WORDS: [&str; 32] = [
    "a",
    "about",
    "all",
    "and",
    "as",
    "but",
    "can",
    "component",
    "directory",
    "each",
    "file",
    "for",
    "from",
    "host",
    "in",
    "instance",
    "is",
    "it",
    "line",
    "memory",
    "module",
    "name",
    "not",
    "of",
    "or",
    "sort",
    "space",
    "temporary",
    "that",
    "the",
    "to",
    "with",
];

/// Writes lines until they are at least `bytes` long. It writes pieces, and calls `go_on` after
/// each.
///
/// # Errors
/// `output` or `go_on` fails.
pub fn write(
    output: &mut dyn Write,
    bytes: u64,
    seed: u64,
    go_on: &mut dyn FnMut(u64) -> io::Result<()>,
) -> io::Result<u64> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut written = 0;
    let mut piece = Vec::new();
    while written < bytes {
        piece.clear();
        while piece.len() < 1 << 20 && written + length(&piece) < bytes {
            write_line(&mut piece, &mut random);
        }
        output.write_all(&piece)?;
        written += length(&piece);
        go_on(written)?;
    }
    Ok(written)
}

/// Adds a line. Half of the lines begin with a number, so that lines differ early or late.
fn write_line(piece: &mut Vec<u8>, random: &mut fastrand::Rng) {
    if random.bool() {
        let number = random.u32(..).to_string();
        piece.extend_from_slice(number.as_bytes());
        piece.push(b' ');
    }
    for _ in 0..random.usize(1..=14) {
        piece.extend_from_slice(WORDS[random.usize(..WORDS.len())].as_bytes());
        piece.push(b' ');
    }
    piece.pop();
    piece.push(b'\n');
}

fn length(piece: &[u8]) -> u64 {
    u64::try_from(piece.len()).expect("BUG: a length fits 64 bits")
}
