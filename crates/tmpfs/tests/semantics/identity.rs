//! Identity: what is the same object, and hashes of metadata.

use std::collections::BTreeSet;

use tmpfs::{Cursor, Follow, MetadataHash, NewTimestamp, Settings, Space};

use crate::fixture::{BEGINNING, Fixture};

fn hash(fixture: &Fixture, path: &str) -> MetadataHash {
    fixture.space.metadata_hash_at(fixture.root, Follow::No, path).unwrap()
}

#[test]
fn handles_of_one_node_are_the_same_object() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    let again = fixture.open("file").unwrap();
    fixture.link("file", "link").unwrap();
    let link = fixture.open("link").unwrap();
    fixture.rename("file", "moved").unwrap();
    let moved = fixture.open("moved").unwrap();
    let other = fixture.file("file");
    for handle in [again, link, moved] {
        assert_eq!(fixture.space.is_same_object(file, handle), Ok(true));
    }
    assert_eq!(fixture.space.is_same_object(file, other), Ok(false));
    let (root, dot) = (fixture.root, fixture.open_directory("."));
    assert_eq!(fixture.space.is_same_object(root, dot), Ok(true));
}

#[test]
fn equal_files_are_not_the_same() {
    let mut fixture = Fixture::new();
    let mut hashes = BTreeSet::new();
    for at in 0..1000 {
        // All at the same moment, of the same size.
        let path = format!("{at}");
        fixture.space.create_directory_at(fixture.root, &path, BEGINNING).unwrap();
        let MetadataHash { lower, upper } = hash(&fixture, &path);
        assert!(hashes.insert(lower) && hashes.insert(upper));
    }
}

#[test]
fn a_hash_stays_while_nothing_changes() {
    let mut fixture = Fixture::new();
    fixture.file_of("file", b"content");
    fixture.directory("directory").unwrap();
    let before = hash(&fixture, "file");
    let file = fixture.open("file").unwrap();
    fixture.read(file, 0, 10);
    fixture.file_of("directory/other", b"");
    assert_eq!(hash(&fixture, "file"), before);
    assert_eq!(fixture.space.metadata_hash(file), Ok(before));
}

#[test]
fn a_hash_changes_with_the_node() {
    let mut fixture = Fixture::new();
    fixture.file_of("file", b"content");
    let file = fixture.open("file").unwrap();
    let mut seen = vec![hash(&fixture, "file")];
    let mut look = |fixture: &Fixture, what: &str| {
        let now = hash(fixture, "file");
        assert!(!seen.contains(&now), "{what}");
        seen.push(now);
    };
    fixture.write(file, 0, b"c").unwrap();
    look(&fixture, "written, of the same size");
    fixture.set_size(file, 100).unwrap();
    look(&fixture, "another size");
    let now = fixture.now();
    let time = NewTimestamp::Timestamp(BEGINNING);
    fixture.space.set_times(file, time, time, now).unwrap();
    look(&fixture, "another time");
    fixture.file_of("new", b"content");
    fixture.rename("new", "file").unwrap();
    look(&fixture, "replaced");
}

/// POSIX, st_ino: the file's own as long as it exists, whatever is done to it.
#[test]
fn an_inode_number_stays_with_its_node() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    fixture.directory("directory").unwrap();
    fixture.symlink("file", "symlink").unwrap();
    let inode = |fixture: &Fixture, path| hash(fixture, path).lower;
    let before = ["file", "directory", "symlink"].map(|path| inode(&fixture, path));
    let time = NewTimestamp::Timestamp(BEGINNING);

    fixture.write(file, 0, b"content").unwrap();
    fixture.append(file, &[1; 100_000]).unwrap();
    fixture.set_size(file, 10).unwrap();
    let now = fixture.now();
    fixture.space.set_times(file, time, time, now).unwrap();
    fixture.link("file", "link").unwrap();
    assert_eq!(inode(&fixture, "link"), before[0]);
    fixture.file_of("directory/new", b"new");
    fixture.unlink("directory/new").unwrap();
    for (path, follow) in [("directory", Follow::Yes), ("symlink", Follow::No)] {
        let now = fixture.now();
        fixture.space.set_times_at(fixture.root, follow, path, time, time, now).unwrap();
    }
    fixture.rename("file", "directory/file").unwrap();
    fixture.unlink("link").unwrap();
    fixture.rename("directory", "moved").unwrap();
    let after = ["moved/file", "moved", "symlink"].map(|path| inode(&fixture, path));
    assert_eq!(after, before);
    fixture.unlink("moved/file").unwrap();
    assert_eq!(fixture.space.metadata_hash(file).unwrap().lower, before[0], "while it is open");
}

#[test]
fn an_inode_number_is_never_that_of_another_node() {
    let mut fixture = Fixture::new();
    let mut seen = BTreeSet::from([fixture.space.metadata_hash(fixture.root).unwrap().lower]);
    for _ in 0..1000 {
        // Rows and names are used again.
        fixture.file_of("file", b"");
        assert!(seen.insert(hash(&fixture, "file").lower));
        fixture.unlink("file").unwrap();
    }
}

#[test]
fn hashes_tell_nothing_across_seeds() {
    let hash = |seed| {
        let mut space = Space::create(Settings::seeded(seed, BEGINNING)).unwrap();
        let root = space.root(tmpfs::DescriptorFlags::READ).unwrap();
        space.metadata_hash(root).unwrap()
    };
    assert_eq!(hash([1, 2]), hash([1, 2]));
    assert_ne!(hash([1, 2]), hash([2, 1]));
    assert_ne!(hash([1, 2]), hash([1, 3]));
}

#[test]
fn the_inode_number_is_one_however_it_is_asked_for() {
    let mut fixture = Fixture::new();
    fixture.file_of("file", b"bytes");
    fixture.directory("directory").unwrap();
    fixture.symlink("file", "link").unwrap();
    let (root, space) = (fixture.root, &fixture.space);
    let mut cursor = Cursor::default();
    while let Some(entry) = space.list(root, &mut cursor).unwrap() {
        let expected = hash(&fixture, entry.name).lower;
        assert_eq!(space.inode(&entry), expected);
        let found = space.identify_at(root, Follow::No, entry.name);
        assert_eq!(found, Ok((fixture.stat(entry.name).unwrap(), expected)));
    }
    let followed = space.identify_at(root, Follow::Yes, "link").unwrap();
    assert_eq!(followed.1, hash(&fixture, "file").lower);
    let open = space.identify(root).unwrap();
    assert_eq!(open, (space.stat(root).unwrap(), space.metadata_hash(root).unwrap().lower));
}
