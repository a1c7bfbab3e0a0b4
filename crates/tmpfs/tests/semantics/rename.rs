//! Renaming. Every pair of paths is compared with Linux in `differential/matrix.rs`.

use tmpfs::{Error, Kind};

use crate::fixture::Fixture;

fn planted() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.file_of("file", b"one");
    fixture.file_of("other", b"other");
    fixture.directory("empty").unwrap();
    fixture.directory("full").unwrap();
    fixture.file_of("full/inner", b"inner");
    fixture
}

#[test]
fn a_file_goes_over_a_file_in_one_step_and_gives_back_what_it_held() {
    let mut fixture = planted();
    let before = fixture.space.usage();
    fixture.rename("file", "other").unwrap();
    assert_eq!(fixture.content("other").unwrap(), b"one");
    assert_eq!(fixture.stat("file"), Err(Error::NoEntry));
    let after = fixture.space.usage();
    assert_eq!(after.nodes, before.nodes - 1);
    assert_eq!(after.content, before.content - 64, "the smallest page is 64 bytes");
}

#[test]
fn a_file_that_is_replaced_while_open_lives_until_closed() {
    let mut fixture = planted();
    let held = fixture.open("other").unwrap();
    let nodes = fixture.space.usage().nodes;
    fixture.rename("file", "other").unwrap();
    assert_eq!(fixture.read(held, 0, 10), b"other");
    assert_eq!(fixture.space.stat(held).unwrap().link_count, 0);
    assert_eq!(fixture.space.usage().nodes, nodes);
    fixture.close(held);
    assert_eq!(fixture.space.usage().nodes, nodes - 1);
}

#[test]
fn directories_go_over_empty_directories_only() {
    let mut fixture = planted();
    assert_eq!(fixture.rename("empty", "full"), Err(Error::NotEmpty));
    assert_eq!(fixture.rename("file", "empty"), Err(Error::IsDirectory));
    assert_eq!(fixture.rename("file", "full"), Err(Error::IsDirectory));
    assert_eq!(fixture.rename("full", "file"), Err(Error::NotDirectory));
    fixture.rename("full", "empty").unwrap();
    assert_eq!(fixture.content("empty/inner").unwrap(), b"inner");
    assert_eq!(fixture.names(fixture.root), ["empty", "file", "other"]);
    assert_eq!(fixture.stat(".").unwrap().link_count, 3);
}

#[test]
fn nothing_happens_where_both_names_are_of_one_node() {
    let mut fixture = planted();
    fixture.link("file", "again").unwrap();
    let (stat, root) = (fixture.stat("file").unwrap(), fixture.stat(".").unwrap());
    fixture.rename("file", "again").unwrap();
    fixture.rename("file", "file").unwrap();
    fixture.rename("full", "full").unwrap();
    fixture.rename("full/", "./full").unwrap();
    assert_eq!(fixture.stat("file"), Ok(stat));
    assert_eq!(fixture.stat("again"), Ok(stat));
    assert_eq!(fixture.stat("."), Ok(root));
}

#[test]
fn a_directory_does_not_go_into_itself() {
    let mut fixture = planted();
    fixture.directory("full/below").unwrap();
    for target in ["full/new", "full/below", "full/below/new", "full/inner"] {
        assert_eq!(fixture.rename("full", target), Err(Error::Invalid), "{target}");
    }
    assert_eq!(fixture.rename("full/below", "full"), Err(Error::NotEmpty));
    assert_eq!(fixture.rename("full/inner", "full"), Err(Error::NotEmpty), "as on Linux");
    assert_eq!(fixture.content("full/inner").unwrap(), b"inner");
}

#[test]
fn a_directory_takes_its_dot_dot_along() {
    let mut fixture = planted();
    fixture.directory("full/below").unwrap();
    let root = fixture.stat(".").unwrap().link_count;
    fixture.rename("full/below", "empty/moved").unwrap();
    assert_eq!(fixture.stat("full").unwrap().link_count, 2);
    assert_eq!(fixture.stat("empty").unwrap().link_count, 3);
    assert_eq!(fixture.stat(".").unwrap().link_count, root);
    assert_eq!(fixture.stat("empty/moved/../../full/inner").unwrap().kind, Kind::RegularFile);
}

#[test]
fn dots_and_the_root_are_busy_or_out_of_reach() {
    let mut fixture = planted();
    for (old, new, error) in [
        (".", "new", Error::Busy),
        ("full/.", "new", Error::Busy),
        ("full/..", "new", Error::Busy),
        ("file", ".", Error::Busy),
        ("file", "full/..", Error::Busy),
        ("..", "new", Error::NotPermitted),
        ("file", "../new", Error::NotPermitted),
        ("file", "/new", Error::NotPermitted),
        ("", "new", Error::NoEntry),
        ("file", "", Error::NoEntry),
    ] {
        assert_eq!(fixture.rename(old, new), Err(error), "{old:?} {new:?}");
    }
}

#[test]
fn slashes_at_the_end_are_for_directories() {
    let mut fixture = planted();
    assert_eq!(fixture.rename("file/", "new"), Err(Error::NotDirectory));
    assert_eq!(fixture.rename("file", "new/"), Err(Error::NotDirectory));
    assert_eq!(fixture.rename("file", "other/"), Err(Error::NotDirectory));
    fixture.rename("full/", "new/").unwrap();
    assert_eq!(fixture.content("new/inner").unwrap(), b"inner");
}

#[test]
fn symbolic_links_are_renamed_and_replaced_themselves() {
    let mut fixture = planted();
    fixture.symlink("full", "way").unwrap();
    fixture.rename("way", "moved").unwrap();
    assert_eq!(fixture.space.readlink_at(fixture.root, "moved"), Ok("full"));
    assert_eq!(fixture.rename("empty", "moved"), Err(Error::NotDirectory));
    fixture.rename("file", "moved").unwrap();
    assert_eq!(fixture.stat("moved").unwrap().kind, Kind::RegularFile);
    assert_eq!(fixture.names(fixture.root), ["empty", "full", "moved", "other"]);
}

#[test]
fn nothing_is_moved_into_a_removed_directory() {
    let mut fixture = planted();
    let removed = fixture.open_directory("empty");
    fixture.remove_directory("empty").unwrap();
    let (root, now) = (fixture.root, fixture.now());
    for old in ["file", "full", "full/inner"] {
        let renamed = fixture.space.rename_at(root, old, removed, "new", now);
        assert_eq!(renamed, Err(Error::NoEntry), "{old}");
    }
}
