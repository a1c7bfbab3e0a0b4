//! Changes: the differences between a space and a template that it is based on.

use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;

use crate::error::{Error, Result};
use crate::pages::PageStore;
use crate::quota::Quota;
use crate::sorted::{self, Sorted};
use crate::space::Space;
use crate::stat::Kind;
use crate::survey::{self, Record};
use crate::template::Template;
use crate::versions::Versions;

/// A difference between a space and a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path in the space, or for something that was removed, the path in the template. The root
    /// is `.`.
    pub path: String,
    /// The kind of node at the path.
    pub kind: Kind,
    /// The difference at the path.
    pub difference: Difference,
}

/// Kinds of differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The path is new. This includes a new hard link to a file of the template.
    Created,
    /// The path exists in both, with the same kind of node, and the content of the file or the
    /// target of the symbolic link differs.
    Changed,
    /// The path no longer exists.
    Removed,
    /// The file, symbolic link or directory has another name, or is in another directory.
    Renamed {
        /// The path in the template.
        from: String,
        /// True if the content differs, too. It is always false for a directory.
        changed: bool,
    },
    /// The content is the same, but the access or modification time differs, or another node with
    /// equal content has taken the place of the template's.
    Metadata,
}

/// An iterator over changes, returned by [`Space::changes_since`].
///
/// It builds one path at a time, so that its memory does not grow with the lengths of all paths.
///
/// # Errors
/// `InsufficientSpace` if there is no memory for a path.
pub struct Changes<'space, S: PageStore> {
    root: bool,
    removed: Sorted<'space, S>,
    present: Sorted<'space, S>,
    versions: Versions<'space, S>,
    quota: &'space Quota,
}

impl<S: PageStore> fmt::Debug for Changes<'_, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Changes").finish_non_exhaustive()
    }
}

impl<S: PageStore> Space<S> {
    /// Compares the space with a template that it is based on.
    ///
    /// That is the template that it was started from, or one that [`Space::snapshot`] made of it or
    /// of a space that it was started from.
    ///
    /// The changes are the differences between two states, not a log of operations: a file that was
    /// created and removed again is not among them. They come in the order of their paths,
    /// component by component, and a directory comes before its entries. If something was removed
    /// and something of another kind is at its path now, the removal comes first.
    ///
    /// - A directory that was renamed is one change. Its entries are listed only if they differ, at
    ///   their new paths.
    /// - If the template and the space have a file or symbolic link at the same path, the two are
    ///   compared by content, even if they are different nodes. A file that was saved by a rename
    ///   over the old one is therefore [`Changed`](Difference::Changed). The same holds for the
    ///   entries of a directory that was removed and made again.
    /// - Any other file or symbolic link of the template is [`Renamed`](Difference::Renamed) if one
    ///   of its names is gone and one is new.
    /// - Content is compared byte by byte, except for pages that are shared with the template.
    /// - A file with several names that changed is listed as changed at each of them.
    /// - The modification time of a directory is not compared, since it only shows that its entries
    ///   changed. Status change times and link counts are not compared either.
    ///
    /// The time depends on the number of changes and of nodes that were opened for changes, not on
    /// the size of the space. There is one exception: to find the names of a changed file that has
    /// or had several, it walks over the whole tree once. It takes less than 256 bytes of memory
    /// for each change and for each directory on the way to one, and memory for two paths.
    ///
    /// # Errors
    /// - `Invalid` if the space is not based on the template;
    /// - `InsufficientSpace` if there is no memory;
    /// - `Io` of the page store.
    ///
    /// # Example
    /// ```
    /// use tmpfs::{Change, DescriptorFlags, Difference, Kind, Settings, Space, Timestamp};
    ///
    /// let now = Timestamp::default();
    /// let mut space = Space::create(Settings::seeded([1, 2], now))?;
    /// let root = space.root(DescriptorFlags::DIRECTORY)?;
    /// let template = space.snapshot()?;
    /// space.create_directory_at(root, "new", now)?;
    ///
    /// let changes = space.changes_since(&template)?.collect::<Result<Vec<_>, _>>()?;
    /// let new =
    ///     Change { path: "new".into(), kind: Kind::Directory, difference: Difference::Created };
    /// assert_eq!(changes, [new]);
    /// # Ok::<(), tmpfs::Error>(())
    /// ```
    pub fn changes_since(&self, template: &Template<S>) -> Result<Changes<'_, S>> {
        let layer = &self.stock.layer;
        let versions = Versions::of(layer, &template.layer).ok_or(Error::Invalid)?;
        self.compare(versions).inspect_err(|_| self.stock.quota.forget_refusal())
    }

    fn compare<'space>(&'space self, versions: Versions<'space, S>) -> Result<Changes<'space, S>> {
        let quota = &self.stock.quota;
        let (root, seed) = (self.root, self.identity);
        let found = survey::survey(&versions, root, seed)?;
        let mut removed = Sorted::new(versions.old, root, &found.removed, seed)?;
        let mut present = Sorted::new(versions.new, root, &found.present, seed)?;
        removed.advance()?;
        present.advance()?;
        Ok(Changes { root: found.root, removed, present, versions, quota })
    }
}

impl<S: PageStore> Changes<'_, S> {
    fn following(&mut self) -> Result<Option<Change>> {
        if core::mem::take(&mut self.root) {
            let (path, kind) = (sorted::copy(".")?, Kind::Directory);
            return Ok(Some(Change { path, kind, difference: Difference::Metadata }));
        }
        let removed = match (self.removed.present(), self.present.present()) {
            (Some((one, _)), Some((other, _))) => order(one, other) != Ordering::Greater,
            (removed, _) => removed.is_some(),
        };
        let (sorted, layer) = if removed {
            (&mut self.removed, self.versions.old)
        } else {
            (&mut self.present, self.versions.new)
        };
        let Some((path, record)) = sorted.present() else { return Ok(None) };
        let Record { node, change, .. } = record;
        let difference = match change {
            survey::Change::Created => Difference::Created,
            survey::Change::Changed => Difference::Changed,
            survey::Change::Removed => Difference::Removed,
            survey::Change::Metadata => Difference::Metadata,
            survey::Change::Renamed { from, changed } => {
                Difference::Renamed { from: sorted::path(self.versions.old, from)?, changed }
            }
        };
        let change =
            Change { path: sorted::copy(path)?, kind: layer.node(node).kind(), difference };
        sorted.advance()?;
        Ok(Some(change))
    }
}

/// Compares paths component by component.
fn order(one: &str, other: &str) -> Ordering {
    one.split('/').cmp(other.split('/'))
}

impl<S: PageStore> Iterator for Changes<'_, S> {
    type Item = Result<Change>;

    fn next(&mut self) -> Option<Result<Change>> {
        let following = self.following();
        if following.is_err() {
            self.quota.forget_refusal();
            self.removed.end();
            self.present.end();
        }
        following.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handle::DescriptorFlags;
    use crate::lookup::Follow;
    use crate::open::OpenFlags;
    use crate::space::Settings;
    use crate::stat::Timestamp;
    use crate::trie::steps;
    use alloc::format;

    const NOW: Timestamp = Timestamp { seconds: 0, nanoseconds: 0 };

    /// Returns the steps of a comparison after ten of so many files were written, as many in each
    /// directory as `width`.
    fn steps_of_ten(files: usize, width: usize) -> usize {
        let mut space = Space::create(Settings::seeded([1, 2], NOW)).unwrap();
        let write = |space: &mut Space, at: usize| {
            let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
            let directory = format!("{}", at / width);
            let made = space.create_directory_at(root, &directory, NOW);
            assert!(matches!(made, Ok(()) | Err(Error::Exist)));
            let create = OpenFlags { create: true, ..OpenFlags::default() };
            let (path, flags) = (format!("{directory}/{at}"), DescriptorFlags::WRITE);
            let file = space.open_at(root, Follow::No, &path, create, flags, NOW).unwrap();
            space.append(file, b"more", NOW).unwrap();
            space.close(file).unwrap();
            space.close(root).unwrap();
        };
        (0..files).for_each(|at| write(&mut space, at));
        let template = space.snapshot().unwrap();
        (0..10).for_each(|at| write(&mut space, at * files / 10));
        write(&mut space, files);
        steps::taken();
        let changes = space.changes_since(&template).unwrap().count();
        assert!((11..=12).contains(&changes), "{changes}");
        steps::taken()
    }

    #[test]
    fn steps_follow_from_what_changed() {
        // For each file its only page; for the new name the way to it in its directory, 16 slots a
        // level.
        for (files, width) in [(100, 100), (10_000, 100), (10_000, 10_000), (50_000, 1_000)] {
            let steps = steps_of_ten(files, width);
            assert!(steps <= 100, "{steps} steps for {files} files, {width} in a directory");
        }
    }
}
