//! Listing directories.

use crate::error::Result;
use crate::handle::Handle;
use crate::pages::PageStore;
use crate::space::Space;
use crate::stat::Kind;

/// A position in a listing: `Cursor::default()` before the first entry. Any number of listings can
/// be under way, and nothing is to be closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor(Option<Progress>);

impl Cursor {
    /// A position that [`Cursor::place`] told, also of another listing of the directory. From there
    /// on a listing returns every entry that the directory holds at the next call.
    #[must_use]
    pub fn resume(place: u64) -> Self {
        Self(Some(Progress { at: place, end: u64::MAX, epoch: u32::MAX }))
    }

    /// Returns where the listing is, as a number to keep; 0 before the first entry. A new entry
    /// comes behind all that the directory holds; in an empty directory places begin anew.
    #[must_use]
    pub fn place(&self) -> u64 {
        self.0.map_or(0, |progress| progress.at)
    }
}

/// The position after the first entry was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Progress {
    /// The next place to look at.
    at: u64,
    /// The place of the next new entry when the listing began.
    end: u64,
    /// The directory's epoch when the listing began.
    epoch: u32,
}

/// One entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryEntry<'space> {
    /// Its name.
    pub name: &'space str,
    /// The kind of node that it names.
    pub kind: Kind,
    /// The serial number of the node.
    pub(crate) serial: u64,
}

impl<S: PageStore> Space<S> {
    /// Returns the next entry, in no order that is promised; `None` after the last. `.` and `..`
    /// are left out.
    ///
    /// A listing returns the entries that the directory held at the first call. Each is returned
    /// exactly once, under the name that it has by then, and not at all if it was removed before.
    /// An entry that comes later is not returned, and neither is one that was moved to another
    /// directory and back.
    ///
    /// # Errors
    /// `BadDescriptor`; `NotDirectory`.
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
