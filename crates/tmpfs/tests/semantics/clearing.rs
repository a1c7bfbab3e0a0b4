//! Removal of everything at once.

use tmpfs::{DescriptorFlags, Error, Follow, Limits, PAGE};

use crate::fixture::{EXCLUSIVE, Fixture, settings};

/// Files, links of both kinds and directories in directories.
fn planted() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.directory("empty").unwrap();
    fixture.directory("a").unwrap();
    fixture.directory("a/b").unwrap();
    fixture.directory("a/b/c").unwrap();
    fixture.file_of("a/b/file", &vec![1; 3 * PAGE]);
    fixture.link("a/b/file", "link").unwrap();
    fixture.symlink("a/b", "a/symlink").unwrap();
    for number in 0..200 {
        fixture.file_of(&format!("a/b/{number}, of a directory with many buckets"), b"x");
    }
    fixture
}

#[test]
fn nothing_is_left_but_the_root() {
    let empty = Fixture::new().space.usage();
    let mut fixture = planted();
    let now = fixture.now();
    fixture.space.clear(now).unwrap();
    assert_eq!(fixture.names(fixture.root), [""; 0]);
    assert_eq!(fixture.space.usage(), empty);
    let root = fixture.stat(".").unwrap();
    assert_eq!((root.link_count, root.modified, root.changed), (2, now, now));
    let now = fixture.now();
    fixture.space.clear(now).unwrap();
    assert_eq!(fixture.stat(".").unwrap(), root, "where nothing is, nothing is done");
    fixture.file_of("a", b"the names are free again");
}

#[test]
fn of_a_directory_nothing_is_left_and_all_else_stays() {
    let template = planted().into_space().freeze().expect("it stands on no other");
    let of_template = template.space(settings(Limits::default())).unwrap();
    for mut fixture in [planted(), Fixture::of(of_template)] {
        fixture.directory("a/b/c/d").unwrap();
        let (top, now) = (fixture.open_directory("a/b"), fixture.now());
        fixture.space.clear_directory(top, now).unwrap();
        assert_eq!(fixture.names(top), [""; 0]);
        let stat = fixture.stat("a/b").unwrap();
        assert_eq!((stat.link_count, stat.modified), (2, now));
        assert_eq!(fixture.names(fixture.root), ["a", "empty", "link"]);
        assert_eq!(fixture.content("link").unwrap(), vec![1; 3 * PAGE]);
        assert_eq!(fixture.stat("link").unwrap().link_count, 1);
        assert_eq!(fixture.space.usage().nodes, 6);
        fixture.space.audit().unwrap();

        let read_only = fixture.space.root(DescriptorFlags::READ).unwrap();
        let now = fixture.now();
        assert_eq!(fixture.space.clear_directory(read_only, now), Err(Error::ReadOnly));
        let file = fixture.open("link").unwrap();
        assert_eq!(fixture.space.clear_directory(file, now), Err(Error::NotDirectory));
        fixture.close(file);
        assert_eq!(fixture.space.clear_directory(file, now), Err(Error::BadDescriptor));
        assert_eq!(fixture.space.usage().nodes, 6);
    }
}

#[test]
fn what_is_open_lives_on_without_a_name() {
    let mut fixture = planted();
    let file = fixture.open("link").unwrap();
    let (outer, inner) = (fixture.open_directory("a"), fixture.open_directory("a/b"));
    let now = fixture.now();
    fixture.space.clear(now).unwrap();
    assert_eq!(fixture.space.usage().nodes, 4);
    assert_eq!(fixture.read(file, 3 * PAGE as u64 - 1, 9), [1]);
    fixture.append(file, b"more").unwrap();
    assert_eq!(fixture.read(file, 3 * PAGE as u64, 9), b"more");
    assert_eq!(fixture.space.stat(file).unwrap().link_count, 0);
    for directory in [outer, inner] {
        assert_eq!(fixture.space.stat(directory).unwrap().link_count, 0);
        assert_eq!(fixture.names(directory), [""; 0]);
        let (now, read) = (fixture.now(), DescriptorFlags::READ);
        let made = fixture.space.open_at(directory, Follow::No, "x", EXCLUSIVE, read, now);
        assert_eq!(made, Err(Error::NoEntry));
    }
    for handle in [outer, file, inner] {
        fixture.close(handle);
        fixture.space.audit().unwrap();
    }
    assert_eq!((fixture.space.usage().nodes, fixture.space.usage().content), (1, 0));
}

#[test]
fn a_space_that_is_full_is_cleared_all_the_same() {
    let limits = Limits { content: 1 << 20, nodes: 10, handles: 2, ..Limits::default() };
    let mut fixture = Fixture::with(limits);
    let empty = fixture.space.usage();
    for number in 0..9 {
        fixture.file_of(&number.to_string(), &vec![1; (1 << 20) / 9 / PAGE * PAGE]);
    }
    let last = fixture.open("8").unwrap();
    assert_eq!(fixture.directory("more"), Err(Error::InsufficientSpace));
    assert_eq!(fixture.open("7"), Err(Error::InsufficientMemory));
    let now = fixture.now();
    fixture.space.clear(now).unwrap();
    fixture.close(last);
    assert_eq!(fixture.space.usage(), empty);
}

#[test]
fn of_a_template_only_this_space_is_cleared() {
    let template = planted().into_space().freeze().expect("it stands on no other");
    let mut fixture = Fixture::of(template.space(settings(Limits::default())).unwrap());
    let file = fixture.open("a/b/file").unwrap();
    let now = fixture.now();
    fixture.space.clear(now).unwrap();
    assert_eq!(fixture.space.usage().nodes, 2);
    assert_eq!(fixture.read(file, 0, 4 * PAGE), vec![1; 3 * PAGE]);
    fixture.close(file);
    assert_eq!(fixture.space.usage(), Fixture::new().space.usage());
    let mut other = Fixture::of(template.space(settings(Limits::default())).unwrap());
    assert_eq!(other.content("link").unwrap(), vec![1; 3 * PAGE]);
    assert_eq!(other.names(other.root), ["a", "empty", "link"]);
}
