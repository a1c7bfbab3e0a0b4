//! Watches a file over time, as some programs do: it prints the inode numbers of files and
//! directories, numbered in the order of their first appearance. With the argument `library` it
//! takes them from the C library. With `calls`, or without an argument, it takes them from
//! `wasi:filesystem`, and uses no streams.

use std::cell::RefCell;
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, NewTimestamp, OpenFlags, PathFlags};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("library") => {
            let root = PathBuf::from(std::env::var("TMPDIR").expect("TMPDIR is set"));
            watch(&Library { root });
        }
        // `tmpfs-lite.wasm` passes on no arguments.
        Some("calls") | None => watch(&Calls { root: get_directories().swap_remove(0).0 }),
        other => panic!("library or calls, not {other:?}"),
    }
}

/// The calls that the program makes on files.
trait Files {
    type File;

    /// Makes a file for reading and writing.
    fn create(&self, path: &str) -> Self::File;
    /// Opens a file for reading, or opens a directory.
    fn open(&self, path: &str) -> Self::File;
    fn write(&self, file: &Self::File, offset: u64, bytes: &[u8]);
    fn read(&self, file: &Self::File, length: usize) -> Vec<u8>;
    fn set_size(&self, file: &Self::File, size: u64);
    fn set_times(&self, file: &Self::File, seconds: u64);
    fn create_directory(&self, path: &str);
    fn link(&self, old: &str, new: &str);
    fn rename(&self, old: &str, new: &str);
    fn unlink(&self, path: &str);
    /// Returns the inode number of an open file.
    fn inode(&self, file: &Self::File) -> u64;
    /// Returns the inode number behind a path, or `None` if nothing is there.
    fn inode_at(&self, path: &str) -> Option<u64>;
}

/// The inode numbers seen so far, in order.
#[derive(Default)]
struct Seen(RefCell<Vec<u64>>);

impl Seen {
    fn number(&self, inode: u64) -> usize {
        let mut seen = self.0.borrow_mut();
        seen.iter().position(|it| *it == inode).unwrap_or_else(|| {
            seen.push(inode);
            seen.len() - 1
        })
    }
}

fn watch<F: Files>(files: &F) {
    let seen = Seen::default();
    files.create_directory("directory");
    let file = files.create("directory/file");
    let directory = files.open("directory");
    let say = |what: &str| {
        let at = |path: &str| files.inode_at(path).map(|inode| seen.number(inode));
        println!(
            "{what}: file {} {:?} {:?}, directory {} {:?} {:?}",
            seen.number(files.inode(&file)),
            at("directory/file"),
            at("directory/other"),
            seen.number(files.inode(&directory)),
            at("directory"),
            at("moved"),
        );
    };
    say("created");
    files.write(&file, 0, b"content");
    say("written");
    files.write(&file, 0, b"CONTENT");
    say("written over");
    files.write(&file, 100_000, &[1; 100_000]);
    say("written beyond the end");
    assert_eq!(files.read(&files.open("directory/file"), 7), b"CONTENT");
    say("read");
    files.set_size(&file, 3);
    say("cut");
    files.set_size(&file, 1 << 20);
    say("extended");
    files.set_times(&file, 1_000_000_000);
    files.set_times(&file, 1_000_000_001);
    say("times set");
    files.link("directory/file", "directory/other");
    say("linked");
    files.unlink("directory/file");
    say("one name removed");
    files.rename("directory/other", "directory/file");
    say("renamed");
    for number in 0..100 {
        drop(files.create(&format!("directory/{number}")));
    }
    say("new entries");
    for number in 0..100 {
        files.unlink(&format!("directory/{number}"));
    }
    say("entries removed");
    files.rename("directory", "moved");
    say("the directory moved");
    files.rename("moved", "directory");
    // An open file keeps its number, and a file that takes its name has another. Keep both open,
    // since a host may give the number of a deleted file to the next one.
    let replacement = files.create("directory/new");
    files.rename("directory/new", "directory/file");
    say("replaced");
    files.unlink("directory/file");
    say("removed");
    drop(files.create("directory/file"));
    say("created again");
    drop(replacement);
    log(files);
}

/// Writes a log whose file may be moved away, as `logging.handlers.WatchedFileHandler` does. Before
/// each record it opens the file again if the name leads to another file.
fn log<F: Files>(files: &F) {
    let (mut log, mut opened, mut offset) = (files.create("log"), 1, 0);
    for record in 0..20 {
        if record == 10 {
            files.rename("log", "log.1");
        }
        if files.inode_at("log") != Some(files.inode(&log)) {
            (log, offset) = (files.create("log"), 0);
            opened += 1;
        }
        files.write(&log, offset, b"record\n");
        offset += 7;
    }
    println!("20 records, moved away once: opened {opened} times");
}

/// Files through std and the C library.
struct Library {
    root: PathBuf,
}

impl Files for Library {
    type File = File;

    fn create(&self, path: &str) -> File {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).open(self.root.join(path)).unwrap()
    }

    fn open(&self, path: &str) -> File {
        File::open(self.root.join(path)).unwrap()
    }

    fn write(&self, mut file: &File, offset: u64, bytes: &[u8]) {
        file.seek(SeekFrom::Start(offset)).unwrap();
        file.write_all(bytes).unwrap();
    }

    fn read(&self, mut file: &File, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).unwrap();
        bytes
    }

    fn set_size(&self, file: &File, size: u64) {
        file.set_len(size).unwrap();
    }

    fn set_times(&self, file: &File, seconds: u64) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        file.set_times(FileTimes::new().set_accessed(time).set_modified(time)).unwrap();
    }

    fn create_directory(&self, path: &str) {
        fs::create_dir(self.root.join(path)).unwrap();
    }

    fn link(&self, old: &str, new: &str) {
        fs::hard_link(self.root.join(old), self.root.join(new)).unwrap();
    }

    fn rename(&self, old: &str, new: &str) {
        fs::rename(self.root.join(old), self.root.join(new)).unwrap();
    }

    fn unlink(&self, path: &str) {
        fs::remove_file(self.root.join(path)).unwrap();
    }

    fn inode(&self, file: &File) -> u64 {
        rustix::fs::fstat(file).unwrap().st_ino
    }

    fn inode_at(&self, path: &str) -> Option<u64> {
        rustix::fs::stat(self.root.join(path)).ok().map(|status| status.st_ino)
    }
}

/// Files through calls of `wasi:filesystem`, by position.
struct Calls {
    root: Descriptor,
}

impl Files for Calls {
    type File = Descriptor;

    fn create(&self, path: &str) -> Descriptor {
        let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let both = DescriptorFlags::READ | DescriptorFlags::WRITE;
        self.root.open_at(PathFlags::empty(), path, new, both).unwrap()
    }

    fn open(&self, path: &str) -> Descriptor {
        let read = DescriptorFlags::READ;
        self.root.open_at(PathFlags::empty(), path, OpenFlags::empty(), read).unwrap()
    }

    fn write(&self, file: &Descriptor, mut offset: u64, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let written = file.write(bytes, offset).unwrap();
            offset += written;
            bytes = &bytes[usize::try_from(written).unwrap()..];
        }
    }

    fn read(&self, file: &Descriptor, length: usize) -> Vec<u8> {
        file.read(u64::try_from(length).unwrap(), 0).unwrap().0
    }

    fn set_size(&self, file: &Descriptor, size: u64) {
        file.set_size(size).unwrap();
    }

    fn set_times(&self, file: &Descriptor, seconds: u64) {
        let time = NewTimestamp::Timestamp(Datetime { seconds, nanoseconds: 0 });
        file.set_times(time, time).unwrap();
    }

    fn create_directory(&self, path: &str) {
        self.root.create_directory_at(path).unwrap();
    }

    fn link(&self, old: &str, new: &str) {
        self.root.link_at(PathFlags::empty(), old, &self.root, new).unwrap();
    }

    fn rename(&self, old: &str, new: &str) {
        self.root.rename_at(old, &self.root, new).unwrap();
    }

    fn unlink(&self, path: &str) {
        self.root.unlink_file_at(path).unwrap();
    }

    fn inode(&self, file: &Descriptor) -> u64 {
        file.metadata_hash().unwrap().lower
    }

    fn inode_at(&self, path: &str) -> Option<u64> {
        self.root.metadata_hash_at(PathFlags::empty(), path).ok().map(|hash| hash.lower)
    }
}
