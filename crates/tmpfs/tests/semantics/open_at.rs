//! Opening. Every combination of flags on every kind of path is compared with Linux in
//! `differential/matrix.rs`; here stands what POSIX says, for systems without it.

use tmpfs::{DescriptorFlags, Error, Follow, Kind, OpenFlags};

use crate::fixture::{EXCLUSIVE, EXISTING, Fixture};

const READ: DescriptorFlags = DescriptorFlags::READ;
const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
const CREATE: OpenFlags = OpenFlags { create: true, ..EXISTING };
const TRUNCATE: OpenFlags = OpenFlags { truncate: true, ..EXISTING };
const DIRECTORY: OpenFlags = OpenFlags { directory: true, ..EXISTING };

fn planted() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.file_of("file", b"content");
    fixture.directory("directory").unwrap();
    fixture.symlink("file", "link").unwrap();
    fixture.symlink("directory", "way").unwrap();
    fixture.symlink("nothing", "dangling").unwrap();
    fixture.symlink("loop", "loop").unwrap();
    fixture
}

/// Opens a path, and returns the kind or the error.
fn open(
    path: &str,
    follow: Follow,
    open: OpenFlags,
    flags: DescriptorFlags,
) -> Result<Kind, Error> {
    let mut fixture = planted();
    let handle = fixture.open_with(path, follow, open, flags)?;
    fixture.space.kind(handle)
}

#[test]
fn what_exists_is_opened_as_what_it_is() {
    for flags in [READ, WRITE, DescriptorFlags::READ_WRITE] {
        assert_eq!(open("file", Follow::No, EXISTING, flags), Ok(Kind::RegularFile));
        assert_eq!(open("link", Follow::Yes, CREATE, flags), Ok(Kind::RegularFile));
    }
    assert_eq!(open("directory", Follow::No, EXISTING, READ), Ok(Kind::Directory));
    assert_eq!(open("way", Follow::Yes, DIRECTORY, READ), Ok(Kind::Directory));
    assert_eq!(open("way/", Follow::No, DIRECTORY, READ), Ok(Kind::Directory));
    assert_eq!(open("nothing", Follow::Yes, EXISTING, READ), Err(Error::NoEntry));
}

#[test]
fn exclusive_creation_refuses_whatever_has_the_name() {
    for path in ["file", "directory", "link", "way", "dangling", "loop", "."] {
        for follow in [Follow::Yes, Follow::No] {
            let opened = open(path, follow, EXCLUSIVE, WRITE);
            assert_eq!(opened, Err(Error::Exist), "{path} {follow:?}");
        }
    }
    let without_create = OpenFlags { exclusive: true, ..EXISTING };
    assert_eq!(open("file", Follow::No, without_create, READ), Ok(Kind::RegularFile));
}

#[test]
fn creation_follows_a_dangling_link_to_where_it_leads() {
    let mut fixture = planted();
    let file = fixture.open_with("dangling", Follow::Yes, CREATE, WRITE).unwrap();
    fixture.write(file, 0, b"new").unwrap();
    assert_eq!(fixture.content("nothing").unwrap(), b"new");
    assert_eq!(fixture.stat("dangling").unwrap().kind, Kind::SymbolicLink);
}

#[test]
fn a_link_that_is_not_followed_is_not_opened() {
    assert_eq!(open("link", Follow::No, EXISTING, READ), Err(Error::Loop));
    assert_eq!(open("dangling", Follow::No, CREATE, READ), Err(Error::Loop));
    // wasmtime opens it as a file, and then looks whether it is a directory.
    assert_eq!(open("way", Follow::No, DIRECTORY, READ), Err(Error::Loop));
    assert_eq!(open("loop", Follow::Yes, CREATE, READ), Err(Error::Loop));
}

#[test]
fn directories_are_for_reading_and_not_made_by_opening() {
    for path in ["directory", "way", ".", "directory/", "directory/."] {
        for (flags, access) in [(EXISTING, WRITE), (TRUNCATE, READ), (CREATE, READ)] {
            assert_eq!(open(path, Follow::Yes, flags, access), Err(Error::IsDirectory), "{path}");
        }
    }
    // wasmtime refuses each before it looks at the path.
    for senseless in [
        OpenFlags { create: true, ..DIRECTORY },
        OpenFlags { exclusive: true, ..DIRECTORY },
        OpenFlags { truncate: true, ..DIRECTORY },
    ] {
        for path in ["file", "directory", "nothing", &"n/".repeat(4000)] {
            assert_eq!(open(path, Follow::Yes, senseless, READ), Err(Error::Invalid));
        }
    }
    assert_eq!(open("file", Follow::Yes, DIRECTORY, READ), Err(Error::NotDirectory));
}

#[test]
fn a_slash_at_the_end_asks_for_a_directory() {
    assert_eq!(open("file/", Follow::Yes, EXISTING, READ), Err(Error::NotDirectory));
    assert_eq!(open("link/", Follow::No, EXISTING, READ), Err(Error::NotDirectory));
    for path in ["file/", "nothing/", "directory/", "way/"] {
        assert_eq!(open(path, Follow::Yes, CREATE, WRITE), Err(Error::IsDirectory), "{path}");
    }
}

#[test]
fn truncation_cuts_what_is_there_and_nothing_else() {
    let mut fixture = planted();
    let file = fixture.open_with("link", Follow::Yes, TRUNCATE, WRITE).unwrap();
    assert_eq!(fixture.space.stat(file).unwrap().size, 0);
    assert_eq!(fixture.space.usage().content, 0);
    assert_eq!(fixture.open_with("nothing", Follow::Yes, TRUNCATE, WRITE), Err(Error::NoEntry));
    let cut = OpenFlags { truncate: true, ..EXCLUSIVE };
    fixture.write(file, 0, b"again").unwrap();
    assert_eq!(fixture.open_with("file", Follow::Yes, cut, WRITE), Err(Error::Exist));
    assert_eq!(fixture.content("file").unwrap(), b"again", "a refused opening cuts nothing");
}

#[test]
fn a_handle_does_what_it_was_opened_for() {
    let mut fixture = planted();
    let reader = fixture.open_with("file", Follow::No, EXISTING, READ).unwrap();
    let writer = fixture.open_with("file", Follow::No, EXISTING, WRITE).unwrap();
    let neither =
        fixture.open_with("file", Follow::No, EXISTING, DescriptorFlags::default()).unwrap();
    for handle in [reader, neither] {
        assert_eq!(fixture.write(handle, 0, b"x"), Err(Error::BadDescriptor));
        assert_eq!(fixture.append(handle, b""), Err(Error::BadDescriptor));
        assert_eq!(fixture.set_size(handle, 0), Err(Error::Invalid), "as ftruncate(2)");
    }
    for handle in [writer, neither] {
        assert_eq!(fixture.space.read_at(handle, 0, &mut [0]), Err(Error::BadDescriptor));
    }
    // wasmtime opens for writing what it may make or cut.
    for flags in [CREATE, TRUNCATE] {
        let both = fixture.open_with("copy", Follow::No, flags, READ).unwrap();
        fixture.set_size(both, 3).unwrap();
        fixture.write(both, 1, b"x").unwrap();
        assert_eq!(fixture.read(both, 0, 100), b"\0x\0");
        assert!(fixture.space.flags(both).unwrap().write);
    }
    let root = fixture.root;
    assert_eq!(fixture.space.read_at(root, 0, &mut [0]), Err(Error::IsDirectory));
    assert_eq!(fixture.write(root, 0, b"x"), Err(Error::BadDescriptor));
    assert_eq!(fixture.read(reader, 0, 100), b"content");
    assert_eq!(fixture.space.stat(neither).unwrap().size, 7);
}

#[test]
fn flags_are_told_as_they_were_asked_for() {
    let mut fixture = planted();
    let sync = DescriptorFlags { requested_write_sync: true, data_integrity_sync: true, ..WRITE };
    let file = fixture.open_with("file", Follow::No, EXISTING, sync).unwrap();
    assert_eq!(fixture.space.flags(file), Ok(sync));
    let mutable = DescriptorFlags { mutate_directory: true, ..READ };
    let file = fixture.open_with("file", Follow::No, EXISTING, mutable).unwrap();
    assert_eq!(fixture.space.flags(file), Ok(READ), "it may only be set on directories");
    let directory = fixture.open_with("directory", Follow::No, EXISTING, READ).unwrap();
    assert_eq!(fixture.space.flags(directory), Ok(mutable), "as wasmtime has it");
}

#[test]
fn a_closed_handle_stays_closed_when_its_place_is_used_again() {
    let mut fixture = planted();
    let old = fixture.open("file").unwrap();
    fixture.close(old);
    for _ in 0..300 {
        let new = fixture.open("file").unwrap();
        assert_ne!(new, old);
        assert_eq!(fixture.space.stat(old), Err(Error::BadDescriptor));
        assert_eq!(fixture.space.close(old), Err(Error::BadDescriptor));
        fixture.close(new);
    }
}
