//! Copies of trees of a space to the host.

#![cfg(target_os = "linux")]

mod folder;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::{Duration, SystemTime};

use folder::{Folder, What, check, refused};
use wasmtime_scratch::{Reason, Space, Stop};

fn space() -> Space {
    Space::builder().build().unwrap()
}

/// A space with two files, and a directory with one.
fn filled() -> Space {
    let space = space();
    space.create_dir_all("/out/sub").unwrap();
    space.write("/out/a", "first").unwrap();
    space.write("/out/sub/b", "second").unwrap();
    space.write("/out/z", "third").unwrap();
    space
}

#[test]
fn copy_out_makes_a_target_or_fills_an_empty_one() {
    let folder = Folder::new("out-target");
    let space = filled();
    let copied = space.copy_out("/out", folder.path("missing")).unwrap();
    assert_eq!((copied.files, copied.directories, copied.bytes), (3, 1, 16));
    fs::create_dir(folder.path("empty")).unwrap();
    space.copy_out("out/", folder.path("empty")).unwrap();
    assert_eq!(folder.tree("missing"), folder.tree("empty"));
    let file = folder.path("missing/sub/b");
    assert_eq!(fs::read(&file).unwrap(), b"second");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o7111, 0, "nothing executable");
    space.copy_out("/out/sub/b", folder.path("one")).unwrap();
    assert_eq!(fs::read(folder.path("one/b")).unwrap(), b"second");
    check(&space);
}

#[test]
fn copy_out_leaves_what_is_in_the_way() {
    let folder = Folder::new("out-refused");
    folder.file("full/file", "kept");
    fs::create_dir(folder.path("outside")).unwrap();
    folder.link("outside", "link");
    folder.link("nothing", "dangling");
    folder.file("file", "kept");
    let before = folder.tree("");
    let space = filled();
    for (target, reason) in [
        ("full", Reason::NotEmpty),
        ("link", Reason::SymbolicLink),
        ("dangling", Reason::SymbolicLink),
        // The system follows a link with a slash behind it.
        ("link/", Reason::SymbolicLink),
        ("link//.", Reason::SymbolicLink),
        ("file", Reason::Exists),
        ("none/deeper", Reason::NotFound),
    ] {
        let error = space.copy_out("/out", folder.path(target)).unwrap_err();
        let path = folder.path(target).to_str().unwrap().to_owned();
        assert_eq!(refused(&error), [(path, reason)], "{target}");
        assert_eq!(error.copied(), Default::default());
    }
    for (from, reason) in [("/none", Reason::NotFound), ("/out/a/b", Reason::NoDirectory)] {
        let error = space.copy_out(from, folder.path("new")).unwrap_err();
        assert_eq!(refused(&error), [(from.to_owned(), reason)]);
    }
    assert_eq!(folder.tree(""), before);
    check(&space);
}

#[test]
fn copy_out_follows_no_link_that_was_planted() {
    let folder = Folder::new("out-planted");
    folder.file("outside/a", "kept");
    fs::create_dir(folder.path("target")).unwrap();
    folder.link("../outside/a", "target/a");
    folder.link("../outside", "target/sub");
    folder.file("target/z", "old");
    folder.file("target/other", "kept");
    let before = folder.tree("outside");
    let space = filled();
    let error = space.copying().overwrite().copy_out("/out", folder.path("target")).unwrap_err();
    let planted = ["a", "sub"].map(|path| (path.to_owned(), Reason::SymbolicLink));
    assert_eq!(refused(&error), planted);
    assert_eq!(error.copied().files, 1);
    assert_eq!(folder.tree("outside"), before);
    assert_eq!(fs::read(folder.path("target/z")).unwrap(), b"third", "a file is replaced");
    assert_eq!(fs::read(folder.path("target/other")).unwrap(), b"kept");
    assert!(folder.path("target/a").is_symlink() && folder.path("target/sub").is_symlink());
    check(&space);
}

#[test]
fn copy_out_replaces_a_file_and_not_what_its_other_names_lead_to() {
    let folder = Folder::new("out-names");
    folder.file("outside", "kept");
    fs::create_dir(folder.path("target")).unwrap();
    fs::hard_link(folder.path("outside"), folder.path("target/a")).unwrap();
    let space = filled();
    space.copying().overwrite().copy_out("/out", folder.path("target")).unwrap();
    assert_eq!(fs::read(folder.path("outside")).unwrap(), b"kept");
    assert_eq!(fs::read(folder.path("target/a")).unwrap(), b"first");
    fs::remove_file(folder.path("target/a")).unwrap();
    fs::create_dir(folder.path("target/a")).unwrap();
    fs::remove_dir_all(folder.path("target/sub")).unwrap();
    folder.file("target/sub", "a file");
    let error = space.copying().overwrite().copy_out("/out", folder.path("target")).unwrap_err();
    assert_eq!(refused(&error), ["a", "sub"].map(|path| (path.to_owned(), Reason::Exists)));
}

#[test]
fn copy_out_refuses_a_file_that_is_written_to_meanwhile() {
    let folder = Folder::new("out-changed");
    let space = space();
    let bytes = vec![1; 1 << 20];
    for (number, (text, reason)) in
        [("", Reason::Shrank), ("much shorter", Reason::Shrank)].into_iter().enumerate()
    {
        space.write("/file", &bytes).unwrap();
        space.write("/other", "other").unwrap();
        let copying = space.copying().progress(|progress| {
            if progress.path == "file" {
                space.write("/file", text).unwrap();
            }
        });
        let target = folder.path(&number.to_string());
        let error = copying.copy_out("/", &target).unwrap_err();
        assert_eq!(refused(&error), [("file".to_owned(), reason)]);
        assert_eq!(folder::tree(&target).into_keys().collect::<Vec<_>>(), [b"other"]);
    }
    space.write("/file", &bytes).unwrap();
    let other = vec![2; 1 << 20];
    let copying = space.copying().progress(|progress| {
        if progress.path == "file" {
            space.write("/file", &other).unwrap();
        }
    });
    let error = copying.copy_out("/", folder.path("same")).unwrap_err();
    assert_eq!(refused(&error), [("file".to_owned(), Reason::Changed)], "of the same size");
    let copied = space.copy_out("/", folder.path("idle")).unwrap();
    assert_eq!(copied.files, 2);
    assert_eq!(fs::read(folder.path("idle/file")).unwrap(), other);
    check(&space);
}

#[test]
fn copy_out_keeps_holes_of_any_size() {
    let folder = Folder::new("out-holes");
    let far = folder.file("from/far", "");
    let open = fs::File::options().write(true).open(far).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&open, b"x", 1 << 40).unwrap();
    open.set_len(1 << 42).unwrap();
    let nothing = folder.file("from/nothing", "");
    fs::File::options().write(true).open(nothing).unwrap().set_len(1 << 41).unwrap();
    let space = space();
    space.copy_in(folder.path("from"), "/").unwrap();
    space.copy_out("/", folder.path("to")).unwrap();
    assert_eq!(folder.tree("from"), folder.tree("to"));
    let blocks = |name| folder.path(name).metadata().unwrap().blocks();
    assert_eq!((blocks("to/nothing"), blocks("to/far")), (0, 8));
}

#[test]
fn copy_out_of_any_time_works() {
    let beginning = SystemTime::UNIX_EPOCH;
    for (number, time) in [
        beginning,
        beginning - Duration::from_millis(500),
        beginning - Duration::from_secs(3_000_000_000),
        beginning + Duration::from_secs(1 << 33),
        beginning + Duration::from_secs(1 << 62),
        beginning - Duration::from_secs(1 << 62),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = Folder::new(&format!("out-times-{number}"));
        let space = Space::builder().clock(move || time).build().unwrap();
        space.create_dir_all("/a/b").unwrap();
        space.write("/a/b/c", "x").unwrap();
        let native = folder.file("native", "");
        // What the filesystem makes of such a time is its business, and the same for both.
        let set = fs::File::options().write(true).open(&native).unwrap().set_modified(time);
        let copied = space.copy_out("/a", folder.path("to"));
        assert_eq!(set.is_ok(), copied.is_ok(), "{time:?}: {set:?}, {copied:?}");
        let modified = |name| {
            let metadata = folder.path(name).metadata().unwrap();
            (metadata.mtime(), metadata.mtime_nsec())
        };
        assert_eq!(modified("to/b"), modified("native"), "{time:?}");
        assert_eq!(modified("to/b/c"), modified("native"), "{time:?}");
        let mut archive = Vec::new();
        space.pack("/a", &mut archive).unwrap();
        let again = Space::builder().build().unwrap();
        again.unpack(&archive[..], "/a").unwrap();
        for path in ["/a/b", "/a/b/c"] {
            let modified = |space: &Space| space.metadata(path).unwrap().modified;
            assert_eq!(modified(&again), modified(&space), "{time:?}: {path}");
        }
    }
}

#[test]
fn copy_out_to_a_filesystem_that_fails_stops_and_tells() {
    // A file of 2^62 bytes is one that no filesystem of Linux has.
    let folder = Folder::new("out-fails");
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNUSparse);
    header.set_path("huge").unwrap();
    header.set_size(0);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.set_real_size((1 << 63) - 1);
    gnu.sparse[0].set_offset((1 << 63) - 1);
    gnu.sparse[0].set_length(0);
    header.set_cksum();
    let mut archive = header.as_bytes().to_vec();
    archive.extend([0; 1024]);
    let space = filled();
    space.unpack(&archive[..], "/out").unwrap();
    let native = fs::File::create(folder.path("native")).unwrap().set_len((1 << 63) - 1);
    let outcome = space.copy_out("/out", folder.path("to"));
    match native {
        Ok(()) => assert_eq!(outcome.unwrap().files, 4),
        Err(_) => {
            let error = outcome.unwrap_err();
            assert_eq!(refused(&error), [("huge".to_owned(), Reason::FileTooLarge)]);
            assert_eq!(error.copied().files, 3);
        }
    }
    // The process has a limit of descriptors; the device of nothing has no room.
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = space.pack("/out", Full).unwrap_err();
    let Some(Stop::Host(host)) = error.stop() else { panic!("{error}") };
    assert_eq!(host.kind(), std::io::ErrorKind::StorageFull);
    assert_eq!(folder.tree("to")[&b"a"[..]].what, What::File(b"first".to_vec()));
    check(&space);
}
