//! Copies of trees of the host into a space.

#![cfg(target_os = "linux")]

mod folder;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;

use folder::{Folder, check, files, names, refused};
use rustix::fs::{CWD, Mode};
use wasmtime_scratch::{Error, Limit, Limits, Reason, Space, Stop};

fn space() -> Space {
    Space::builder().build().unwrap()
}

fn fifo(path: std::path::PathBuf) {
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(CWD, path, kind, Mode::from_raw_mode(0o600), 0).unwrap();
}

#[test]
fn copy_in_takes_what_it_can_and_tells_the_rest_by_name() {
    let folder = Folder::new("in-refused");
    folder.file("outside", "secret");
    folder.file("tree/file", "bytes");
    folder.file("tree/sub/deep/file", "more");
    fifo(folder.path("tree/sub/fifo"));
    let socket = UnixListener::bind(folder.path("tree/socket")).unwrap();
    folder.link("/etc/passwd", "tree/absolute");
    folder.link("../outside", "tree/up");
    folder.link("../../outside", "tree/sub/up");
    folder.link("deep/../../file", "tree/sub/turns");
    folder.link("../file", "tree/sub/inside");
    folder.link("deep/nothing", "tree/sub/dangling");
    folder.link(".", "tree/sub/itself");
    let name = OsStr::from_bytes(b"tree/not-\xff");
    fs::write(folder.path("").join(name), "x").unwrap();
    let link = OsStr::from_bytes(b"to-\xff");
    std::os::unix::fs::symlink(link, folder.path("tree/bytes")).unwrap();
    let before = folder.tree("");

    let space = space();
    let error = space.copy_in(folder.path("tree"), "/in/put").unwrap_err();
    drop(socket);
    assert_eq!(
        refused(&error),
        [
            ("absolute", Reason::LinkLeadsOut),
            ("bytes", Reason::NotUtf8),
            ("not-\u{fffd}", Reason::NotUtf8),
            ("socket", Reason::Socket),
            ("sub/fifo", Reason::Fifo),
            ("sub/turns", Reason::LinkLeadsOut),
            ("sub/up", Reason::LinkLeadsOut),
            ("up", Reason::LinkLeadsOut),
        ]
        .map(|(path, reason)| (path.to_owned(), reason))
    );
    let copied = error.copied();
    assert_eq!((copied.files, copied.directories, copied.bytes), (2, 2, 9));
    assert_eq!((copied.symbolic_links, copied.hard_links), (3, 0));
    assert!(error.stop().is_none());
    let text = error.to_string();
    assert!(text.contains("refused 8") && text.contains("2 files of 9 bytes"), "{text}");
    assert_eq!(
        names(&space, "/in/put"),
        [
            "file",
            "sub/",
            "sub/dangling@",
            "sub/deep/",
            "sub/deep/file",
            "sub/inside@",
            "sub/itself@"
        ]
    );
    assert_eq!(space.read("/in/put/sub/inside").unwrap(), b"bytes", "a link is a link");
    assert_eq!(folder.tree(""), before);
    check(&space);
}

#[test]
fn copy_in_of_what_is_no_tree_tells_why() {
    let folder = Folder::new("in-top");
    folder.file("tree/file", "x");
    folder.link("tree", "link");
    fifo(folder.path("fifo"));
    let space = space();
    for (path, reason) in [
        (folder.path("none"), Reason::NotFound),
        (folder.path("link"), Reason::SymbolicLink),
        // The system follows a link with a slash behind it.
        (folder.path("link/"), Reason::SymbolicLink),
        (folder.path("link/."), Reason::SymbolicLink),
        (folder.path("fifo"), Reason::Fifo),
        ("/dev/null".into(), Reason::Device),
        ("/dev/zero".into(), Reason::Device),
    ] {
        let error = space.copy_in(&path, "/in").unwrap_err();
        assert_eq!(refused(&error), [(path.to_str().unwrap().to_owned(), reason)]);
    }
    assert_eq!(space.list("/").unwrap(), []);
    for to in ["/../x", "/in/../../x"] {
        let error = space.copy_in(folder.path("tree"), to).unwrap_err();
        assert_eq!(error.refused()[0].reason(), Reason::Space(Error::NotPermitted));
    }
    space.copy_in(folder.path("tree/file"), "/made/for/it").unwrap();
    assert_eq!(space.read("/made/for/it").unwrap(), b"x");
    check(&space);
}

#[test]
fn copy_in_fills_directories_and_replaces_nothing() {
    let folder = Folder::new("in-twice");
    folder.file("tree/a/old", "new");
    folder.file("tree/a/new", "new");
    folder.file("tree/b/c", "new");
    folder.file("tree/d", "new");
    let space = space();
    space.create_dir_all("/a").unwrap();
    space.create_dir_all("/d").unwrap();
    space.write("/a/old", "old").unwrap();
    space.write("/b", "old").unwrap();
    let error = space.copy_in(folder.path("tree"), "/").unwrap_err();
    let taken = ["a/old", "b", "d"].map(|path| (path.to_owned(), Reason::Exists));
    assert_eq!(refused(&error), taken);
    let expected = [("a/", ""), ("a/new", "new"), ("a/old", "old"), ("b", "old"), ("d/", "")];
    let expected = expected.map(|(name, bytes)| (name.to_owned(), bytes.into()));
    assert_eq!(files(&space, "/"), expected.into());
    check(&space);
}

#[test]
fn copy_in_charges_hard_links_once() {
    let folder = Folder::new("in-hard");
    let first = folder.file("tree/a/one", vec![7; 100_000]);
    fs::create_dir_all(folder.path("tree/b")).unwrap();
    fs::hard_link(&first, folder.path("tree/b/two")).unwrap();
    fs::hard_link(&first, folder.path("tree/three")).unwrap();
    fs::hard_link(&first, folder.path("outside")).unwrap();
    let (alone, space) = (space(), space());
    alone.copy_in(&first, "/file").unwrap();
    let copied = space.copy_in(folder.path("tree"), "/in").unwrap();
    assert_eq!((copied.files, copied.hard_links, copied.bytes), (1, 2, 100_000));
    assert_eq!(space.usage().content, alone.usage().content);
    assert_eq!(space.metadata("/in/three").unwrap().link_count, 3);
    check(&space);
}

#[test]
fn copy_in_refuses_a_file_that_shrinks_and_leaves_no_part_of_it() {
    let folder = Folder::new("in-shrinks");
    let dense = folder.file("dense/file", vec![1; 1 << 20]);
    let holey = folder.file("holey/file", vec![1; 4096]);
    fs::File::options().write(true).open(&holey).unwrap().set_len(1 << 20).unwrap();
    for (tree, file) in [("dense", dense), ("holey", holey)] {
        folder.file(&format!("{tree}/other"), "other");
        let space = space();
        let mut cut = false;
        let copying = space.copying().progress(|progress| {
            if progress.path == "file" && !cut {
                cut = true;
                fs::File::options().write(true).open(&file).unwrap().set_len(5000).unwrap();
            }
        });
        let error = copying.copy_in(folder.path(tree), "/in").unwrap_err();
        assert_eq!(refused(&error), [("file".to_owned(), Reason::Shrank)], "{tree}");
        assert_eq!(names(&space, "/in"), ["other"]);
        check(&space);
    }
}

#[test]
fn copy_in_stops_at_a_limit_with_every_file_whole() {
    let folder = Folder::new("in-limit");
    for number in 0..2_000 {
        folder.file(&format!("many/{number}"), "x");
        if number < 30 {
            folder.file(&format!("large/{number}"), vec![1; 50_000]);
        }
    }
    let before = folder.tree("");
    for (tree, limits, limit) in [
        ("many", Limits { nodes: 100, ..Limits::default() }, Limit::Nodes),
        ("many", Limits { metadata: 20_000, ..Limits::default() }, Limit::Metadata),
        ("many", Limits { handles: 2, ..Limits::default() }, Limit::Handles),
        ("large", Limits { content: 1_000_000, ..Limits::default() }, Limit::Content),
    ] {
        let space = Space::builder().limits(limits).build().unwrap();
        let error = space.copy_in(folder.path(tree), "/in").unwrap_err();
        let Some(Stop::Space { error: code, refusal }) = error.stop() else { panic!("{error}") };
        assert_eq!(refusal.unwrap().limit, limit);
        assert_eq!(*code, limit.error());
        assert!(error.to_string().contains(&limit.to_string()), "{error}");
        let files = files(&space, "/in");
        assert_eq!(files.len() as u64, error.copied().files);
        for (name, bytes) in &files {
            assert_eq!(*bytes, fs::read(folder.path(tree).join(name)).unwrap());
        }
        check(&space);
    }
    let limits = Limits { file_size: 100, name: 3, ..Limits::default() };
    let space = Space::builder().limits(limits).build().unwrap();
    folder.file("mixed/abc", "fits");
    folder.file("mixed/abd", vec![1; 101]);
    folder.file("mixed/long", "x");
    let error = space.copy_in(folder.path("mixed"), "/in").unwrap_err();
    let expected = [("abd", Reason::FileTooLarge), ("long", Reason::NameTooLong)];
    assert_eq!(refused(&error), expected.map(|(path, reason)| (path.to_owned(), reason)));
    assert_eq!(names(&space, "/in"), ["abc"], "a limit of one file is no reason to stop");
    check(&space);
    for name in ["abc", "abd", "long"] {
        fs::remove_file(folder.path("mixed").join(name)).unwrap();
    }
    fs::remove_dir(folder.path("mixed")).unwrap();
    let mut after = folder.tree("");
    after.retain(|name, _| before.contains_key(name));
    assert_eq!(after, before);
}

#[test]
fn copy_in_and_out_end_at_the_same_depth() {
    let folder = Folder::new("in-deep");
    let deepest = vec!["d"; 256].join("/");
    folder.file(&format!("tree/{deepest}/file"), "x");
    folder.file(&format!("tree/{deepest}/e/file"), "x");
    folder.file("tree/file", "x");
    let space = space();
    let error = space.copy_in(folder.path("tree"), "/").unwrap_err();
    assert_eq!(refused(&error), [(format!("{deepest}/e"), Reason::TooDeep)]);
    assert_eq!((error.copied().files, error.copied().directories), (2, 256));
    space.copy_out("/", folder.path("out")).unwrap();
    space.create_dir_all(&format!("/{deepest}/e")).unwrap();
    let error = space.copy_out("/", folder.path("again")).unwrap_err();
    assert_eq!(refused(&error), [(format!("{deepest}/e"), Reason::TooDeep)]);
    check(&space);
}

#[test]
fn copy_in_tells_progress_and_keeps_holes() {
    let folder = Folder::new("in-holes");
    let file = folder.file("tree/far", "");
    let open = fs::File::options().write(true).open(&file).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&open, b"x", 1 << 40).unwrap();
    folder.file("tree/zeros", vec![0; 1 << 20]);
    let space = space();
    let mut told = Vec::new();
    let copying = space.copying().progress(|progress| told.push(progress.copied.bytes));
    let copied = copying.copy_in(folder.path("tree"), "/").unwrap();
    assert!(told.is_sorted() && told.len() >= 4, "{told:?}");
    assert_eq!(told.last(), Some(&copied.bytes));
    assert_eq!(space.metadata("/far").unwrap().size, (1 << 40) + 1);
    assert!(space.usage().content <= 16_384, "{:?}", space.usage());
    check(&space);
}
