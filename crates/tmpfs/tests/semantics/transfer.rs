//! Reads into a memory of another kind, and writes from one: the same bytes, holes and errors.

use std::collections::VecDeque;

use tmpfs::{Error, Handle, Limits, PAGE, Sink, Source, Zeros};

use crate::fixture::Fixture;

/// Bytes that lie in no slice.
#[derive(Debug, Default)]
struct Elsewhere(VecDeque<u8>);

impl Elsewhere {
    fn of(bytes: &[u8]) -> Self {
        Self(bytes.iter().copied().collect())
    }
}

impl Sink for Elsewhere {
    fn put(&mut self, bytes: &[u8]) {
        assert!(!bytes.is_empty());
        self.0.extend(bytes);
    }

    fn put_zeros(&mut self, length: usize) {
        assert!(length > 0);
        self.0.resize(self.0.len() + length, 0);
    }
}

impl Source for Elsewhere {
    fn is_zero(&self, length: usize) -> bool {
        assert!(0 < length && length <= self.0.len());
        self.0.range(..length).all(|byte| *byte == 0)
    }

    fn skip(&mut self, length: usize) {
        self.0.drain(..length);
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        assert!(!bytes.is_empty());
        for byte in bytes {
            *byte = self.0.pop_front().expect("no more is asked for than there is");
        }
    }
}

fn read(fixture: &Fixture, file: Handle, offset: u64, length: usize) -> Vec<u8> {
    let mut sink = Elsewhere::default();
    let read = fixture.space.read_into(file, offset, length, &mut sink).unwrap();
    assert_eq!(sink.0.len(), read);
    sink.0.into()
}

#[test]
fn what_lies_elsewhere_is_moved_as_a_slice_is() {
    let mut fixture = Fixture::new();
    let (file, twin) = (fixture.file("file"), fixture.file("twin"));
    let mut content = Vec::new();
    for (offset, length) in
        [(0, 10), (PAGE - 3, 2 * PAGE), (5 * PAGE + 1, 1), (7, PAGE), (100, 5), (8 * PAGE, 0)]
    {
        let bytes: Vec<u8> = (1..=251).cycle().skip(offset % 100).take(length).collect();
        if length > 0 {
            content.resize(content.len().max(offset + length), 0);
            content[offset..offset + length].copy_from_slice(&bytes);
        }
        let (at, now) = (offset as u64, fixture.now());
        let mut source = Elsewhere::of(&bytes);
        let written = fixture.space.write_from(file, at, length, &mut source, now);
        assert_eq!(written, Ok(length));
        assert_eq!(fixture.write(twin, at, &bytes), Ok(length));
        fixture.space.audit().unwrap();
    }
    for offset in [0, 1, PAGE - 1, 3 * PAGE, content.len() - 1, content.len(), content.len() + 9] {
        for length in [0, 1, PAGE, 10 * PAGE] {
            let expected = content.get(offset..).unwrap_or_default();
            let expected = &expected[..expected.len().min(length)];
            assert_eq!(read(&fixture, file, offset as u64, length), expected);
            assert_eq!(fixture.read(twin, offset as u64, length), expected);
        }
    }
    let both = fixture.space.usage();
    fixture.unlink("twin").unwrap();
    fixture.close(twin);
    assert_eq!(both.content, 2 * fixture.space.usage().content, "the same pages");
}

#[test]
fn a_source_appends() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    let now = fixture.now();
    for bytes in [&b"one"[..], b"", b" and two"] {
        let mut source = Elsewhere::of(bytes);
        let written = fixture.space.append_from(file, bytes.len(), &mut source, now);
        assert_eq!(written, Ok(bytes.len()));
        assert!(source.0.is_empty());
    }
    assert_eq!(read(&fixture, file, 0, 100), b"one and two");
}

#[test]
fn zeros_from_elsewhere_are_a_hole_and_give_pages_back() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    let empty = fixture.space.usage();
    let (pages, now) = (3 * PAGE, fixture.now());
    fixture.write(file, 0, &vec![1; pages]).unwrap();
    let mut zeros = Elsewhere::of(&vec![0; 2 * PAGE]);
    assert_eq!(fixture.space.write_from(file, 0, 2 * PAGE, &mut zeros, now), Ok(2 * PAGE));
    let at = 2 * PAGE as u64;
    assert_eq!(fixture.space.write_from(file, at, 4 * PAGE, &mut Zeros, now), Ok(4 * PAGE));
    assert_eq!(fixture.space.usage(), empty);
    assert_eq!(read(&fixture, file, 0, 9 * PAGE), vec![0; 6 * PAGE]);
    // Within a page zeros overwrite what is there.
    fixture.write(file, 0, &[1; 100]).unwrap();
    assert_eq!(fixture.space.write_from(file, 10, 20, &mut Zeros, now), Ok(20));
    assert_eq!(read(&fixture, file, 0, 40), [[1; 10], [0; 10], [0; 10], [1; 10]].concat());
}

#[test]
fn limits_cut_what_comes_from_elsewhere() {
    let content = PAGE as u64;
    let limits = Limits { content, file_size: 2 * content + 5, ..Limits::default() };
    let mut fixture = Fixture::with(limits);
    let file = fixture.file("file");
    let now = fixture.now();
    let bytes = vec![7; 2 * PAGE];
    let mut write = |offset| {
        fixture.space.write_from(file, offset, bytes.len(), &mut Elsewhere::of(&bytes), now)
    };
    assert_eq!(write(0), Ok(PAGE), "a whole page");
    assert_eq!(write(content), Err(Error::InsufficientSpace));
    assert_eq!(write(2 * content + 5), Err(Error::FileTooLarge));
    assert_eq!(fixture.set_size(file, 0), Ok(()));
    let mut source = Elsewhere::of(&bytes);
    let written = fixture.space.write_from(file, 2 * content, bytes.len(), &mut source, now);
    assert_eq!(written, Ok(5), "up to the limit of the file's size");
}

#[test]
fn a_handle_must_be_for_it() {
    let mut fixture = Fixture::new();
    let (root, now) = (fixture.root, fixture.now());
    let space = &mut fixture.space;
    let read = space.read_into(root, 0, 1, &mut Elsewhere::default());
    assert_eq!(read, Err(Error::IsDirectory));
    let written = space.write_from(root, 0, 1, &mut Elsewhere::of(b"x"), now);
    assert_eq!(written, Err(Error::BadDescriptor));
    let written = space.append_from(root, 1, &mut Elsewhere::of(b"x"), now);
    assert_eq!(written, Err(Error::BadDescriptor));
}
