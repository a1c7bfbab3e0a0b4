//! Listings, while the directory changes.

use std::collections::BTreeSet;

use tmpfs::{Cursor, Error, Handle, Kind};

use crate::fixture::Fixture;

fn filled(files: usize) -> Fixture {
    let mut fixture = Fixture::new();
    for at in 0..files {
        fixture.file_of(&format!("{at}"), b"");
    }
    fixture
}

fn next(fixture: &Fixture, directory: Handle, cursor: &mut Cursor) -> Option<String> {
    let entry = fixture.space.list(directory, cursor).unwrap()?;
    Some(entry.name.to_owned())
}

#[test]
fn every_entry_is_told_once_and_the_dots_never() {
    let mut fixture = filled(1000);
    fixture.directory("directory").unwrap();
    fixture.symlink("0", "link").unwrap();
    let mut cursor = Cursor::default();
    let mut told = BTreeSet::new();
    while let Some(entry) = fixture.space.list(fixture.root, &mut cursor).unwrap() {
        let kind = match entry.name {
            "directory" => Kind::Directory,
            "link" => Kind::SymbolicLink,
            _ => Kind::RegularFile,
        };
        assert_eq!(entry.kind, kind);
        assert!(told.insert(entry.name.to_owned()), "{} twice", entry.name);
    }
    assert_eq!(told.len(), 1002);
    assert!(!told.contains(".") && !told.contains(".."));
    assert_eq!(fixture.space.list(fixture.root, &mut cursor), Ok(None), "the end stays the end");
}

#[test]
fn removing_what_was_told_loses_nothing() {
    let mut fixture = filled(500);
    let mut cursor = Cursor::default();
    let mut told = BTreeSet::new();
    while let Some(name) = next(&fixture, fixture.root, &mut cursor) {
        fixture.unlink(&name).unwrap();
        assert!(told.insert(name));
    }
    assert_eq!(told.len(), 500);
    assert_eq!(fixture.names(fixture.root), [""; 0]);
}

#[test]
fn what_stands_throughout_is_told_once_whatever_else_happens() {
    let mut fixture = filled(300);
    let mut cursor = Cursor::default();
    let mut told = BTreeSet::new();
    let mut turn = 0;
    while let Some(name) = next(&fixture, fixture.root, &mut cursor) {
        assert!(told.insert(name.clone()), "{name} twice");
        // Even numbers stand; odd ones go, are renamed and replaced; others come.
        let odd = 2 * (turn * 7 % 150) + 1;
        if fixture.stat(&format!("{odd}")).is_ok() {
            match turn % 3 {
                0 => fixture.unlink(&format!("{odd}")).unwrap(),
                1 => fixture.rename(&format!("{odd}"), &format!("renamed {turn}")).unwrap(),
                _ => {
                    fixture.file_of(&format!("over {turn}"), b"");
                    fixture.rename(&format!("over {turn}"), &format!("{odd}")).unwrap();
                }
            }
        }
        fixture.file_of(&format!("new {turn}"), b"");
        turn += 1;
        assert!(turn < 10_000, "what comes does not keep a listing from ending");
    }
    for even in (0..300).step_by(2) {
        assert!(told.contains(&format!("{even}")), "{even} was lost");
    }
}

/// Moves the file `a` to another directory and back, or removes it and makes it again.
fn away_and_back(fixture: &mut Fixture, how: usize) {
    match how {
        0 => {
            fixture.rename("a", "other/a").unwrap();
            fixture.rename("other/a", "a").unwrap();
        }
        1 => {
            fixture.link("a", "other/a").unwrap();
            fixture.unlink("a").unwrap();
            fixture.link("other/a", "a").unwrap();
        }
        _ => {
            fixture.unlink("a").unwrap();
            fixture.file_of("a", b"");
        }
    }
}

#[test]
fn an_entry_that_is_moved_away_and_back_is_told_once() {
    for how in 0..3 {
        for removed in 0..8_u32 {
            let mut fixture = Fixture::new();
            fixture.directory("other").unwrap();
            fixture.directory("listed").unwrap();
            let names = ["a", "b", "c", "d"];
            names.iter().for_each(|name| fixture.file_of(name, b""));
            let mut cursor = Cursor::default();
            let mut told = Vec::new();
            while let Some(name) = next(&fixture, fixture.root, &mut cursor) {
                told.push(name);
                if told.last().is_some_and(|name| name == "a") {
                    // The places of what goes are free for what comes.
                    for (at, name) in (0..).zip(&names[1..]) {
                        if removed >> at & 1 == 1 {
                            fixture.unlink(name).unwrap();
                        }
                    }
                    away_and_back(&mut fixture, how);
                }
            }
            told.sort();
            let stood = (0..).zip(&names[1..]).filter(|(at, _)| removed >> at & 1 == 0);
            let mut expected: Vec<_> = stood.map(|(_, name)| (*name).to_owned()).collect();
            expected.extend(["a", "listed", "other"].map(str::to_owned));
            expected.sort();
            assert_eq!(told, expected, "{how}, {removed:b}");
        }
    }
}

#[test]
fn an_entry_that_is_renamed_within_its_directory_is_told_once_under_its_new_name() {
    let mut fixture = filled(50);
    let mut cursor = Cursor::default();
    let mut told = BTreeSet::new();
    for turn in 0.. {
        if turn < 50 {
            fixture.rename(&format!("{turn}"), &format!("renamed {turn}")).unwrap();
            // To where it was told, and away from where it was not.
            fixture.rename(&format!("renamed {turn}"), &format!("again {turn}")).unwrap();
        }
        let Some(name) = next(&fixture, fixture.root, &mut cursor) else { break };
        assert!(told.insert(name));
    }
    assert_eq!(told, (0..50).map(|at| format!("again {at}")).collect());
}

#[test]
fn an_entry_that_comes_during_a_listing_is_not_told() {
    let mut fixture = filled(5);
    let mut cursor = Cursor::default();
    let mut told = BTreeSet::new();
    while let Some(name) = next(&fixture, fixture.root, &mut cursor) {
        assert!(told.insert(name));
        fixture.unlink("4").unwrap();
        fixture.file_of("4", b"");
        fixture.file_of(&format!("new {}", told.len()), b"");
    }
    assert_eq!(told, ["0", "1", "2", "3"].map(str::to_owned).into());
}

#[test]
fn listings_do_not_interfere() {
    let mut fixture = filled(10);
    let (mut one, mut other) = (Cursor::default(), Cursor::default());
    let again = fixture.open_directory(".");
    let mut first = Vec::new();
    let mut second = Vec::new();
    for _ in 0..10 {
        first.extend(next(&fixture, fixture.root, &mut one));
        second.extend(next(&fixture, again, &mut other));
    }
    assert_eq!(first, second);
    assert_eq!(first.len(), 10);
}

#[test]
fn a_listing_of_what_is_no_directory_fails() {
    let mut fixture = filled(1);
    let file = fixture.open("0").unwrap();
    let mut cursor = Cursor::default();
    assert_eq!(fixture.space.list(file, &mut cursor), Err(Error::NotDirectory));
    fixture.close(file);
    assert_eq!(fixture.space.list(file, &mut cursor), Err(Error::BadDescriptor));
}

#[test]
fn a_cursor_of_another_directory_is_harmless() {
    let mut fixture = filled(20);
    fixture.directory("small").unwrap();
    fixture.file_of("small/one", b"");
    let small = fixture.open_directory("small");
    let mut cursor = Cursor::default();
    for _ in 0..15 {
        next(&fixture, fixture.root, &mut cursor).unwrap();
    }
    assert_eq!(next(&fixture, small, &mut cursor), None);
}

/// The names from a place on, which is kept between any two of them.
fn from(fixture: &Fixture, place: u64) -> Vec<(String, u64)> {
    let mut told = Vec::new();
    let mut cursor = Cursor::resume(place);
    while let Some(name) = next(fixture, fixture.root, &mut cursor) {
        told.push((name, cursor.place()));
        cursor = Cursor::resume(cursor.place());
    }
    told
}

#[test]
fn a_place_can_be_kept_and_resumed() {
    let mut fixture = filled(300);
    let all = from(&fixture, Cursor::default().place());
    assert_eq!(all.len(), 300);
    let places: BTreeSet<u64> = all.iter().map(|(_, place)| *place).collect();
    assert_eq!(places.len(), 300, "each its own");
    let (_, place) = all[99];
    assert_eq!(from(&fixture, place), all[100..]);
    // Removed before the place, at it and behind it; made later.
    for at in [10, 99, 150] {
        fixture.unlink(&all[at].0).unwrap();
    }
    fixture.file_of("later", b"");
    let mut expected: Vec<&str> = all[100..].iter().map(|(name, _)| name.as_str()).collect();
    expected.remove(50);
    expected.push("later");
    let told = from(&fixture, place);
    assert!(told.iter().map(|(name, _)| name.as_str()).eq(expected));
    assert_eq!(from(&fixture, u64::MAX), []);
    // Other entries of a directory that was emptied.
    for (name, _) in from(&fixture, 0) {
        fixture.unlink(&name).unwrap();
    }
    fixture.file_of("new", b"");
    assert_eq!(from(&fixture, 0).len(), 1);
}
