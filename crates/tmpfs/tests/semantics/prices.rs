//! Charges agree with the documentation: `prices`, `Limits::content`, `write_at`.

use tmpfs::prices::{ALLOCATION, BRANCH, BUCKET, ENTRY, NODE, PAGE as PAGE_ROW, SHORT};
use tmpfs::{Error, Limits, PAGE};

use crate::fixture::Fixture;

/// Returns the metadata that `work` is charged.
fn metadata(fixture: &mut Fixture, work: impl FnOnce(&mut Fixture)) -> u64 {
    let before = fixture.space.usage().metadata;
    work(fixture);
    fixture.space.usage().metadata - before
}

#[test]
fn every_row_has_its_price() {
    let mut fixture = Fixture::new();
    let first = metadata(&mut fixture, |it| it.file_of("first", b""));
    assert_eq!(first, NODE + ENTRY + BUCKET);
    let second = metadata(&mut fixture, |it| it.directory("second").unwrap());
    assert_eq!(second, NODE + ENTRY + BRANCH);
    let long = "l".repeat(SHORT + 1);
    assert_eq!(metadata(&mut fixture, |it| it.link("first", &long[1..]).unwrap()), ENTRY);
    let long = metadata(&mut fixture, |it| it.link("first", &long).unwrap());
    assert_eq!(long, ENTRY + ALLOCATION + SHORT as u64 + 1);
    let link = metadata(&mut fixture, |it| it.symlink("target", "link").unwrap());
    assert_eq!(link, NODE + ALLOCATION + 6 + ENTRY);
    let file = fixture.file("file");
    let page = metadata(&mut fixture, |it| _ = it.write(file, 0, b"x").unwrap());
    assert_eq!(page, PAGE_ROW);
    let page = metadata(&mut fixture, |it| _ = it.write(file, PAGE as u64, b"x").unwrap());
    assert_eq!(page, PAGE_ROW + BRANCH);
    let far = metadata(&mut fixture, |it| _ = it.write(file, 256 * PAGE as u64, b"x").unwrap());
    assert_eq!(far, PAGE_ROW + 4 * BRANCH, "two levels above, and two beside what was there");
}

#[test]
fn many_empty_files_cost_what_is_said_of_one() {
    let mut fixture = Fixture::new();
    let all = metadata(&mut fixture, |it| {
        (0..20_000).for_each(|at| it.file_of(&at.to_string(), b""));
    });
    assert!((240..250).contains(&(all / 20_000)), "{}", all / 20_000);
}

#[test]
fn pages_have_the_sizes_that_are_said() {
    let sizes = [(1, 64), (64, 64), (65, 128), (100, 128), (2_049, 4_096), (4_096, 4_096)];
    let larger = [(4_097, 8_192), (5_000, 8_192), (16_384, 16_384), (16_385, 16_384 + 4_096)];
    for (length, charged) in sizes.into_iter().chain(larger) {
        let mut fixture = Fixture::new();
        fixture.file_of("file", &vec![1; length]);
        assert_eq!(fixture.space.usage().content, charged, "{length} bytes");
        let longer = fixture.file("longer");
        fixture.write(longer, 0, &[1; 2 * PAGE]).unwrap();
        fixture.set_size(longer, length as u64).unwrap();
        assert_eq!(fixture.space.usage().content, 2 * charged, "{length} bytes left");
    }
}

#[test]
fn a_piece_of_a_write_is_written_whole_or_not_at_all() {
    let limits = Limits { content: PAGE as u64 + 8_191, ..Limits::default() };
    let mut fixture = Fixture::with(limits);
    let file = fixture.file("file");
    let start = PAGE as u64 - 10;
    // Ten bytes in the first page; of the second, 4,096 would fit, but not all that is asked for.
    assert_eq!(fixture.write(file, start, &[1; 5_000]), Ok(10));
    assert_eq!(fixture.write(file, PAGE as u64, &[1; 4_990]), Err(Error::InsufficientSpace));
    assert_eq!(fixture.write(file, PAGE as u64, &[1; 4_096]), Ok(4_096));
    let size = 2 * PAGE as u64 + 7;
    fixture.space.set_limits(Limits { file_size: size, ..Limits::default() });
    assert_eq!(fixture.write(file, size - 3, b"to the very byte"), Ok(3));
    assert_eq!(fixture.write(file, size, b"x"), Err(Error::FileTooLarge));
}
