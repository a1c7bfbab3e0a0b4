//! The register of what is owed: every live object that would delete something when it is
//! closed, left or dropped.

use alloc::{
    collections::BinaryHeap,
    string::String,
    sync::{Arc, Weak},
    vec::Vec,
};

use spin::Mutex;

use crate::directory::Tree;
use crate::error::Error;
use crate::file::Open;
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

/// Which slot of the register an object has.
pub(crate) type Id = usize;

#[derive(Clone)]
enum Debtor {
    File(Weak<Mutex<Open>>),
    Directory(Weak<Mutex<Tree>>),
}

/// Entering and striking take constant time, however much is owed.
pub(crate) struct Owed {
    /// With each debtor, how many were entered before it.
    slots: Vec<Option<(u64, Debtor)>>,
    free: Vec<Id>,
    entered: u64,
}

impl Owed {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), entered: 0 }
    }

    fn enter(&mut self, debtor: Debtor) -> Id {
        let entry = Some((self.entered, debtor));
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

pub(crate) fn enter_file(file: &Arc<Mutex<Open>>) -> Id {
    STATE.lock().owed.enter(Debtor::File(Arc::downgrade(file)))
}

pub(crate) fn enter_directory(directory: &Arc<Mutex<Tree>>) -> Id {
    STATE.lock().owed.enter(Debtor::Directory(Arc::downgrade(directory)))
}

pub(crate) fn strike(id: Id) {
    STATE.lock().owed.strike(id);
}

/// All debtors, oldest first.
fn debtors() -> Vec<Debtor> {
    let slots = &STATE.lock().owed.slots;
    let entered = slots.iter().enumerate();
    let entered = entered.filter_map(|(id, slot)| slot.as_ref().map(|(entered, _)| (*entered, id)));
    // A heap sorts with a seventh of the code that a slice's `sort` brings along.
    let oldest_first = entered.collect::<BinaryHeap<_>>().into_sorted_vec().into_iter();
    oldest_first
        .filter_map(|(_, id)| slots[id].as_ref().map(|(_, debtor)| debtor.clone()))
        .collect()
}

/// What live objects would delete, in the order in which it was made: temporary directories,
/// and named files whose duty is to be deleted. What `mkstemp`, `mkdtemp`, `delete: false` and
/// `keep` made is the caller's and not among it.
pub fn owed() -> Vec<OwedItem> {
    debtors()
        .iter()
        .filter_map(|debtor| match debtor {
            Debtor::File(file) => file.upgrade()?.lock().owed_item(),
            Debtor::Directory(directory) => directory.upgrade()?.lock().owed_item(),
        })
        .collect()
}

/// Removes all that is [`owed`], the newest first, and closes the objects that owed it; they
/// behave as closed afterwards. Returns the errors of what could not be removed: those objects
/// still owe it.
pub fn cleanup() -> Vec<Error> {
    debtors()
        .iter()
        .rev()
        .filter_map(|debtor| match debtor {
            Debtor::File(file) => file.upgrade()?.lock().finalize().err(),
            Debtor::Directory(directory) => directory.upgrade()?.lock().cleanup().err(),
        })
        .collect()
}
