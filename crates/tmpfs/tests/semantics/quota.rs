//! Limits: each holds, each has its code, and over it the program lives on.

use tmpfs::{DescriptorFlags, Error, Follow, Limits, PAGE, Settings, Space, Usage};

use crate::fixture::{BEGINNING, EXCLUSIVE, Fixture, settings};

#[test]
fn content_is_written_up_to_its_limit_and_stays_readable() {
    let limits = Limits { content: 3 * PAGE as u64, ..Limits::default() };
    let mut fixture = Fixture::with(limits);
    let file = fixture.file("file");
    let bytes: Vec<u8> = (1..=255).cycle().take(5 * PAGE).collect();
    assert_eq!(fixture.write(file, 0, &bytes), Ok(3 * PAGE), "those that are allowed");
    assert_eq!(fixture.append(file, b"x"), Err(Error::InsufficientSpace));
    assert_eq!(fixture.space.usage().content, limits.content);
    assert_eq!(fixture.content("file").unwrap(), bytes[..3 * PAGE]);
    assert_eq!(fixture.write(file, 100, b"over"), Ok(4), "what is stored can be overwritten");
    fixture.set_size(file, 2 * PAGE as u64).unwrap();
    assert_eq!(fixture.append(file, &bytes), Ok(PAGE), "what is given back can be used");
}

#[test]
fn a_write_far_away_asks_for_what_it_stores_only() {
    let mut fixture = Fixture::with(Limits { content: PAGE as u64, ..Limits::default() });
    let file = fixture.file("file");
    assert_eq!(fixture.write(file, 1 << 62, b"far"), Ok(3));
    assert_eq!(fixture.write(file, 1 << 61, &[1; PAGE]), Err(Error::InsufficientSpace));
    assert_eq!(fixture.set_size(file, (1 << 63) - 1), Ok(()), "holes cost nothing");
}

#[test]
fn names_and_nodes_are_bounded_by_metadata() {
    let mut fixture = Fixture::with(Limits { metadata: 10_000, ..Limits::default() });
    let mut made = 0;
    let refused = loop {
        match fixture.directory(&format!("{made:0>200}")) {
            Ok(()) => made += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(refused, Error::InsufficientSpace);
    assert!((10..50).contains(&made), "long names cost what they take: {made}");
    assert!(fixture.space.usage().metadata <= 10_000);
    assert_eq!(fixture.names(fixture.root).len(), made);
    fixture.remove_directory(&format!("{:0>200}", 0)).unwrap();
    fixture.directory(&"x".repeat(200)).unwrap();
}

#[test]
fn nodes_are_counted_until_nothing_is_left_of_them() {
    let mut fixture = Fixture::with(Limits { nodes: 3, ..Limits::default() });
    let file = fixture.file("file");
    fixture.directory("directory").unwrap();
    assert_eq!(fixture.directory("more"), Err(Error::InsufficientSpace));
    assert_eq!(fixture.symlink("x", "more"), Err(Error::InsufficientSpace));
    fixture.link("file", "again").unwrap();
    fixture.unlink("file").unwrap();
    fixture.unlink("again").unwrap();
    assert_eq!(fixture.directory("more"), Err(Error::InsufficientSpace), "it is open still");
    fixture.close(file);
    fixture.directory("more").unwrap();
}

#[test]
fn handles_have_a_code_of_their_own() {
    let mut fixture = Fixture::with(Limits { handles: 3, ..Limits::default() });
    fixture.file("one");
    let two = fixture.file("two");
    assert_eq!(fixture.open("one"), Err(Error::InsufficientMemory));
    assert_eq!(fixture.space.root(DescriptorFlags::READ), Err(Error::InsufficientMemory));
    let flags = DescriptorFlags::READ_WRITE;
    let made = fixture.open_with("three", Follow::No, EXCLUSIVE, flags);
    assert_eq!(made, Err(Error::InsufficientMemory));
    assert_eq!(
        fixture.stat("three"),
        Err(Error::NoEntry),
        "a file that cannot be opened is not made"
    );
    fixture.close(two);
    fixture.open("one").unwrap();
}

#[test]
fn truncating_what_cannot_be_opened_cuts_nothing() {
    let mut fixture = Fixture::with(Limits { handles: 2, ..Limits::default() });
    fixture.file_of("file", b"content");
    let held = fixture.open("file").unwrap();
    let cut = tmpfs::OpenFlags { truncate: true, ..crate::fixture::EXISTING };
    let opened = fixture.open_with("file", Follow::No, cut, DescriptorFlags::WRITE);
    assert_eq!(opened, Err(Error::InsufficientMemory));
    assert_eq!(fixture.read(held, 0, 10), b"content");
}

#[test]
fn a_space_needs_room_for_its_root() {
    for limits in
        [Limits { nodes: 0, ..Limits::default() }, Limits { metadata: 0, ..Limits::default() }]
    {
        let refused = Space::create(settings(limits)).map(drop);
        assert_eq!(refused, Err(Error::InsufficientSpace));
    }
}

#[test]
fn lowered_limits_keep_what_is_there_and_take_no_more() {
    let mut fixture = Fixture::new();
    fixture.file_of("file", &[1; 1000]);
    let file = fixture.open("file").unwrap();
    fixture.space.set_limits(Limits {
        content: 10,
        nodes: 1,
        handles: 1,
        metadata: 1,
        ..Limits::default()
    });
    assert_eq!(fixture.read(file, 0, 1000), [1; 1000]);
    assert_eq!(fixture.write(file, 0, b"over"), Ok(4));
    assert_eq!(fixture.write(file, 0, &[1; PAGE]), Err(Error::InsufficientSpace));
    assert_eq!(fixture.directory("more"), Err(Error::InsufficientSpace));
    assert_eq!(fixture.open("file"), Err(Error::InsufficientMemory));
    fixture.set_size(file, 0).unwrap();
    fixture.unlink("file").unwrap();
    fixture.close(file);
    assert_eq!(fixture.space.usage().content, 0);
    fixture.space.set_limits(Limits::default());
    fixture.directory("more").unwrap();
}

/// POSIX, RLIMIT_FSIZE: the limit is one on growth.
#[test]
fn a_file_above_a_lowered_limit_of_size_can_be_made_smaller() {
    let mut fixture = Fixture::new();
    fixture.file_of("file", &[1; 1000]);
    let file = fixture.open("file").unwrap();
    fixture.space.set_limits(Limits { file_size: 10, ..Limits::default() });
    assert_eq!(fixture.set_size(file, 1001), Err(Error::FileTooLarge));
    assert_eq!(fixture.set_size(file, 1000), Ok(()), "no growth");
    assert_eq!(fixture.set_size(file, 500), Ok(()), "still above the limit");
    assert_eq!(fixture.set_size(file, 501), Err(Error::FileTooLarge));
    assert_eq!(fixture.content("file").unwrap(), [1; 500]);
    assert_eq!(fixture.set_size(file, 10), Ok(()));
    assert_eq!(fixture.append(file, b"x"), Err(Error::FileTooLarge));
}

#[test]
fn names_above_a_lowered_limit_of_names_are_found_moved_and_removed() {
    let mut fixture = Fixture::new();
    let long = |letter: &str| letter.repeat(40);
    for letter in ["a", "b", "c"] {
        fixture.file_of(&long(letter), letter.as_bytes());
    }
    fixture.directory(&long("d")).unwrap();
    fixture.space.set_limits(Limits { name: 8, ..Limits::default() });
    assert_eq!(fixture.stat(&long("e")).map(drop), Err(Error::NameTooLong));
    assert_eq!(fixture.directory(&long("e")), Err(Error::NameTooLong));
    assert_eq!(fixture.link(&long("a"), &long("e")), Err(Error::NameTooLong));
    assert_eq!(fixture.rename(&long("a"), &long("e")), Err(Error::NameTooLong));

    assert_eq!(fixture.content(&long("a")).unwrap(), b"a");
    fixture.rename(&long("a"), &long("b")).unwrap();
    assert_eq!(fixture.content(&long("b")).unwrap(), b"a");
    fixture.rename(&long("b"), "short").unwrap();
    fixture.file_of(&(long("d") + "/short"), b"");
    fixture.unlink(&(long("d") + "/short")).unwrap();
    fixture.remove_directory(&long("d")).unwrap();
    fixture.unlink(&long("c")).unwrap();
    assert_eq!(fixture.names(fixture.root), ["short"]);
}

#[test]
fn no_limit_of_names_is_above_65_535_bytes() {
    for name in [65_535, 65_536, u32::MAX] {
        let limits = Limits { name, path: u32::MAX, ..Limits::default() };
        let mut fixture = Fixture::with(limits);
        assert_eq!(fixture.space.limits().name, 65_535);
        let longest = "n".repeat(65_535);
        fixture.file_of(&longest, b"");
        fixture.link(&longest, "link").unwrap();
        for length in [65_536, 5_000_000] {
            let longer = "n".repeat(length);
            assert_eq!(fixture.directory(&longer), Err(Error::NameTooLong), "{name}");
            assert_eq!(fixture.rename("link", &longer), Err(Error::NameTooLong));
            assert_eq!(fixture.stat(&longer).map(drop), Err(Error::NameTooLong));
        }
        fixture.unlink(&longest).unwrap();
    }
}

#[test]
fn extreme_limits_overflow_nothing() {
    let limits = Limits {
        content: u64::MAX,
        metadata: u64::MAX,
        nodes: u64::MAX,
        handles: u32::MAX,
        name: u32::MAX,
        path: u32::MAX,
        file_size: u64::MAX,
        soft: u64::MAX,
    };
    let mut fixture = Fixture::with(limits);
    let long = "x".repeat(60_000);
    fixture.file_of(&long, b"content");
    fixture.symlink(&"./".repeat(100_000), "long").unwrap();
    assert_eq!(fixture.names(fixture.root), ["long", &long]);
    assert_eq!(fixture.stat("long").unwrap().size, 200_000);
    assert!(!fixture.space.over_soft_limit());
}

#[test]
fn the_high_water_mark_is_the_most_that_was_held() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    fixture.write(file, 0, &[1; 1000]).unwrap();
    fixture.unlink("file").unwrap();
    fixture.close(file);
    let high = fixture.space.high_water();
    assert_eq!((high.content, high.nodes, high.handles), (1024, 2, 2));
    let usage = fixture.space.usage();
    assert_eq!((usage.content, usage.nodes, usage.handles), (0, 1, 1));
    assert!(high.metadata > usage.metadata);
}

#[test]
fn the_soft_limit_is_told_and_refuses_nothing() {
    let mut fixture = Fixture::with(Limits { soft: 2000, ..Limits::default() });
    let file = fixture.file("file");
    assert!(!fixture.space.over_soft_limit());
    fixture.write(file, 0, &[1; 2000]).unwrap();
    assert!(fixture.space.over_soft_limit());
    fixture.append(file, &[1; 2000]).unwrap();
    fixture.set_size(file, 0).unwrap();
    assert!(!fixture.space.over_soft_limit());
}

#[test]
fn defaults_hold_a_thousand_files() {
    let mut space = Space::create(Settings::seeded([0, 0], BEGINNING)).unwrap();
    assert_eq!(space.limits(), &Limits::default());
    assert_eq!(space.usage(), Usage { nodes: 1, ..space.usage() });
    let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
    for at in 0..1000 {
        space.create_directory_at(root, &format!("{at}"), BEGINNING).unwrap();
    }
}
