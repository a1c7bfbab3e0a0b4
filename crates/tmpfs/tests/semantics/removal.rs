//! Removal, also of what is open.

use tmpfs::{DescriptorFlags, Error, Follow, OpenFlags};

use crate::fixture::{EXCLUSIVE, EXISTING, Fixture};

#[test]
fn an_unlinked_file_keeps_its_bytes_until_closed() {
    let mut fixture = Fixture::new();
    let empty = fixture.space.usage();
    let file = fixture.file("file");
    fixture.write(file, 0, b"kept").unwrap();
    fixture.unlink("file").unwrap();
    assert_eq!(fixture.open("file"), Err(Error::NoEntry));
    fixture.append(file, b" and written").unwrap();
    assert_eq!(fixture.read(file, 0, 100), b"kept and written");
    assert_eq!(fixture.space.usage().nodes, 2, "charged until closed");
    assert_eq!(fixture.space.usage().content, 64);
    fixture.close(file);
    assert_eq!(fixture.space.usage(), empty);
}

#[test]
fn the_name_of_an_unlinked_file_is_free_at_once() {
    let mut fixture = Fixture::new();
    let old = fixture.file("name");
    fixture.unlink("name").unwrap();
    let new = fixture.file("name");
    assert_eq!(fixture.space.is_same_object(old, new), Ok(false));
    fixture.write(old, 0, b"old").unwrap();
    assert_eq!(fixture.content("name").unwrap(), b"");
}

#[test]
fn a_removed_directory_is_empty_and_takes_nothing() {
    let mut fixture = Fixture::new();
    fixture.directory("directory").unwrap();
    fixture.file_of("file", b"");
    let removed = fixture.open_directory("directory");
    fixture.remove_directory("directory").unwrap();
    let (root, now) = (fixture.root, fixture.now());
    let space = &mut fixture.space;
    assert_eq!(space.stat(removed).unwrap().link_count, 0);
    let read = DescriptorFlags::READ;
    assert_eq!(space.open_at(removed, Follow::No, "x", EXCLUSIVE, read, now), Err(Error::NoEntry));
    assert_eq!(space.create_directory_at(removed, "x", now), Err(Error::NoEntry));
    assert_eq!(space.symlink_at("x", removed, "x", now), Err(Error::NoEntry));
    let linked = space.link_at(root, Follow::No, "file", removed, "x", now);
    assert_eq!(linked, Err(Error::NoEntry));
    assert_eq!(space.stat_at(removed, Follow::No, ".."), Err(Error::NotPermitted));
    let again = space.open_at(removed, Follow::No, ".", EXISTING, read, now).unwrap();
    assert_eq!(space.is_same_object(again, removed), Ok(true));
    space.close(removed).unwrap();
    assert_eq!(fixture.names(again), [""; 0]);
    fixture.close(again);
    assert_eq!(fixture.space.usage().nodes, 2);
}

#[test]
fn only_what_it_is_for_is_removed() {
    let mut fixture = Fixture::new();
    fixture.directory("empty").unwrap();
    fixture.directory("full").unwrap();
    fixture.file_of("full/file", b"");
    for (path, error) in [
        ("full/file", Error::NotDirectory),
        ("full", Error::NotEmpty),
        ("full/file/", Error::NotDirectory),
        ("nothing", Error::NoEntry),
        (".", Error::Invalid),
        ("empty/.", Error::Invalid),
        ("empty/..", Error::Invalid),
        ("..", Error::NotPermitted),
        ("", Error::NoEntry),
    ] {
        assert_eq!(fixture.remove_directory(path), Err(error), "remove-directory-at {path}");
    }
    for (path, error) in [
        ("empty", Error::IsDirectory),
        ("empty/", Error::IsDirectory),
        ("full/file/", Error::NotDirectory),
        ("nothing/", Error::NoEntry),
        (".", Error::IsDirectory),
        ("empty/..", Error::IsDirectory),
        ("..", Error::NotPermitted),
    ] {
        assert_eq!(fixture.unlink(path), Err(error), "unlink-file-at {path}");
    }
    fixture.remove_directory("empty/").unwrap();
    fixture.unlink("full/../full/file").unwrap();
    fixture.remove_directory("full").unwrap();
    assert_eq!(fixture.names(fixture.root), [""; 0]);
}

#[test]
fn an_open_directory_that_moves_is_still_open() {
    let mut fixture = Fixture::new();
    fixture.directory("a").unwrap();
    fixture.directory("b").unwrap();
    let directory = fixture.open_directory("a");
    fixture.rename("a", "b/moved").unwrap();
    let now = fixture.now();
    let read = DescriptorFlags::READ;
    let made = fixture.space.open_at(directory, Follow::No, "file", EXCLUSIVE, read, now);
    fixture.close(made.unwrap());
    assert_eq!(fixture.content("b/moved/file").unwrap(), b"");
    let up = OpenFlags { directory: true, ..EXISTING };
    let up = fixture.space.open_at(directory, Follow::No, "..", up, read, now);
    assert_eq!(up, Err(Error::NotPermitted));
}
