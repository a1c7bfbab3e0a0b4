//! A comparison of the sort with the standard library's, on texts that are meant to break it.

use std::io::{self, Cursor, Read};

use external_sort::{LEAST_MEMORY, Progress, Summary, native};

fn sort(memory: usize, input: &mut dyn Read) -> io::Result<(Vec<u8>, Summary, Vec<Progress>)> {
    let directory = tempfile::tempdir()?;
    let mut output = Vec::new();
    let mut told = Vec::new();
    let summary = native::sort_in(directory.path(), memory, input, &mut output, &mut |progress| {
        told.push(progress);
        Ok(())
    })?;
    assert_eq!(directory.path().read_dir()?.count(), 0, "nothing is left");
    Ok((output, summary, told))
}

fn expected(text: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    if lines.last() == Some(&&b""[..]) {
        lines.pop();
    }
    lines.sort_unstable();
    lines.iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect()
}

/// Makes lines of up to `longest` bytes from a small alphabet, so that many begin alike.
fn random_text(random: &mut fastrand::Rng, bytes: usize, longest: usize) -> Vec<u8> {
    const ALPHABET: [u8; 8] = [0, 1, b'\t', b' ', b'a', b'b', 0x80, 0xff];
    let mut text = Vec::new();
    while text.len() < bytes {
        // Most lines are short, whatever `longest` is.
        let longest = random.usize(0..=longest);
        for _ in 0..random.usize(0..=longest) {
            text.push(ALPHABET[random.usize(..ALPHABET.len())]);
        }
        text.push(b'\n');
    }
    text
}

#[test]
fn small_texts_are_sorted_by_their_bytes_without_a_temporary_file() {
    for text in [
        &b""[..],
        b"\n",
        b"\n\n",
        b"one",
        b"b\na\n",
        b"b\na",
        b"a\n\0\n\xff\n\x7f\n\n",
        b"a\0\na\na\x01\n",
        b"12345678\n12345678\0\n1234567\n12345678a\n",
        b"same\nsame\nsame",
        b"\r\n\n\r",
    ] {
        let (output, summary, _) = sort(LEAST_MEMORY, &mut &text[..]).unwrap();
        assert_eq!(output, expected(text), "{text:?}");
        assert_eq!(summary.files, 0);
        assert_eq!(summary.bytes, u64::try_from(output.len()).unwrap());
    }
}

#[test]
fn random_texts_are_sorted_in_any_number_of_passes() {
    for seed in 0..24 {
        let mut random = fastrand::Rng::with_seed(seed);
        let memory = LEAST_MEMORY << random.usize(0..3);
        let bytes = random.usize(0..12) * memory;
        let longest = [0, 3, 40, 400, memory / 8][random.usize(0..5)];
        let mut text = random_text(&mut random, bytes, longest);
        if random.bool() {
            text.extend_from_slice(b"the last line has no line break");
        }
        let (output, summary, _) = sort(memory, &mut &text[..]).unwrap();
        assert!(output == expected(&text), "seed {seed}: {memory} bytes for {}", text.len());
        assert_eq!(
            summary.lines,
            u64::try_from(expected(&text).split(|b| *b == b'\n').count() - 1).unwrap()
        );
    }
}

#[test]
fn many_runs_are_merged_in_several_passes_with_a_bounded_number_of_open_files() {
    let mut random = fastrand::Rng::with_seed(7);
    let text = random_text(&mut random, 12_000_000, 100);
    let (output, summary, told) = sort(LEAST_MEMORY, &mut &text[..]).unwrap();
    assert!(output == expected(&text));
    let merges = told.iter().filter(|it| matches!(it, Progress::Merged { .. })).count();
    assert!(merges > 2 && summary.files > 200, "{merges} merges of {} files", summary.files);
}

#[test]
fn input_that_comes_in_dribs_is_sorted_like_any_other() {
    struct Dribs(Cursor<Vec<u8>>, fastrand::Rng);
    impl Read for Dribs {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.1.u8(..) < 50 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let most = self.1.usize(1..=7).min(buffer.len());
            self.0.read(&mut buffer[..most])
        }
    }
    let mut random = fastrand::Rng::with_seed(3);
    let text = random_text(&mut random, 200_000, 50);
    let mut input = Dribs(Cursor::new(text.clone()), random);
    let (output, ..) = sort(LEAST_MEMORY, &mut input).unwrap();
    assert!(output == expected(&text));
}

#[test]
fn a_line_of_an_eighth_of_the_memory_is_sorted_and_a_longer_one_is_named() {
    let limit = LEAST_MEMORY / 8;
    let mut text = Vec::new();
    for letter in (b'a'..=b'z').rev() {
        text.extend(vec![letter; limit]);
        text.push(b'\n');
    }
    let (output, ..) = sort(LEAST_MEMORY, &mut &text[..]).unwrap();
    assert!(output == expected(&text));

    for end in ["", "\n"] {
        let mut long = text.clone();
        long.extend(vec![b'x'; limit + 1]);
        long.extend_from_slice(end.as_bytes());
        let error = sort(LEAST_MEMORY, &mut &long[..]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 27 is longer than 8192 bytes, an eighth of the memory for sorting"
        );
    }
}

#[test]
fn memory_that_is_too_little_is_refused() {
    let error = sort(LEAST_MEMORY - 1, &mut &b"a\n"[..]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}
