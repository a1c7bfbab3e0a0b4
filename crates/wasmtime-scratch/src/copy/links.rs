//! Links within a tree: targets that stay inside, and files that were copied under another name.

use std::collections::HashMap;
use std::hash::Hash;

/// The greatest number of directories between the top of a tree and an entry. Each of them takes
/// one handle of the space and two descriptors of the host while its entries are copied.
pub(crate) const DEEPEST: usize = 256;

/// Returns whether a symbolic link stays in the tree, wherever the other links of the tree lead.
/// The link is in a directory that is `depth` directories below the top.
///
/// A `..` after a name is refused, since the name may be a link itself, and `..` then starts from
/// its target. Without one, the target starts at one of the directories above the link, which are
/// not links. From there it goes down by names, each of which is no link or a link that stays
/// inside.
pub(crate) fn stays_inside(target: &str, depth: usize) -> bool {
    let (mut up, mut named) = (0, false);
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if named => return false,
            ".." => up += 1,
            _ => named = true,
        }
    }
    !target.starts_with('/') && up <= depth
}

/// A directory of the tree, by its number among those that were copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place(usize);

/// The top of the tree.
pub(crate) const TOP: Place = Place(0);

/// The directories that were copied, and the files with several names. Each name is stored once.
#[derive(Debug)]
pub(crate) struct Links<K> {
    /// The directories except the top, each with the directory above it, counted from 1.
    directories: Vec<(Place, Box<str>)>,
    files: HashMap<K, (Place, Box<str>)>,
}

impl<K: Hash + Eq> Links<K> {
    pub(crate) fn new() -> Self {
        Self { directories: Vec::new(), files: HashMap::new() }
    }

    /// Adds a directory.
    pub(crate) fn directory(&mut self, above: Place, name: &str) -> Place {
        self.directories.push((above, name.into()));
        Place(self.directories.len())
    }

    /// Adds a file with several names, under its first name.
    pub(crate) fn file(&mut self, key: K, above: Place, name: &str) {
        self.files.insert(key, (above, name.into()));
    }

    /// Returns the directories from the top to a file that was added, and its name.
    pub(crate) fn find(&self, key: &K) -> Option<(Vec<&str>, &str)> {
        let (above, name) = self.files.get(key)?;
        Some((self.way(*above), name))
    }

    /// Returns the names from the top to a directory.
    pub(crate) fn way(&self, place: Place) -> Vec<&str> {
        let mut way = Vec::new();
        let mut at = place;
        while let Some((above, name)) = at.0.checked_sub(1).map(|at| &self.directories[at]) {
            way.push(&**name);
            at = *above;
        }
        way.reverse();
        way
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_that_no_other_link_can_lead_out_stay_inside() {
        for (target, depth) in
            [("file", 0), ("./a/b", 0), ("../a", 1), ("..", 1), ("../../a/b", 2), (".././..", 2)]
        {
            assert!(stays_inside(target, depth), "{target} at {depth}");
        }
        for (target, depth) in
            [("/", 9), ("/a", 9), ("..", 0), ("../..", 1), ("a/..", 1), ("../a/../b", 5)]
        {
            assert!(!stays_inside(target, depth), "{target} at {depth}");
        }
    }

    #[test]
    fn a_file_is_found_by_the_names_above_it() {
        let mut links = Links::new();
        let outer = links.directory(TOP, "outer");
        let other = links.directory(TOP, "other");
        let inner = links.directory(outer, "inner");
        links.file(1, inner, "file");
        links.file(2, TOP, "top");
        assert_eq!(links.find(&1), Some((vec!["outer", "inner"], "file")));
        assert_eq!(links.find(&2), Some((vec![], "top")));
        assert_eq!(links.find(&3), None);
        assert_eq!(links.way(other), ["other"]);
    }
}
