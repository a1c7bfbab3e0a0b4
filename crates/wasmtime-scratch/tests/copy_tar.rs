//! Copies between archives and a space.

mod archive;

use std::io::{Cursor, Read};
use std::sync::LazyLock;

use archive::{Archive, expect_refused, names};
use chance::Chance;
use wasmtime_scratch::{CopyError, Limit, Limits, Reason, Space, Stop};

fn space() -> Space {
    Space::builder().build().unwrap()
}

fn check(space: &Space) {
    space.audit().unwrap();
    assert_eq!(space.usage().handles, 0);
}

/// The reason for which an archive could not be read on.
fn stopped(error: &CopyError) -> &'static str {
    match error.stop() {
        Some(Stop::Archive(reason)) => reason,
        stop => panic!("{stop:?}: {error}"),
    }
}

#[test]
fn copy_from_an_archive_takes_what_it_can_and_tells_the_rest_by_name() {
    let mut archive = Archive::new();
    archive.file("good", b"1");
    archive.file("/etc/passwd", b"x");
    archive.file("../up", b"x");
    archive.file("a/../../up", b"x");
    archive.file("a/./b//c", b"2");
    archive.file("good", b"again");
    archive.file("good/below", b"x");
    archive.directory("good/");
    archive.directory("a/");
    archive.symbolic_link("a/absolute", "/etc/passwd");
    archive.symbolic_link("a/out", "../../x");
    archive.symbolic_link("a/turns", "b/../../../x");
    archive.symbolic_link("a/inside", "../good");
    archive.symbolic_link("away", "a");
    archive.file("away/through", b"x");
    archive.hard_link("hard", "good");
    archive.hard_link("hard-none", "none");
    archive.hard_link("hard-out", "/etc/passwd");
    archive.hard_link("hard-up", "a/../../x");
    archive.hard_link("hard-link", "a/inside");
    archive.hard_link("hard-directory", "a");
    archive.special("character", tar::EntryType::Char);
    archive.special("block", tar::EntryType::Block);
    archive.special("fifo", tar::EntryType::Fifo);
    archive.special("volume", tar::EntryType::new(b'V'));
    archive.named(b"not-\xff", b"x");
    archive.named(b"", b"x");
    archive.file("last", b"3");
    let space = space();
    let error = space.unpack(&archive.end()[..], "/in").unwrap_err();
    expect_refused(
        &error,
        &[
            ("/etc/passwd", Reason::AbsoluteName),
            ("../up", Reason::LeavesTheTree),
            ("a/../../up", Reason::LeavesTheTree),
            ("good", Reason::Exists),
            ("good/below", Reason::NoDirectory),
            ("good/", Reason::Exists),
            ("a/absolute", Reason::LinkLeadsOut),
            ("a/out", Reason::LinkLeadsOut),
            ("a/turns", Reason::LinkLeadsOut),
            ("away/through", Reason::NoDirectory),
            ("hard-none", Reason::NoSuchFile),
            ("hard-out", Reason::LinkLeadsOut),
            ("hard-up", Reason::LinkLeadsOut),
            ("hard-link", Reason::NoSuchFile),
            ("hard-directory", Reason::NoSuchFile),
            ("character", Reason::Device),
            ("block", Reason::Device),
            ("fifo", Reason::Fifo),
            ("volume", Reason::UnknownKind),
            ("not-\u{fffd}", Reason::NotUtf8),
            ("", Reason::BadName),
        ],
    );
    let copied = error.copied();
    assert_eq!((copied.files, copied.directories, copied.bytes), (3, 2, 3));
    assert_eq!((copied.symbolic_links, copied.hard_links), (2, 1));
    let expected = ["a/", "a/b/", "a/b/c=2", "a/inside@", "away@", "good=1", "hard=1", "last=3"];
    assert_eq!(names(&space, "/in"), expected);
    check(&space);
}

#[test]
fn copy_from_an_archive_refuses_names_that_are_too_deep() {
    let deep = |directories: usize| format!("{}file", "d/".repeat(directories));
    let mut archive = Archive::new();
    archive.long(deep(256), b"1");
    let too_deep = [deep(257), deep(258), deep((1 << 19) - 4)];
    for name in &too_deep {
        archive.long(name.clone(), b"x");
    }
    archive.file("last", b"2");
    let space = space();
    let error = space.unpack(&archive.end()[..], "/").unwrap_err();
    let refused: Vec<_> = error.refused().iter().map(|it| (it.path(), it.reason())).collect();
    let expected = too_deep.each_ref().map(|name| (&name[..name.len().min(4096)], Reason::TooDeep));
    for (refused, expected) in refused.iter().zip(&expected) {
        assert!(refused.0.starts_with(expected.0) && refused.1 == expected.1, "{refused:?}");
    }
    assert_eq!(refused.len(), 3);
    assert_eq!((error.copied().files, error.copied().directories), (2, 256));
    check(&space);
}

#[test]
fn copy_from_an_archive_that_is_cut_keeps_what_is_whole() {
    let mut archive = Archive::new();
    archive.file("first", &[1; 700]);
    archive.long("long/".repeat(60) + "name", &[2; 700]);
    archive.sparse("sparse", 1 << 30, &[(0, &[3; 512]), (1 << 29, &[4; 100])]);
    archive.file("last", &[5; 512]);
    let whole = archive.end();
    let complete = space();
    let all = complete.unpack(&whole[..], "/").unwrap();
    assert_eq!(all.files, 4);
    // The mark is two blocks, and one is enough, as it is for others.
    for length in (0..whole.len() - 1024).step_by(37) {
        let space = space();
        let error = space.unpack(&whole[..length], "/").unwrap_err();
        assert!(stopped(&error).contains("cut"), "{length}: {error}");
        assert!(error.copied().files <= all.files);
        let files = names(&space, "/");
        let files = files.iter().filter(|name| name.contains('=')).count() as u64;
        assert_eq!(files, error.copied().files, "no part of a file is left: {length}");
        check(&space);
    }
}

#[test]
fn copy_from_an_archive_that_lies_refuses_it() {
    let big = |bytes: &[u8]| {
        let mut archive = Archive::new();
        archive.file("good", b"1");
        archive.raw(bytes);
        archive.end()
    };
    // A size beyond the archive.
    let mut header = archive::header("lies", tar::EntryType::Regular, 1 << 40);
    let error = space().unpack(&big(header.as_bytes())[..], "/").unwrap_err();
    assert!(stopped(&error).contains("cut"));
    assert_eq!(error.copied().files, 1);
    // One that overflows.
    header.set_size(u64::MAX);
    header.set_cksum();
    let error = space().unpack(&big(header.as_bytes())[..], "/").unwrap_err();
    assert!(stopped(&error).contains("size"), "{error}");
    // One of what has none: readers differ in where the next entry begins.
    for kind in [tar::EntryType::Directory, tar::EntryType::Symlink, tar::EntryType::Link] {
        let header = archive::header("lies", kind, 512);
        let error = space().unpack(&big(header.as_bytes())[..], "/").unwrap_err();
        assert!(stopped(&error).contains("size"), "{error}");
    }
    // A name of 1 TiB, and records.
    for kind in [tar::EntryType::GNULongName, tar::EntryType::GNULongLink, tar::EntryType::XHeader]
    {
        let header = archive::header("lies", kind, 1 << 40);
        let error = space().unpack(&big(header.as_bytes())[..], "/").unwrap_err();
        assert!(stopped(&error).contains("1 MiB"), "{error}");
    }
    let mut damaged = archive::header("lies", tar::EntryType::Regular, 0);
    damaged.as_mut_bytes()[0] ^= 1;
    let error = space().unpack(&big(damaged.as_bytes())[..], "/").unwrap_err();
    assert!(stopped(&error).contains("damaged"), "{error}");
    let error = space().unpack(&[b'x'; 4096][..], "/").unwrap_err();
    assert!(stopped(&error).contains("no tar archive"), "{error}");
    let error = space().unpack(&[][..], "/").unwrap_err();
    assert!(stopped(&error).contains("cut"), "{error}");
}

#[test]
fn copy_of_sparse_files_that_lie_refuses_them_alone() {
    // Parts that overlap, that go beyond the end, that come in no order, that are too long or too
    // short for the data.
    let wrong: [(u64, &[(u64, u64)]); 6] = [
        (4096, &[(0, 512), (256, 512)]),
        (1000, &[(0, 512), (512, 512)]),
        (4096, &[(2048, 512), (0, 512)]),
        (4096, &[(0, 512), (1024, 1024)]),
        (4096, &[(0, 512)]),
        (4096, &[(u64::MAX, 512), (0, 512)]),
    ];
    for (real, parts) in wrong {
        for pax in [false, true] {
            let mut archive = Archive::new();
            if pax {
                archive.pax_sparse("sparse", real, parts, &[1; 1024]);
            } else {
                archive.gnu_sparse("sparse", real, parts, &[1; 1024]);
            }
            archive.file("good", b"1");
            let space = space();
            let error = space.unpack(&archive.end()[..], "/").unwrap_err();
            expect_refused(&error, &[("sparse", Reason::SizesLie)]);
            assert_eq!(names(&space, "/"), ["good=1"], "{real} {parts:?} {pax}");
            check(&space);
        }
    }
}

#[test]
fn copy_of_a_sparse_file_takes_time_by_its_data() {
    let far = 1 << 60;
    for pax in [false, true] {
        let mut archive = Archive::new();
        let parts = [(0, 100), (far, 412), (far + 4096, 512)];
        if pax {
            archive.pax_sparse("dir/sparse", far + (1 << 50), &parts, &[7; 1024]);
        } else {
            // Its data are in blocks, part by part.
            let parts = [(0, 512), (far, 512)];
            archive.gnu_sparse("dir/sparse", far + (1 << 50), &parts, &[7; 1024]);
        }
        let space = space();
        let copied = space.unpack(&archive.end()[..], "/").unwrap();
        assert_eq!((copied.files, copied.bytes), (1, 1024));
        assert_eq!(space.metadata("/dir/sparse").unwrap().size, far + (1 << 50));
        assert!(space.usage().content <= 2 * 16_384);
        let mut again = Vec::new();
        space.pack("/", &mut again).unwrap();
        assert!(again.len() < 100_000);
        let other = Space::builder().build().unwrap();
        other.unpack(&again[..], "/").unwrap();
        assert_eq!(other.usage(), space.usage());
        check(&space);
    }
}

/// An archive of so many empty files, made as it is read.
struct Many {
    left: u64,
    block: Cursor<Vec<u8>>,
    next: fn(u64) -> Vec<u8>,
}

impl Many {
    fn new(left: u64, next: fn(u64) -> Vec<u8>) -> Self {
        Self { left, block: Cursor::default(), next }
    }
}

impl Read for Many {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.block.read(buffer)?;
        if read > 0 {
            return Ok(read);
        }
        let Some(left) = self.left.checked_sub(1) else {
            self.block = Cursor::new(vec![0; 512]);
            return self.block.read(buffer);
        };
        self.left = left;
        self.block = Cursor::new((self.next)(left));
        self.block.read(buffer)
    }
}

fn block(name: &str) -> Vec<u8> {
    archive::header(name, tar::EntryType::Regular, 0).as_bytes().to_vec()
}

#[test]
fn copy_of_a_million_entries_ends_at_a_limit_or_counts_them() {
    let limits = Limits { nodes: 1_000, ..Limits::default() };
    let space = Space::builder().limits(limits).build().unwrap();
    let mut archive = Many::new(1_000_000, |left| block(&left.to_string()));
    let error = space.unpack(&mut archive, "/").unwrap_err();
    let Some(Stop::Space { refusal: Some(refusal), .. }) = error.stop() else { panic!("{error}") };
    assert_eq!((refusal.limit, refusal.allowed), (Limit::Nodes, 1_000));
    assert_eq!((error.copied().files, archive.left), (999, 999_000), "it stops at once");
    check(&space);

    static OUT: LazyLock<Vec<u8>> = LazyLock::new(|| block("../out"));
    let error = space.unpack(Many::new(1_000_000, |_| OUT.clone()), "/").unwrap_err();
    assert_eq!((error.refusals(), error.refused().len()), (1_000_000, 1_000));
    assert_eq!(error.refused()[999].path(), "../out");
    assert!(error.to_string().contains("refused 1000000"), "{error}");

    let error = space.unpack(Many::new(2_000, |_| block("999999")), "/").unwrap_err();
    assert_eq!((error.refusals(), error.refused()[0].reason()), (2_000, Reason::Exists));
    check(&space);
}

#[test]
fn copy_of_a_damaged_archive_never_panics_and_keeps_the_books() {
    let mut archive = Archive::new();
    archive.directory("dir/");
    archive.file("dir/file", &[1; 700]);
    archive.long("long/".repeat(30) + "name", &[2; 700]);
    archive.gnu_sparse("sparse", 1 << 20, &[(0, 512), (1 << 19, 512)], &[7; 1024]);
    archive.pax_sparse("pax", 1 << 20, &[(0, 512), (1 << 19, 512)], &[7; 1024]);
    archive.symbolic_link("link", "dir/file");
    archive.hard_link("hard", "dir/file");
    let whole = archive.end();
    let mut chance = Chance(13);
    let mut whole_ones = 0;
    for _ in 0..3_000 {
        let mut bytes = whole.clone();
        let block = chance.below(bytes.len() / 512) * 512;
        for _ in 0..1 + chance.below(4) {
            let at = block + [chance.below(512), 100 + chance.below(60)][chance.below(2)];
            bytes[at] = u8::try_from(chance.below(256)).unwrap();
        }
        // Most damage is found by the sum alone.
        let header: &mut [u8; 512] = (&mut bytes[block..block + 512]).try_into().unwrap();
        let mut summed = tar::Header::new_old();
        summed.as_mut_bytes().copy_from_slice(header);
        summed.set_cksum();
        if chance.below(8) > 0 && header.iter().any(|byte| *byte != 0) {
            *header = *summed.as_bytes();
        }
        let space = Space::builder().bytes(1 << 16).nodes(60).build().unwrap();
        whole_ones += u64::from(space.unpack(&bytes[..], "/").is_ok());
        check(&space);
    }
    assert!(whole_ones > 0);
}

#[test]
fn copy_to_an_archive_is_read_by_others() {
    let space = space();
    let deep = format!("/out/{}", "directory/".repeat(20));
    space.create_dir_all(&deep).unwrap();
    space.write(&format!("{deep}name-é"), "deep").unwrap();
    space.write("/out/empty", "").unwrap();
    space.write("/out/large", vec![5; 700_000]).unwrap();
    let mut bytes = Vec::new();
    let copied = space.pack("/out", &mut bytes).unwrap();
    assert_eq!((copied.files, copied.directories, copied.bytes), (3, 20, 700_004));
    let mut archive = tar::Archive::new(&bytes[..]);
    let mut seen = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        if entry.header().entry_type().is_file() {
            seen.push((path, content));
        }
    }
    seen.sort();
    let directory = "directory/".repeat(20);
    let expected = [
        (format!("{directory}name-é"), b"deep".to_vec()),
        ("empty".to_owned(), vec![]),
        ("large".to_owned(), vec![5; 700_000]),
    ];
    assert_eq!(seen, expected);
    bytes.clear();
    space.pack("/out/empty", &mut bytes).unwrap();
    assert_eq!(bytes.len(), 5 * 512, "records, a header and the mark: {}", bytes.len());
    check(&space);
}

#[test]
fn copy_to_an_archive_fills_the_entry_of_a_file_that_is_written_to() {
    let space = space();
    space.write("/a", vec![1; 1 << 20]).unwrap();
    space.write("/b", "b").unwrap();
    let mut bytes = Vec::new();
    let copying = space.copying().progress(|progress| {
        if progress.path == "a" {
            space.write("/a", "short").unwrap();
        }
    });
    let error = copying.pack("/", &mut bytes).unwrap_err();
    expect_refused(&error, &[("a", Reason::Shrank)]);
    let mut archive = tar::Archive::new(&bytes[..]);
    let entries = archive.entries().unwrap().map(|entry| entry.unwrap());
    let told: Vec<_> =
        entries.map(|entry| (entry.path_bytes().into_owned(), entry.size())).collect();
    assert!(told.contains(&(b"a".to_vec(), 1 << 20)) && told.contains(&(b"b".to_vec(), 1)));
    check(&space);
}
