//! A folder of the host for one test, and what the system says that is in it.

#![allow(dead_code, reason = "no test file uses everything")]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use wasmtime_scratch::{CopyError, Reason, Space};

/// A new folder, which goes with this. It lies on a tmpfs where there is one: that keeps holes,
/// times to the nanosecond, and tells blocks at once.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let shared = PathBuf::from("/dev/shm");
        let parent = if shared.is_dir() { shared } else { std::env::temp_dir() };
        let path = parent.join(format!("scratch-copy-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Makes a file, and the directories above it.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn link(&self, target: &str, name: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    }

    pub(crate) fn tree(&self, name: &str) -> Tree {
        tree(&self.path(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Everything below a directory, by path.
pub(crate) type Tree = BTreeMap<Vec<u8>, Node>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) what: What,
    pub(crate) modified: (i64, i64),
    pub(crate) blocks: u64,
    pub(crate) size: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Directory,
    /// The bytes, but of a file of more than 1 GiB.
    File(Vec<u8>),
    /// A further name of the file with this first one.
    Same(Vec<u8>),
    Link(PathBuf),
    Other,
}

pub(crate) fn tree(top: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut waiting = vec![top.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(top).unwrap().as_os_str().as_encoded_bytes().to_vec();
            let metadata = path.symlink_metadata().unwrap();
            let what = if metadata.is_dir() {
                waiting.push(path);
                What::Directory
            } else if metadata.is_symlink() {
                What::Link(fs::read_link(path).unwrap())
            } else if metadata.is_file() && metadata.len() > 1 << 30 {
                What::File(Vec::new())
            } else if metadata.is_file() {
                What::File(fs::read(path).unwrap())
            } else {
                What::Other
            };
            // The size of a directory is the filesystem's business.
            let is_directory = what == What::Directory;
            let (blocks, size) =
                if is_directory { (0, 0) } else { (metadata.blocks(), metadata.len()) };
            let modified = (metadata.mtime(), metadata.mtime_nsec());
            tree.insert(name, Node { what, modified, blocks, size });
        }
    }
    // The first name in the order of names is the file.
    let mut first = HashMap::new();
    let names: Vec<_> = tree.keys().cloned().collect();
    for name in names {
        use std::os::unix::ffi::OsStrExt;
        let path = top.join(std::ffi::OsStr::from_bytes(&name));
        let metadata = path.symlink_metadata().unwrap();
        if metadata.is_file() && metadata.nlink() > 1 {
            let first = first.entry(metadata.ino()).or_insert_with(|| name.clone());
            if *first != name {
                tree.get_mut(&name).unwrap().what = What::Same(first.clone());
            }
        }
    }
    tree
}

/// Files of a space with their bytes, and the directories, with a slash; links with an `@`.
pub(crate) fn files(space: &Space, top: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![String::new()];
    while let Some(directory) = waiting.pop() {
        for entry in space.list(&format!("{top}/{directory}")).unwrap() {
            let path = format!("{directory}{}", entry.name);
            match entry.kind {
                wasmtime_scratch::Kind::Directory => {
                    files.insert(format!("{path}/"), Vec::new());
                    waiting.push(format!("{path}/"));
                }
                wasmtime_scratch::Kind::SymbolicLink => {
                    files.insert(format!("{path}@"), Vec::new());
                }
                wasmtime_scratch::Kind::RegularFile => {
                    let bytes = space.read(&format!("{top}/{path}")).unwrap();
                    files.insert(path, bytes);
                }
            }
        }
    }
    files
}

/// The names alone.
pub(crate) fn names(space: &Space, top: &str) -> Vec<String> {
    files(space, top).into_keys().collect()
}

/// Returns the refused entries, sorted. Checks that each message names the path, and that the
/// counts agree.
pub(crate) fn refused(error: &CopyError) -> Vec<(String, Reason)> {
    for refused in error.refused() {
        let text = refused.to_string();
        assert!(text.starts_with(refused.path()) && text.len() > refused.path().len(), "{text}");
    }
    assert_eq!(error.refusals(), error.refused().len() as u64, "{error}");
    let told = error.refused().iter().map(|it| (it.path().to_owned(), it.reason()));
    let mut told: Vec<_> = told.collect();
    told.sort_by(|one, other| one.0.cmp(&other.0));
    told
}

/// The space's books are right, and nothing is held open.
pub(crate) fn check(space: &Space) {
    space.audit().unwrap();
    assert_eq!(space.usage().handles, 0);
}
