//! Paths: components, ends, lengths, and what lies outside.

use tmpfs::{Error, Follow, Kind, Limits};

use crate::fixture::Fixture;

fn planted() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.directory("a").unwrap();
    fixture.directory("a/b").unwrap();
    fixture.file_of("a/b/file", b"found");
    fixture
}

#[test]
fn empty_components_and_dots_lead_nowhere_else() {
    let mut fixture = planted();
    for path in [
        "a/b/file",
        "a//b///file",
        "./a/./b/./file",
        "a/b/../b/file",
        "a/../a/b/file",
        "a/b/../../a/b/file",
    ] {
        assert_eq!(fixture.content(path).unwrap(), b"found", "{path}");
    }
    for path in [".", "./", "./.", "a/..", "a/b/../..", "a/../", ".//"] {
        assert_eq!(fixture.stat(path), fixture.stat("."), "{path}");
    }
}

#[test]
fn nothing_outside_is_reached() {
    let fixture = planted();
    for path in
        ["..", "../a", "a/../..", "a/../../a", "./..", "../..", "/", "/a", "//", "a/b/../../.."]
    {
        assert_eq!(fixture.stat(path), Err(Error::NotPermitted), "{path}");
    }
    let mut fixture = fixture;
    let below = fixture.open_directory("a/b");
    for path in ["..", "../b", "../b/file", "./.."] {
        let found = fixture.space.stat_at(below, Follow::Yes, path);
        assert_eq!(found, Err(Error::NotPermitted), "{path}");
    }
    assert_eq!(fixture.space.stat_at(below, Follow::Yes, "file").unwrap().size, 5);
}

#[test]
fn what_is_no_directory_has_nothing_below_it() {
    let fixture = planted();
    for path in ["a/b/file/", "a/b/file/x", "a/b/file/.", "a/b/file/..", "a/b/file/../file"] {
        assert_eq!(fixture.stat(path), Err(Error::NotDirectory), "{path}");
    }
    for path in ["nothing/", "nothing/x", "nothing/..", "a/nothing/../b"] {
        assert_eq!(fixture.stat(path), Err(Error::NoEntry), "{path}");
    }
}

#[test]
fn an_empty_path_names_nothing() {
    let mut fixture = planted();
    assert_eq!(fixture.stat(""), Err(Error::NoEntry));
    assert_eq!(fixture.open(""), Err(Error::NoEntry));
    assert_eq!(fixture.directory(""), Err(Error::NoEntry));
    assert_eq!(fixture.unlink(""), Err(Error::NoEntry));
    assert_eq!(fixture.space.readlink_at(fixture.root, ""), Err(Error::NoEntry));
}

#[test]
fn a_nul_is_part_of_no_name() {
    let mut fixture = planted();
    for path in ["\0", "a\0", "a/\0/b", "a/b/file\0.txt"] {
        assert_eq!(fixture.stat(path), Err(Error::Invalid), "{path:?}");
        assert_eq!(fixture.directory(path), Err(Error::Invalid), "{path:?}");
    }
}

#[test]
fn names_are_of_255_bytes_at_the_most() {
    let mut fixture = planted();
    let longest = "x".repeat(255);
    fixture.directory(&longest).unwrap();
    fixture.file_of(&format!("{longest}/{longest}"), b"");
    assert_eq!(fixture.names(fixture.root), ["a", &longest]);
    let longer = "x".repeat(256);
    assert_eq!(fixture.directory(&longer), Err(Error::NameTooLong));
    assert_eq!(fixture.stat(&longer), Err(Error::NameTooLong));
    assert_eq!(fixture.stat(&format!("{longer}/x")), Err(Error::NameTooLong));
    assert_eq!(fixture.rename("a", &longer), Err(Error::NameTooLong));
    assert_eq!(fixture.stat("a").unwrap().kind, Kind::Directory);
    // Bytes, not characters.
    fixture.directory(&"é".repeat(127)).unwrap();
    assert_eq!(fixture.directory(&"é".repeat(128)), Err(Error::NameTooLong));
    assert_eq!(fixture.stat(&format!("nothing/{longer}")), Err(Error::NoEntry), "found out first");
}

#[test]
fn paths_are_of_4095_bytes_at_the_most() {
    let mut fixture = planted();
    let exactly = format!("a/b/{}", "/".repeat(4095 - 8)) + "file";
    assert_eq!(exactly.len(), 4095);
    assert_eq!(fixture.content(&exactly).unwrap(), b"found");
    let longer = format!("./{exactly}");
    for outcome in [fixture.open(&longer).map(drop), fixture.directory(&longer)] {
        assert_eq!(outcome, Err(Error::NameTooLong));
    }
}

#[test]
fn limits_of_lengths_are_the_spaces() {
    let mut fixture = Fixture::with(Limits { name: 4, path: 10, ..Limits::default() });
    fixture.directory("1234").unwrap();
    fixture.directory("1234/56789").unwrap_err();
    fixture.directory("1234/5678").unwrap();
    assert_eq!(fixture.directory("12345"), Err(Error::NameTooLong));
    assert_eq!(fixture.stat("1234//5678").unwrap().kind, Kind::Directory);
    assert_eq!(fixture.stat("1234///5678"), Err(Error::NameTooLong));
}

#[test]
fn text_of_any_script_is_a_name() {
    let mut fixture = planted();
    let names = [
        " ", "\n", "\\", "c:", "🦀", "…", "~", "*?", "e\u{301}", "\u{e9}", "...", ". ", "\u{feff}",
    ];
    for name in names {
        fixture.file_of(name, name.as_bytes());
    }
    for name in names {
        assert_eq!(fixture.content(name).unwrap(), name.as_bytes());
    }
    assert_eq!(fixture.names(fixture.root).len(), names.len() + 1, "nothing is normalised");
}
