//! Listings that run while the directory changes.

use std::collections::BTreeSet;

use tmpfs::Cursor;

use crate::engine::Engine;
use crate::model::{Entries, Model};
use crate::operation::Slot;

/// A listing, and the entries that it returned so far.
#[derive(Debug)]
pub(crate) struct Listing {
    directory: Slot,
    /// The entries when it began.
    first: Entries,
    cursor: Cursor,
    /// The serial numbers of the entries that it returned.
    told: BTreeSet<u64>,
    node: u64,
}

impl Listing {
    /// Begins a listing, or returns `None` if the slot holds no open directory.
    pub(crate) fn begin(model: &Model, directory: Slot) -> Option<Self> {
        let (node, first) = model.entries(directory)?;
        let (cursor, told) = (Cursor::default(), BTreeSet::new());
        Some(Self { directory, first, cursor, told, node })
    }

    /// Asks for one more entry. It must have existed when the listing began, exist now, and not
    /// have been returned before. At the end, no entry may be missing that existed all the time.
    pub(crate) fn go_on(mut self, engine: &Engine, model: &Model) -> Result<Option<Self>, String> {
        let Some((_, entries)) =
            model.entries(self.directory).filter(|(node, _)| *node == self.node)
        else {
            return Ok(None);
        };
        let fresh = self.cursor == Cursor::default();
        if fresh {
            // A listing begins with its first entry.
            self.first = entries.clone();
        }
        let handle = engine.handle(self.directory);
        let told = engine.space.list(handle, &mut self.cursor);
        let told = told.map_err(|error| format!("a listing fails: {error:?}"))?;
        if let Some(entry) = told {
            let name = entry.name;
            let here = entries.iter().find(|(_, (at, _))| at == name);
            let Some((serial, (_, kind))) = here else {
                return Err(format!("a listing tells of {name:?}, which is not there"));
            };
            if entry.kind != *kind {
                return Err(format!("a listing takes {name:?} for {:?}", entry.kind));
            }
            if !self.first.contains_key(serial) {
                return Err(format!("a listing tells of {name:?}, which came later"));
            }
            if !self.told.insert(*serial) {
                return Err(format!("a listing tells of {name:?} twice"));
            }
            return Ok(Some(self));
        }
        let stood = self.first.keys().filter(|key| entries.contains_key(key));
        let lost: Vec<_> = stood.filter(|key| !self.told.contains(key)).collect();
        if lost.is_empty() {
            Ok(None)
        } else {
            Err(format!("a listing lost {lost:?} of {entries:?}"))
        }
    }
}
