//! Content: holes, ends, sizes.

use tmpfs::{Error, Limits, PAGE};

use crate::fixture::Fixture;

const LARGEST: u64 = (1 << 63) - 1;

#[test]
fn a_gap_reads_as_zeros_and_costs_nothing() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    let far = 1 << 40;
    assert_eq!(fixture.write(file, far, b"far"), Ok(3));
    assert_eq!(fixture.space.stat(file).unwrap().size, far + 3);
    assert!(fixture.space.usage().content <= PAGE as u64, "one page, where the bytes are");
    assert_eq!(fixture.read(file, far - 2, 100), b"\0\0far");
    assert_eq!(fixture.read(file, 12345, 1000), [0; 1000]);
    assert_eq!(fixture.read(file, far + 3, 10), b"");
    assert_eq!(fixture.read(file, u64::MAX, 10), b"");
}

#[test]
fn zeros_in_a_hole_stay_a_hole() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    let metadata = fixture.space.usage().metadata;
    assert_eq!(fixture.write(file, 0, &vec![0; 10 * PAGE]), Ok(10 * PAGE));
    assert_eq!(fixture.append(file, &[0; 100]), Ok(100));
    assert_eq!(fixture.space.stat(file).unwrap().size, 10 * PAGE as u64 + 100);
    let usage = fixture.space.usage();
    assert_eq!((usage.content, usage.metadata), (0, metadata), "a page of zeros costs nothing");
}

#[test]
fn zeros_are_limited_by_the_size_of_a_file_alone() {
    let pages = 10 * PAGE;
    let file_size = u64::try_from(pages).unwrap();
    let mut fixture = Fixture::with(Limits { content: 0, file_size, ..Limits::default() });
    let file = fixture.file("file");
    assert_eq!(fixture.write(file, 0, &vec![0; pages]), Ok(pages));
    assert_eq!(fixture.append(file, &[0]), Err(Error::FileTooLarge));
    assert_eq!(fixture.write(file, 0, &[1]), Err(Error::InsufficientSpace));
    assert_eq!(fixture.read(file, 0, pages), vec![0; pages]);
}

#[test]
fn a_page_overwritten_by_zeros_is_given_back() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    let empty = fixture.space.usage();
    fixture.write(file, 0, &vec![1; 3 * PAGE]).unwrap();
    fixture.write(file, 0, &vec![0; 3 * PAGE]).unwrap();
    assert_eq!(fixture.space.usage(), empty);
    assert_eq!(fixture.read(file, PAGE as u64, PAGE), vec![0; PAGE]);
}

#[test]
fn a_file_is_at_most_as_large_as_its_limit() {
    let mut fixture = Fixture::with(Limits { file_size: 1000, ..Limits::default() });
    let file = fixture.file("file");
    assert_eq!(fixture.write(file, 1000, b"x"), Err(Error::FileTooLarge));
    assert_eq!(fixture.write(file, u64::MAX, b"x"), Err(Error::FileTooLarge));
    assert_eq!(fixture.write(file, u64::MAX, b""), Ok(0), "nothing is written nowhere");
    assert_eq!(fixture.set_size(file, 1001), Err(Error::FileTooLarge));
    assert_eq!(fixture.space.stat(file).unwrap().size, 0);
    assert_eq!(fixture.write(file, 990, &[7; 100]), Ok(10), "as much as fits");
    assert_eq!(fixture.space.stat(file).unwrap().size, 1000);
    assert_eq!(fixture.append(file, b"x"), Err(Error::FileTooLarge));
    assert_eq!(fixture.set_size(file, 1000), Ok(()));
}

#[test]
fn sizes_end_where_those_of_other_systems_end() {
    for file_size in [LARGEST, u64::MAX] {
        let mut fixture = Fixture::with(Limits { file_size, ..Limits::default() });
        let file = fixture.file("file");
        assert_eq!(fixture.set_size(file, LARGEST), Ok(()));
        assert_eq!(fixture.set_size(file, LARGEST + 1), Err(Error::FileTooLarge));
        assert_eq!(fixture.set_size(file, u64::MAX), Err(Error::FileTooLarge));
        assert_eq!(fixture.write(file, LARGEST - 2, b"end!"), Ok(2));
        assert_eq!(fixture.read(file, LARGEST - 3, 10), b"\0en");
        assert_eq!(fixture.append(file, b"x"), Err(Error::FileTooLarge));
        assert!(fixture.space.usage().content <= PAGE as u64);
        assert_eq!(fixture.set_size(file, 0), Ok(()));
        assert_eq!(fixture.space.usage().content, 0);
    }
}

#[test]
fn what_is_cut_off_does_not_come_back() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    fixture.write(file, 0, &vec![9; 2 * PAGE]).unwrap();
    fixture.set_size(file, PAGE as u64 + 10).unwrap();
    fixture.set_size(file, 2 * PAGE as u64).unwrap();
    assert_eq!(fixture.read(file, PAGE as u64, 12), [&[9; 10][..], &[0; 2]].concat());
    fixture.set_size(file, 5).unwrap();
    assert_eq!(fixture.space.usage().content, 64, "the first page is as small as can be");
    fixture.write(file, 20, b"x").unwrap();
    assert_eq!(fixture.read(file, 0, 100), [&[9; 5][..], &[0; 15], b"x"].concat());
}

#[test]
fn append_writes_at_the_end_wherever_that_is() {
    let mut fixture = Fixture::new();
    let (one, other) = (fixture.file("file"), fixture.open("file").unwrap());
    fixture.append(one, b"a").unwrap();
    fixture.append(other, b"b").unwrap();
    fixture.append(one, b"c").unwrap();
    fixture.set_size(other, 5).unwrap();
    fixture.append(one, b"d").unwrap();
    assert_eq!(fixture.content("file").unwrap(), b"abc\0\0d");
}

#[test]
fn reads_are_short_at_the_end_only() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    let bytes: Vec<u8> = (0..=255).cycle().take(3 * PAGE + 17).collect();
    fixture.write(file, 0, &bytes).unwrap();
    for (offset, length) in [(0, 1), (PAGE - 1, 2), (10, 3 * PAGE), (3 * PAGE, 17), (3 * PAGE, 18)]
    {
        let end = (offset + length).min(bytes.len());
        assert_eq!(fixture.read(file, offset as u64, length), bytes[offset..end]);
    }
    assert_eq!(fixture.read(file, 0, 0), b"");
}

#[test]
fn writing_within_a_file_leaves_the_rest() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    let mut bytes = vec![1; 2 * PAGE];
    fixture.write(file, 0, &bytes).unwrap();
    for at in [0, 63, PAGE - 2, PAGE, 2 * PAGE - 4] {
        bytes[at..at + 4].copy_from_slice(b"over");
        assert_eq!(fixture.write(file, at as u64, b"over"), Ok(4));
    }
    assert_eq!(fixture.content("file").unwrap(), bytes);
}

#[test]
fn data_are_found_behind_holes_of_any_size() {
    let page = PAGE as u64;
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    assert_eq!(fixture.space.next_data(file, 0), Ok(None), "an empty file has none");
    fixture.write(file, 3 * page + 7, b"near").unwrap();
    let last = LARGEST - 1;
    fixture.write(file, last, b"x").unwrap();
    let far = last / page * page;
    for (offset, begin) in [
        (0, Some(3 * page)),
        (3 * page + 5, Some(3 * page + 5)),
        (4 * page - 1, Some(4 * page - 1)),
        (4 * page, Some(far)),
        (last, Some(last)),
        (LARGEST, None),
        (u64::MAX, None),
    ] {
        assert_eq!(fixture.space.next_data(file, offset), Ok(begin), "from {offset} on");
    }
    fixture.set_size(file, 1 << 50).unwrap();
    assert_eq!(fixture.space.next_data(file, 4 * page), Ok(None), "a hole at the end");
    let root = fixture.root;
    assert_eq!(fixture.space.next_data(root, 0), Err(Error::IsDirectory));
}
