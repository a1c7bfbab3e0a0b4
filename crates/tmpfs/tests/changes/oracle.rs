//! A naive comparison of two trees. Both are read completely, and compared by the rules that
//! `Space::changes_since` documents.

use std::collections::BTreeMap;

use tmpfs::{Change, Cursor, DescriptorFlags, Difference, Follow, Kind, OpenFlags, Space};

use crate::NOW;

/// The attributes and content of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) kind: Kind,
    pub(crate) inode: u64,
    /// The bytes of a file, or the target of a symbolic link.
    pub(crate) content: Vec<u8>,
    pub(crate) accessed: (i64, u32),
    pub(crate) modified: (i64, u32),
}

/// Everything by its path; the root is `.`.
pub(crate) type Tree = BTreeMap<String, Seen>;

/// Reads a whole tree, through handles that are closed again.
pub(crate) fn tree(space: &mut Space) -> Tree {
    let mut tree = Tree::new();
    let root = space.root(DescriptorFlags::READ).unwrap();
    let mut waiting = vec![String::from(".")];
    while let Some(path) = waiting.pop() {
        let (stat, inode) = space.identify_at(root, Follow::No, &path).unwrap();
        let time = |time: tmpfs::Timestamp| (time.seconds, time.nanoseconds);
        let open = |space: &mut Space, directory| {
            let flags = OpenFlags { directory, ..OpenFlags::default() };
            space.open_at(root, Follow::No, &path, flags, DescriptorFlags::READ, NOW).unwrap()
        };
        let content = match stat.kind {
            Kind::SymbolicLink => space.readlink_at(root, &path).unwrap().as_bytes().to_vec(),
            Kind::RegularFile => {
                let file = open(space, false);
                let mut bytes = vec![0; usize::try_from(stat.size).unwrap()];
                assert_eq!(space.read_at(file, 0, &mut bytes), Ok(bytes.len()));
                space.close(file).unwrap();
                bytes
            }
            Kind::Directory => {
                let directory = open(space, true);
                let mut cursor = Cursor::default();
                while let Some(entry) = space.list(directory, &mut cursor).unwrap() {
                    waiting.push(join(&path, entry.name));
                }
                space.close(directory).unwrap();
                Vec::new()
            }
        };
        let (accessed, modified) = (time(stat.accessed), time(stat.modified));
        tree.insert(path, Seen { kind: stat.kind, inode, content, accessed, modified });
    }
    space.close(root).unwrap();
    tree
}

fn join(directory: &str, name: &str) -> String {
    if directory == "." { name.to_owned() } else { format!("{directory}/{name}") }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or((".", path))
}

fn is_directory(seen: &Seen) -> bool {
    seen.kind == Kind::Directory
}

/// Returns the path in the new tree of a directory of the old tree, or of the directory that took
/// its place.
fn place(old: &Tree, new: &Tree, path: &str) -> Option<String> {
    if path == "." {
        return Some(path.to_owned());
    }
    let inode = old[path].inode;
    if let Some((path, _)) = new.iter().find(|(_, seen)| seen.inode == inode) {
        return Some(path.clone());
    }
    let (directory, name) = split(path);
    let path = join(&place(old, new, directory)?, name);
    let instead = new.get(&path).filter(|seen| is_directory(seen))?;
    let is_new = old.values().all(|seen| seen.inode != instead.inode);
    is_new.then_some(path)
}

/// Compares two trees.
pub(crate) fn compare(old: &Tree, new: &Tree) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |path: &str, seen: &Seen, difference| {
        changes.push(Change { path: path.to_owned(), kind: seen.kind, difference });
    };
    let (mut gone, mut came) = (Vec::new(), new.clone());
    for (path, was) in old {
        let (directory, name) = split(path);
        let expected = if path == "." {
            Some(path.clone())
        } else {
            place(old, new, directory).map(|directory| join(&directory, name))
        };
        if is_directory(was) {
            let at = place(old, new, path);
            if at.is_none() || at != expected {
                gone.push(path);
                continue;
            }
            let at = at.unwrap();
            let is = came.remove(&at).unwrap();
            if is.accessed != was.accessed || is.inode != was.inode {
                add(&at, &is, Difference::Metadata);
            }
            continue;
        }
        let same = expected.filter(|path| new.get(path).is_some_and(|is| is.kind == was.kind));
        let Some(at) = same else {
            gone.push(path);
            continue;
        };
        let is = came.remove(&at).unwrap();
        let times = (is.accessed, is.modified) == (was.accessed, was.modified);
        if is.content != was.content {
            add(&at, &is, Difference::Changed);
        } else if !times || is.inode != was.inode {
            add(&at, &is, Difference::Metadata);
        }
    }
    for (path, is) in &came {
        let same: Vec<_> = gone.iter().filter(|path| old[**path].inode == is.inode).collect();
        let others = came.values().filter(|other| other.inode == is.inode).count();
        if let ([from], 1) = (&same[..], others) {
            let changed = is.content != old[**from].content;
            add(path, is, Difference::Renamed { from: from.to_string(), changed });
            let from = **from;
            gone.retain(|path| *path != from);
        } else {
            add(path, is, Difference::Created);
        }
    }
    for path in gone {
        add(path, &old[path], Difference::Removed);
    }
    changes.sort_by_key(|change| {
        let components: Vec<_> = change.path.split('/').map(str::to_owned).collect();
        // The root before all else.
        (change.path != ".", components, change.difference != Difference::Removed)
    });
    changes
}
