//! Listing directories.

use crate::attributes::Kind;
use crate::error::Result;
use crate::handle::Handle;
use crate::pages::PageStore;
use crate::space::Space;

/// Where a listing is: `Cursor::default()` before the first entry. It is a mere position: any number
/// can be under way, and nothing is to be closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The next place to look at, and the first that was not there when the listing began.
    range: Option<(u64, u64)>,
}

/// One entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryEntry<'space> {
    /// Its name.
    pub name: &'space str,
    /// What it is the name of.
    pub kind: Kind,
}

impl<S: PageStore> Space<S> {
    /// The next entry, in no order that is promised; `None` after the last. `.` and `..` are left
    /// out. What stands in the directory from the first call to the last is told exactly once; what
    /// comes or goes meanwhile, at most once.
    ///
    /// # Errors
    /// `BadDescriptor`; `NotDirectory`.
    pub fn list(
        &self,
        directory: Handle,
        cursor: &mut Cursor,
    ) -> Result<Option<DirectoryEntry<'_>>> {
        let held = self.stock.directory(self.opened_directory(directory)?.node);
        let (from, end) = cursor.range.unwrap_or((0, held.next));
        let next = self.stock.layer.map_next(held.order, from).filter(|(place, _)| *place < end);
        let Some((place, entry)) = next else {
            cursor.range = Some((end, end));
            return Ok(None);
        };
        cursor.range = Some((place + 1, end));
        let entry = self.entry(entry);
        let kind = self.stock.node(entry.node).kind();
        Ok(Some(DirectoryEntry { name: entry.name.as_str(), kind }))
    }
}
