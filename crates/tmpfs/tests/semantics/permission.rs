//! Directories without `mutate-directory`: nothing is changed through them or what is opened there.

use tmpfs::{DescriptorFlags, Error, Follow, Handle, NewTimestamp, OpenFlags};

use crate::fixture::{EXCLUSIVE, EXISTING, Fixture};

const READ: DescriptorFlags = DescriptorFlags::READ;

/// A tree, and a handle of its root that permits no changes.
fn planted() -> (Fixture, Handle) {
    let mut fixture = Fixture::new();
    fixture.directory("directory").unwrap();
    fixture.directory("full").unwrap();
    fixture.file_of("full/file", b"content");
    fixture.file_of("file", b"content");
    fixture.symlink("file", "link").unwrap();
    let fixed = fixture.space.root(READ).unwrap();
    (fixture, fixed)
}

#[test]
fn what_would_change_something_is_read_only() {
    let (mut fixture, fixed) = planted();
    let (root, now) = (fixture.root, fixture.now());
    let space = &mut fixture.space;
    let follow = Follow::No;
    let time = NewTimestamp::Now;
    assert_eq!(space.create_directory_at(fixed, "new", now), Err(Error::ReadOnly));
    assert_eq!(space.symlink_at("x", fixed, "new", now), Err(Error::ReadOnly));
    assert_eq!(space.unlink_file_at(fixed, "file", now), Err(Error::ReadOnly));
    assert_eq!(space.remove_directory_at(fixed, "directory", now), Err(Error::ReadOnly));
    for (from, to) in [(fixed, root), (root, fixed), (fixed, fixed)] {
        assert_eq!(space.rename_at(from, "file", to, "new", now), Err(Error::ReadOnly));
        assert_eq!(space.link_at(from, follow, "file", to, "new", now), Err(Error::ReadOnly));
    }
    let times = space.set_times_at(fixed, follow, "file", time, time, now);
    assert_eq!(times, Err(Error::ReadOnly));
    assert_eq!(space.set_times(fixed, time, time, now), Err(Error::ReadOnly));
    assert_eq!(fixture.names(root), ["directory", "file", "full", "link"]);
}

#[test]
fn what_would_fail_anyway_fails_as_it_would() {
    let (mut fixture, fixed) = planted();
    let (root, now) = (fixture.root, fixture.now());
    let space = &mut fixture.space;
    assert_eq!(space.create_directory_at(fixed, "file", now), Err(Error::Exist));
    assert_eq!(space.unlink_file_at(fixed, "nothing", now), Err(Error::NoEntry));
    assert_eq!(space.unlink_file_at(fixed, "directory", now), Err(Error::IsDirectory));
    assert_eq!(space.remove_directory_at(fixed, "full", now), Err(Error::NotEmpty));
    assert_eq!(space.rename_at(fixed, "file", root, "directory", now), Err(Error::IsDirectory));
    let linked = space.link_at(fixed, Follow::No, "directory", fixed, "new", now);
    assert_eq!(linked, Err(Error::NotPermitted));
}

#[test]
fn opening_for_changes_is_read_only_at_once() {
    let (mut fixture, fixed) = planted();
    let now = fixture.now();
    let truncate = OpenFlags { truncate: true, ..EXISTING };
    for (open, flags) in [
        (EXCLUSIVE, READ),
        (truncate, READ),
        (EXISTING, DescriptorFlags::WRITE),
        (EXISTING, DescriptorFlags::DIRECTORY),
    ] {
        for path in ["file", "directory", "nothing", "link"] {
            let opened = fixture.space.open_at(fixed, Follow::Yes, path, open, flags, now);
            assert_eq!(opened, Err(Error::ReadOnly), "{path}");
        }
    }
}

#[test]
fn what_is_opened_there_permits_no_more() {
    let (mut fixture, fixed) = planted();
    let now = fixture.now();
    let space = &mut fixture.space;
    let directory = space.open_at(fixed, Follow::No, "full", EXISTING, READ, now).unwrap();
    assert_eq!(space.flags(directory), Ok(READ));
    assert_eq!(space.unlink_file_at(directory, "file", now), Err(Error::ReadOnly));
    let file = space.open_at(directory, Follow::No, "file", EXISTING, READ, now).unwrap();
    let time = NewTimestamp::Now;
    assert_eq!(space.set_times(file, time, time, now), Err(Error::ReadOnly));
    assert_eq!(space.write_at(file, 0, b"x", now), Err(Error::BadDescriptor));
    assert_eq!(fixture.read(file, 0, 10), b"content");
}

#[test]
fn a_handle_for_a_stream_is_of_a_file_that_was_opened_for_that_use() {
    let mut fixture = Fixture::new();
    let (root, file) = (fixture.root, fixture.file("file"));
    let reading = fixture.open_with("file", Follow::No, EXISTING, READ).unwrap();
    let space = &mut fixture.space;
    assert_eq!(space.duplicate_file(reading, |flags| flags.write), Err(Error::BadDescriptor));
    assert_eq!(space.duplicate_file(root, |flags| flags.write), Err(Error::BadDescriptor));
    // POSIX, read: a directory can be open for reading, but has no bytes.
    assert_eq!(space.duplicate_file(root, |flags| flags.read), Err(Error::IsDirectory));
    let stream = space.duplicate_file(file, |flags| flags.write).unwrap();
    assert_eq!(space.flags(stream), space.flags(file));
    let handles = space.usage().handles;
    space.close(file).unwrap();
    assert_eq!(space.duplicate_file(file, |_| true), Err(Error::BadDescriptor));
    assert_eq!(space.usage().handles, handles - 1);
    assert_eq!(fixture.write(stream, 0, b"still open"), Ok(10));
    assert_eq!(fixture.content("file").unwrap(), b"still open");
}
