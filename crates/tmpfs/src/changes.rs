//! Changes: the differences between a space and a template that it stands on.

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
    /// The path in the space; where something was removed, the path in the template. The root is
    /// `.`.
    pub path: String,
    /// The kind of node at the path.
    pub kind: Kind,
    /// The difference.
    pub difference: Difference,
}

/// Kinds of differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The path is new. A further name of a file that the template has is new, too.
    Created,
    /// The template has something of that kind at the path, too; its content, or the target of a
    /// symbolic link, is different.
    Changed,
    /// The path is no longer there.
    Removed,
    /// The file, symbolic link or directory has another name, or is in another directory.
    Renamed {
        /// The path in the template.
        from: String,
        /// True where the content is different, too; never of a directory.
        changed: bool,
    },
    /// The content is the same. The time of access or modification is different, or another node
    /// with equal content took the place of the template's.
    Metadata,
}

/// An iterator over the changes, from [`Space::changes_since`]. It makes one path after the other,
/// so that the memory that it takes does not depend on the lengths of the paths.
///
/// # Errors
/// `InsufficientSpace` where there is no memory for a path.
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
    /// Compares the space with a template that it stands on: the one that it was started from, or
    /// one that [`Space::snapshot`] made of it or of what it was started from.
    ///
    /// The changes are the differences of two states, not a record of what was done: what was
    /// created and removed again is not among them. They come in the order of their paths,
    /// component by component, a directory before what is in it; where something was removed and
    /// something else stands at its path, the removal comes first.
    ///
    /// - A directory is followed when it is renamed. Its entries are among the changes only where
    ///   they differ, at their new paths.
    /// - Where the template has a file or symbolic link at a path, and the space has one of the
    ///   same kind, their contents are compared, whichever nodes they are: a file that was saved by
    ///   a rename over the old one is [`Changed`](Difference::Changed). So are the entries of a
    ///   directory that was removed and made again.
    /// - Any other file or symbolic link of the template is [`Renamed`](Difference::Renamed) where
    ///   one of its names is gone and one is new.
    /// - Content is compared byte by byte, as far as it is not shared with the template.
    /// - Content that was changed through one name is changed at every name of the file.
    /// - Changes of an entry show in the modification time of its directory, which therefore is not
    ///   compared. The time of the last status change and the count of links are not compared
    ///   either.
    ///
    /// It takes as long as there are changes, and nodes that were opened and not changed, however
    /// much there is else. To find the names of a changed file that has several, or had, it walks
    /// over the whole tree once. Beside the space it takes memory for each change and each
    /// directory on the way to one, less than 256 bytes each, and for two paths.
    ///
    /// # Errors
    /// `Invalid` where the space does not stand on the template; `InsufficientSpace` where there is
    /// no memory; `Io` of the page store.
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
