//! The register of what is owed: every live object that would delete something when it is
//! closed, left or dropped.

use alloc::{
    collections::BTreeMap,
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

/// Which entry of the register an object has.
pub(crate) type Id = u64;

#[derive(Clone)]
enum Debtor {
    File(Weak<Mutex<Open>>),
    Directory(Weak<Mutex<Tree>>),
}

pub(crate) struct Owed {
    /// In the order in which they were made.
    debtors: BTreeMap<Id, Debtor>,
    next: Id,
}

impl Owed {
    pub(crate) const fn new() -> Self {
        Self { debtors: BTreeMap::new(), next: 0 }
    }
}

fn enter(debtor: Debtor) -> Id {
    let owed = &mut STATE.lock().owed;
    let id = owed.next;
    owed.next += 1;
    owed.debtors.insert(id, debtor);
    id
}

pub(crate) fn enter_file(file: &Arc<Mutex<Open>>) -> Id {
    enter(Debtor::File(Arc::downgrade(file)))
}

pub(crate) fn enter_directory(directory: &Arc<Mutex<Tree>>) -> Id {
    enter(Debtor::Directory(Arc::downgrade(directory)))
}

pub(crate) fn strike(id: Id) {
    STATE.lock().owed.debtors.remove(&id);
}

fn debtors() -> Vec<Debtor> {
    STATE.lock().owed.debtors.values().cloned().collect()
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
