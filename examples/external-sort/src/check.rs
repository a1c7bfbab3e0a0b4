//! A check that an output is the sorted input, by other means: it sorts everything in memory.

use std::io::{self, BufRead as _, BufReader, Read};

/// Compares `output` with a sort of `input` by the standard library. The comparison takes as much
/// memory as the input is long, and 16 bytes a line.
///
/// # Errors
/// A file cannot be read, or `output` differs. A difference is an [`io::ErrorKind::InvalidData`],
/// and its text names the line.
pub fn compare(input: &mut dyn Read, output: &mut dyn Read) -> io::Result<()> {
    let mut text = Vec::new();
    input.read_to_end(&mut text)?;
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|behind| behind.is_empty()) {
        lines.pop();
    }
    lines.sort_unstable();

    let mut output = BufReader::with_capacity(1 << 20, output);
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        found.clear();
        output.read_until(b'\n', &mut found)?;
        if found.strip_suffix(b"\n") != Some(line) {
            return Err(wrong(number + 1, "differs"));
        }
    }
    if output.fill_buf()?.is_empty() { Ok(()) } else { Err(wrong(lines.len() + 1, "is too many")) }
}

fn wrong(number: usize, how: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("line {number} of the output {how}"))
}
