//! The content of a directory of the host, to be compared before and after.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Everything below a directory: the relative paths, in their order, and the content of each.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Tree(BTreeMap<PathBuf, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Directory,
    File(Vec<u8>),
    Link(PathBuf),
}

impl Tree {
    /// Reads everything below `directory`, and follows no link.
    pub fn of(directory: &Path) -> Self {
        let mut entries = BTreeMap::new();
        let mut waiting = vec![directory.to_owned()];
        while let Some(next) = waiting.pop() {
            for entry in fs::read_dir(&next).expect("listing a directory") {
                let path = entry.expect("listing a directory").path();
                let kind = path.symlink_metadata().expect("looking at an entry").file_type();
                let entry = if kind.is_symlink() {
                    Entry::Link(fs::read_link(&path).expect("reading a link"))
                } else if kind.is_dir() {
                    waiting.push(path.clone());
                    Entry::Directory
                } else {
                    Entry::File(fs::read(&path).expect("reading a file"))
                };
                let relative = path.strip_prefix(directory).expect("BUG: it was listed there");
                entries.insert(relative.to_owned(), entry);
            }
        }
        Self(entries)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }
}

/// Lists the names in a directory of the host, sorted.
pub fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("listing a directory");
    let names = entries.map(|entry| entry.expect("listing a directory").file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().expect("Unicode")).collect();
    names.sort();
    names
}
