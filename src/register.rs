//! The register of live objects: every file, and every directory that would remove something. It
//! tells what is owed, what was not closed, and cleans up.

use alloc::{
    collections::BinaryHeap,
    string::String,
    sync::{Arc, Weak},
    vec::Vec,
};

use crate::directory::Tree;
use crate::error::Error;
use crate::file::Open;
use crate::lock::Lock;
use crate::state::STATE;

/// What an owed object would delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A directory with all that is in it.
    Directory,
}

/// Something that a live object would delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedItem {
    /// Its absolute path.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// The length of a file in bytes, as far as it is written; `None` for a directory, or where
    /// it cannot be told.
    pub size: Option<u64>,
}

/// What an open object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnclosedKind {
    /// A file without a name.
    AnonymousFile,
    /// A file with a name, whoever deletes it.
    NamedFile,
    /// A spooled file that is still in memory.
    SpooledFile,
    /// A temporary directory.
    Directory,
}

/// An object that was not closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnclosedItem {
    /// What it is.
    pub kind: UnclosedKind,
    /// Its absolute path, if it has one.
    pub path: Option<String>,
    /// The length of a file in bytes, as far as it is written; `None` for a directory, or where
    /// it cannot be told.
    pub size: Option<u64>,
}

/// Which slot of the register an object has.
pub(crate) type Id = usize;

#[derive(Clone)]
enum Live {
    File(Weak<Lock<Open>>),
    Directory(Weak<Lock<Tree>>),
}

/// Entering and striking take constant time, however many there are.
pub(crate) struct Register {
    /// With each object, how many were entered before it.
    slots: Vec<Option<(u64, Live)>>,
    free: Vec<Id>,
    entered: u64,
}

impl Register {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), entered: 0 }
    }

    fn enter(&mut self, object: Live) -> Id {
        let entry = Some((self.entered, object));
        self.entered += 1;
        if let Some(id) = self.free.pop() {
            self.slots[id] = entry;
            id
        } else {
            self.slots.push(entry);
            self.slots.len() - 1
        }
    }

    fn strike(&mut self, id: Id) {
        if self.slots[id].take().is_some() {
            self.free.push(id);
        }
    }
}

pub(crate) fn enter_file(file: &Arc<Lock<Open>>) -> Id {
    STATE.lock().register.enter(Live::File(Arc::downgrade(file)))
}

pub(crate) fn enter_directory(directory: &Arc<Lock<Tree>>) -> Id {
    STATE.lock().register.enter(Live::Directory(Arc::downgrade(directory)))
}

pub(crate) fn strike(id: Id) {
    STATE.lock().register.strike(id);
}

/// All objects, oldest first; `None` where no memory is left for the list. A file can be locked only where an audit hook asks about the move of
/// a spooled file to the disk: that one is passed over, and has nothing to delete.
fn objects() -> Option<Vec<Live>> {
    let slots = &STATE.lock().register.slots;
    let mut order = Vec::new();
    order.try_reserve_exact(slots.len()).ok()?;
    let entered = slots.iter().enumerate();
    order.extend(entered.filter_map(|(id, slot)| slot.as_ref().map(|(entered, _)| (*entered, id))));
    let mut objects = Vec::new();
    objects.try_reserve_exact(order.len()).ok()?;
    // A heap sorts with a seventh of the code that a slice's `sort` brings along.
    let oldest_first = BinaryHeap::from(order).into_sorted_vec().into_iter();
    objects.extend(
        oldest_first.filter_map(|(_, id)| slots[id].as_ref().map(|(_, object)| object.clone())),
    );
    Some(objects)
}

/// The newest object that was entered before `limit`.
fn newest(limit: u64) -> Option<(u64, Live)> {
    let slots = &STATE.lock().register.slots;
    let earlier = slots.iter().flatten().filter(|(entered, _)| *entered < limit);
    earlier.max_by_key(|(entered, _)| *entered).cloned()
}

impl Live {
    /// Removes what it owes.
    fn pay(&self) -> Option<Error> {
        match self {
            Self::File(file) => file.upgrade()?.try_lock()?.pay().err(),
            Self::Directory(directory) => directory.upgrade()?.lock().pay().err(),
        }
    }
}

/// What live objects would delete, in the order in which it was made: temporary directories,
/// and named files whose duty is to be deleted. What `mkstemp`, `mkdtemp`, `delete: false` and
/// `keep` made is the caller's and not among it.
pub fn owed() -> Vec<OwedItem> {
    objects()
        .iter()
        .flatten()
        .filter_map(|object| match object {
            Live::File(file) => file.upgrade()?.try_lock()?.owed_item(),
            Live::Directory(directory) => directory.upgrade()?.lock().owed_item(),
        })
        .collect()
}

/// Every file that is still open and every temporary directory that was not removed, oldest first:
/// what Python would raise a `ResourceWarning` for if the program ended now. Ask before [`cleanup`].
pub fn unclosed() -> Vec<UnclosedItem> {
    objects()
        .iter()
        .flatten()
        .filter_map(|object| match object {
            Live::File(file) => file.upgrade()?.try_lock()?.unclosed_item(),
            Live::Directory(directory) => {
                let OwedItem { path, size, .. } = directory.upgrade()?.lock().owed_item()?;
                Some(UnclosedItem { kind: UnclosedKind::Directory, path: Some(path), size })
            }
        })
        .collect()
}

/// Removes all that is [`owed`], the newest first, and closes the objects that owed it; they
/// behave as closed afterwards. Returns the errors of what could not be removed: those objects
/// still owe it.
pub fn cleanup() -> Vec<Error> {
    if let Some(objects) = objects() {
        return objects.iter().rev().filter_map(Live::pay).collect();
    }
    // Where no memory is left, the newest is looked for each time, which takes none.
    let (mut errors, mut limit) = (Vec::new(), u64::MAX);
    while let Some((entered, object)) = newest(limit) {
        limit = entered;
        errors.extend(object.pay());
    }
    errors
}
