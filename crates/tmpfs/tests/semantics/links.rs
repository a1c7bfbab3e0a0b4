//! Hard links and symbolic links.

use tmpfs::{Error, Follow, Kind, Limits};

use crate::fixture::Fixture;

#[test]
fn names_are_not_identity() {
    let mut fixture = Fixture::new();
    fixture.file_of("one", b"shared");
    fixture.link("one", "two").unwrap();
    let (one, two) = (fixture.open("one").unwrap(), fixture.open("two").unwrap());
    assert_eq!(fixture.space.is_same_object(one, two), Ok(true));
    assert_eq!(fixture.stat("two").unwrap().link_count, 2);
    fixture.write(one, 0, b"SHARED").unwrap();
    assert_eq!(fixture.read(two, 0, 6), b"SHARED");
    fixture.unlink("one").unwrap();
    assert_eq!(fixture.stat("two").unwrap().link_count, 1);
    assert_eq!(fixture.content("two").unwrap(), b"SHARED");
}

#[test]
fn a_hard_link_is_made_of_files_and_symbolic_links_only() {
    let mut fixture = Fixture::new();
    fixture.directory("directory").unwrap();
    fixture.file_of("file", b"");
    fixture.symlink("directory", "way").unwrap();
    fixture.symlink("file", "link").unwrap();
    for path in ["directory", ".", "directory/.", "way/"] {
        assert_eq!(fixture.link(path, "new"), Err(Error::NotPermitted), "{path}");
    }
    fixture.link("link", "link again").unwrap();
    assert_eq!(fixture.stat("link again").unwrap().kind, Kind::SymbolicLink);
    assert_eq!(fixture.stat("link").unwrap().link_count, 2);
    let (root, now) = (fixture.root, fixture.now());
    fixture.space.link_at(root, Follow::Yes, "link", root, "file again", now).unwrap();
    assert_eq!(fixture.stat("file again").unwrap().kind, Kind::RegularFile);
    let followed = fixture.space.link_at(root, Follow::Yes, "way", root, "new", now);
    assert_eq!(followed, Err(Error::NotPermitted));
}

#[test]
fn a_link_needs_a_free_name_and_something_to_name() {
    let mut fixture = Fixture::new();
    fixture.file_of("file", b"");
    fixture.directory("directory").unwrap();
    fixture.symlink("nothing", "dangling").unwrap();
    for taken in ["file", "directory", "dangling", ".", "directory/"] {
        assert_eq!(fixture.link("file", taken), Err(Error::Exist), "{taken}");
        assert_eq!(fixture.symlink("x", taken), Err(Error::Exist), "{taken}");
    }
    assert_eq!(fixture.link("nothing", "new"), Err(Error::NoEntry));
    assert_eq!(fixture.link("file", "new/"), Err(Error::NoEntry));
    assert_eq!(fixture.link("file/", "new"), Err(Error::NotDirectory));
    assert_eq!(fixture.symlink("x", "new/"), Err(Error::NoEntry));
}

#[test]
fn a_file_that_lost_its_last_name_gets_no_other() {
    let mut fixture = Fixture::new();
    let file = fixture.file("file");
    fixture.unlink("file").unwrap();
    assert_eq!(fixture.space.stat(file).unwrap().link_count, 0);
    assert_eq!(fixture.link("file", "new"), Err(Error::NoEntry));
}

#[test]
fn a_symbolic_link_leads_on_from_where_it_stands() {
    let mut fixture = Fixture::new();
    fixture.directory("a").unwrap();
    fixture.directory("a/b").unwrap();
    fixture.file_of("a/file", b"found");
    fixture.symlink("../file", "a/b/up").unwrap();
    fixture.symlink("a/b/up", "all").unwrap();
    fixture.symlink("a/./b/..//file", "winding").unwrap();
    for path in ["a/b/up", "all", "winding"] {
        assert_eq!(fixture.content(path).unwrap(), b"found", "{path}");
    }
    assert_eq!(fixture.stat("all").unwrap().size, 6);
    assert_eq!(fixture.space.readlink_at(fixture.root, "a/b/up"), Ok("../file"));
    assert_eq!(fixture.space.readlink_at(fixture.root, "a/file"), Err(Error::Invalid));
    assert_eq!(fixture.space.readlink_at(fixture.root, "a"), Err(Error::Invalid));
}

#[test]
fn a_symbolic_link_leads_nowhere_outside() {
    let mut fixture = Fixture::new();
    fixture.directory("a").unwrap();
    assert_eq!(fixture.symlink("/a", "absolute"), Err(Error::NotPermitted));
    assert_eq!(fixture.symlink("", "empty"), Err(Error::NoEntry));
    assert_eq!(fixture.symlink("a\0b", "nul"), Err(Error::Invalid));
    fixture.symlink("../..", "a/out").unwrap();
    assert_eq!(fixture.open("a/out"), Err(Error::NotPermitted));
    assert_eq!(fixture.open("a/out/x"), Err(Error::NotPermitted));

    // What is inside for one handle is outside for another.
    fixture.symlink("../file", "a/beside").unwrap();
    fixture.file_of("file", b"");
    assert_eq!(fixture.content("a/beside").unwrap(), b"");
    let below = fixture.open_directory("a");
    let found = fixture.space.stat_at(below, Follow::Yes, "beside");
    assert_eq!(found, Err(Error::NotPermitted));
}

#[test]
fn loops_are_told_from_chains_of_forty() {
    let mut fixture = Fixture::new();
    fixture.file_of("0", b"end");
    for at in 1..=41 {
        fixture.symlink(&format!("{}", at - 1), &format!("{at}")).unwrap();
    }
    assert_eq!(fixture.content("40").unwrap(), b"end");
    assert_eq!(fixture.content("41"), Err(Error::Loop));
    assert_eq!(fixture.space.readlink_at(fixture.root, "41"), Ok("40"));

    fixture.symlink("b", "a").unwrap();
    fixture.symlink("./a", "b").unwrap();
    fixture.symlink("self/", "self").unwrap();
    for path in ["a", "b", "a/x", "self", "self/.."] {
        assert_eq!(fixture.open(path), Err(Error::Loop), "{path}");
    }
}

#[test]
fn forty_links_in_one_path_count_together() {
    let mut fixture = Fixture::new();
    fixture.directory("d").unwrap();
    fixture.symlink(".", "d/here").unwrap();
    fixture.file_of("d/file", b"end");
    assert_eq!(fixture.content(&format!("d/{}file", "here/".repeat(40))).unwrap(), b"end");
    assert_eq!(fixture.content(&format!("d/{}file", "here/".repeat(41))), Err(Error::Loop));
}

#[test]
fn a_dangling_link_is_something_itself_and_nothing_when_followed() {
    let mut fixture = Fixture::new();
    fixture.symlink("nothing", "dangling").unwrap();
    assert_eq!(fixture.open("dangling"), Err(Error::NoEntry));
    let root = fixture.root;
    assert_eq!(fixture.space.stat_at(root, Follow::Yes, "dangling"), Err(Error::NoEntry));
    assert_eq!(fixture.stat("dangling").unwrap().kind, Kind::SymbolicLink);
    assert_eq!(fixture.stat("dangling/"), Err(Error::NoEntry));
    fixture.unlink("dangling").unwrap();
    assert_eq!(fixture.stat("dangling"), Err(Error::NoEntry));
}

#[test]
fn a_slash_after_a_link_follows_it() {
    let mut fixture = Fixture::new();
    fixture.directory("directory").unwrap();
    fixture.file_of("file", b"");
    fixture.symlink("directory", "way").unwrap();
    fixture.symlink("file", "link").unwrap();
    fixture.symlink("file/", "wrong").unwrap();
    assert_eq!(fixture.stat("way/").unwrap().kind, Kind::Directory);
    assert_eq!(fixture.stat("link/"), Err(Error::NotDirectory));
    assert_eq!(fixture.open("wrong"), Err(Error::NotDirectory));
    assert_eq!(fixture.unlink("way/"), Err(Error::IsDirectory), "as on wasmtime");
    assert_eq!(fixture.unlink("link/"), Err(Error::NotDirectory));
    assert_eq!(fixture.remove_directory("way/"), Err(Error::NotDirectory));
    assert_eq!(fixture.remove_directory("way"), Err(Error::NotDirectory));
}

/// wasmtime 48, open_parent: the path names a directory, in which `.` is taken.
#[test]
fn a_new_name_with_a_slash_at_the_end_is_refused_by_what_stands_there() {
    let mut fixture = Fixture::new();
    fixture.file_of("file", b"");
    fixture.directory("directory").unwrap();
    let links = [("to file", "file"), ("to directory", "directory"), ("to nothing", "nothing")];
    for (link, target) in links {
        fixture.symlink(target, link).unwrap();
    }
    for (path, refusal) in [
        ("file/", Error::NotDirectory),
        ("file//", Error::NotDirectory),
        ("directory/", Error::Exist),
        ("to file/", Error::NotDirectory),
        ("to directory/", Error::Exist),
        ("to nothing/", Error::NoEntry),
        ("nothing/", Error::NoEntry),
    ] {
        assert_eq!(fixture.symlink("file", path), Err(refusal), "{path}");
        assert_eq!(fixture.link("file", path), Err(refusal), "{path}");
    }
}

#[test]
fn a_target_is_as_long_as_a_path_can_be() {
    let mut fixture = Fixture::with(Limits { path: 100, ..Limits::default() });
    fixture.symlink(&"x/".repeat(50), "longest").unwrap();
    assert_eq!(fixture.symlink(&"x".repeat(101), "longer"), Err(Error::NameTooLong));
    assert_eq!(fixture.stat("longest").unwrap().size, 100);
}
