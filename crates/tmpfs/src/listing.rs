//! Listing directories.

use crate::error::Result;
use crate::handle::Handle;
use crate::pages::PageStore;
use crate::space::Space;
use crate::stat::Kind;

/// A position in the listing of a directory.
///
/// `Cursor::default()` is the position before the first entry. Any number of listings can run at
/// once, and none has to be closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor(Option<Progress>);

impl Cursor {
    /// Resumes a listing at a position that [`Cursor::place`] returned, also in another listing of
    /// the directory.
    ///
    /// From there it returns every entry that the directory holds at the next call.
    #[must_use]
    pub fn resume(place: u64) -> Self {
        Self(Some(Progress { at: place, end: u64::MAX, epoch: u32::MAX }))
    }

    /// Returns the position as a number that can be stored; 0 before the first entry.
    ///
    /// A new entry comes after all existing entries. In an empty directory the numbers begin again.
    #[must_use]
    pub fn place(&self) -> u64 {
        self.0.map_or(0, |progress| progress.at)
    }
}

/// The state after the first call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Progress {
    /// The next place to look at.
    at: u64,
    /// The place of the next new entry when the listing began.
    end: u64,
    /// The directory's epoch when the listing began.
    epoch: u32,
}

/// An entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryEntry<'space> {
    /// The name.
    pub name: &'space str,
    /// The kind of node that the entry names.
    pub kind: Kind,
    /// The serial number of the node.
    pub(crate) serial: u64,
}

impl<S: PageStore> Space<S> {
    /// Returns the next entry of a directory, or `None` after the last. The order is not specified.
    /// `.` and `..` are left out.
    ///
    /// A listing returns the entries that the directory held at the first call. It returns each of
    /// them exactly once, under its name at that moment, unless it was removed before. It does not
    /// return entries that were added later, nor an entry that was moved to another directory and
    /// back.
    ///
    /// # Errors
    /// `BadDescriptor`; `NotDirectory`.
    ///
    /// # Example
    /// ```
    /// use tmpfs::{Cursor, DescriptorFlags, Kind, Settings, Space, Timestamp};
    ///
    /// let now = Timestamp::default();
    /// let mut space = Space::create(Settings::seeded([1, 2], now))?;
    /// let root = space.root(DescriptorFlags::DIRECTORY)?;
    /// space.create_directory_at(root, "new", now)?;
    ///
    /// let mut cursor = Cursor::default();
    /// while let Some(entry) = space.list(root, &mut cursor)? {
    ///     assert_eq!((entry.name, entry.kind), ("new", Kind::Directory));
    /// }
    /// # Ok::<(), tmpfs::Error>(())
    /// ```
    pub fn list(
        &self,
        directory: Handle,
        cursor: &mut Cursor,
    ) -> Result<Option<DirectoryEntry<'_>>> {
        let held = self.stock.directory(self.opened_directory(directory)?.node);
        let beginning = Progress { at: 0, end: held.next, epoch: held.epoch };
        let Progress { mut at, end, epoch } = cursor.0.unwrap_or(beginning);
        while let Some((place, number)) = self.stock.layer.map_next(&held.order, at)
            && place < end
        {
            at = place + 1;
            let entry = self.entry(number);
            if entry.epoch <= epoch {
                cursor.0 = Some(Progress { at, end, epoch });
                let node = self.stock.node(entry.node);
                let (kind, serial) = (node.kind(), node.serial);
                return Ok(Some(DirectoryEntry { name: entry.name.as_str(), kind, serial }));
            }
        }
        cursor.0 = Some(Progress { at: end, end, epoch });
        Ok(None)
    }
}
