//! Copies while another thread exchanges what is copied: nothing outside is read or written, and
//! nothing blocks.

#![cfg(target_os = "linux")]

mod folder;

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use folder::{Folder, check, files};
use rustix::fs::{CWD, Mode, RenameFlags};
use wasmtime_scratch::{Kind, Space};

/// The copies of a test, each while the other thread exchanges.
const COPIES: usize = 400;

const SECRET: &[u8] = b"a secret of the host";

/// Ends the other thread, also where an assertion fails.
struct End<'done>(&'done AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs the copies, while another thread exchanges the two names over and over.
fn while_exchanging(folder: &Folder, one: &str, other: &str, mut copy: impl FnMut(usize)) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let _end = End(&done);
        scope.spawn(|| {
            let mut exchanged = 0;
            while !done.load(Ordering::Relaxed) || exchanged < COPIES {
                let (one, other) = (folder.path(one), folder.path(other));
                // What is not there now is not exchanged.
                let flags = RenameFlags::EXCHANGE;
                let _ = rustix::fs::renameat_with(CWD, one, CWD, other, flags);
                exchanged += 1;
            }
        });
        (0..COPIES).for_each(&mut copy);
    });
}

fn read_no_secret(space: &Space) {
    for (name, bytes) in files(space, "/in") {
        assert!(!bytes.windows(SECRET.len()).any(|it| it == SECRET), "{name}");
    }
    check(space);
}

#[test]
fn copy_in_reads_nothing_outside_when_a_directory_becomes_a_link() {
    let folder = Folder::new("race-directory");
    folder.file("outside/file", SECRET);
    folder.file("outside/sub/file", SECRET);
    folder.file("tree/d/file", "inside");
    folder.file("tree/d/sub/file", "inside");
    folder.link("../outside", "other");
    let (mut whole, mut refused) = (0, 0);
    while_exchanging(&folder, "tree/d", "other", |_| {
        let space = Space::builder().build().unwrap();
        match space.copy_in(folder.path("tree"), "/in") {
            Ok(copied) if copied.files == 2 => whole += 1,
            Ok(copied) => panic!("{copied}"),
            Err(_) => refused += 1,
        }
        read_no_secret(&space);
    });
    assert_eq!(whole + refused, COPIES);
    assert!(refused > 0, "the other thread came in between");
}

#[test]
fn copy_in_reads_nothing_outside_when_a_file_becomes_a_link_or_a_fifo() {
    let folder = Folder::new("race-file");
    folder.file("outside", SECRET);
    folder.file("tree/file", "inside");
    folder.link("../outside", "link");
    let fifo = rustix::fs::FileType::Fifo;
    let path = folder.path("fifo");
    rustix::fs::mknodat(CWD, path, fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    for other in ["link", "fifo"] {
        while_exchanging(&folder, "tree/file", other, |_| {
            let space = Space::builder().build().unwrap();
            let _ = space.copy_in(folder.path("tree"), "/in");
            read_no_secret(&space);
            if space.metadata("/in/file").is_ok_and(|it| it.kind == Kind::RegularFile) {
                assert_eq!(space.read("/in/file").unwrap(), b"inside");
            }
        });
        if !folder.path("tree/file").is_file() || folder.path("tree/file").is_symlink() {
            fs::rename(folder.path("tree/file"), folder.path("back")).unwrap();
            fs::rename(folder.path(other), folder.path("tree/file")).unwrap();
            fs::rename(folder.path("back"), folder.path(other)).unwrap();
        }
    }
}

#[test]
fn copy_out_writes_nothing_outside_when_a_directory_becomes_a_link() {
    let folder = Folder::new("race-out");
    folder.file("outside/file", SECRET);
    let before = folder.tree("outside");
    let space = Space::builder().build().unwrap();
    space.create_dir_all("/out/d/e").unwrap();
    for number in 0..20 {
        space.write(&format!("/out/d/{number}"), "x").unwrap();
        space.write(&format!("/out/d/e/{number}"), "x").unwrap();
    }
    fs::create_dir(folder.path("to")).unwrap();
    symlink("../outside", folder.path("other")).unwrap();
    while_exchanging(&folder, "to/d", "other", |_| {
        let _ = space.copying().overwrite().copy_out("/out", folder.path("to"));
        assert_eq!(folder.tree("outside"), before);
    });
    check(&space);
}

#[test]
fn copy_out_writes_nothing_outside_when_a_file_becomes_a_link() {
    let folder = Folder::new("race-out-file");
    folder.file("outside/file", SECRET);
    let before = folder.tree("outside");
    let space = Space::builder().build().unwrap();
    space.create_dir_all("/out").unwrap();
    space.write("/out/file", vec![1; 600_000]).unwrap();
    fs::create_dir(folder.path("to")).unwrap();
    symlink("../outside/file", folder.path("other")).unwrap();
    while_exchanging(&folder, "to/file", "other", |_| {
        let _ = space.copying().overwrite().copy_out("/out", folder.path("to"));
        assert_eq!(folder.tree("outside"), before);
    });
    check(&space);
}

#[test]
fn copy_out_of_a_space_that_changes_refuses_or_copies_whole_files() {
    let folder = Folder::new("race-space");
    let space = Space::builder().build().unwrap();
    let text = |number: usize| {
        let letter = b"abcdefghij"[number % 10];
        vec![letter; 300_000 + number % 7 * 60_000]
    };
    space.create_dir_all("/out/d").unwrap();
    space.write("/out/d/file", text(0)).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let _end = End(&done);
        scope.spawn(|| {
            let mut number = 0;
            while !done.load(Ordering::Relaxed) {
                number += 1;
                space.write("/out/d/file", text(number)).unwrap();
                space.create_dir_all("/out/e/f").unwrap();
                space.remove_dir_all("/out/e").unwrap();
            }
        });
        for number in 0..100 {
            let target = folder.path(&number.to_string());
            let _ = space.copy_out("/out", &target);
            let mut archive = Vec::new();
            let packed = space.pack("/out", &mut archive);
            let again = Space::builder().build().unwrap();
            again.unpack(&archive[..], "/in").unwrap();
            let mut copies: Vec<Vec<u8>> = fs::read(target.join("d/file")).into_iter().collect();
            if packed.is_ok() {
                copies.extend(again.read("/in/d/file"));
            }
            for bytes in copies {
                assert!(bytes.iter().all(|byte| *byte == bytes[0]), "two writes are mixed");
            }
            fs::remove_dir_all(target).unwrap();
        }
    });
    check(&space);
}
