//! The register of live objects: every file, and every directory that has the duty to be removed.
//! It lists what is owed and what is not closed, and cleans up.

use alloc::{
    collections::BinaryHeap,
    string::String,
    sync::{Arc, Weak},
    vec::Vec,
};
use core::mem;

use crate::error::{Error, Result};
use crate::lock::Lock;

/// The kind of an owed item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwedKind {
    /// A file.
    File,
    /// A directory with all that is in it.
    Directory,
}

/// A file or directory that a live object has the duty to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedItem {
    /// The absolute path.
    pub path: String,
    /// The kind of the item.
    pub kind: OwedKind,
    /// The length of a file in bytes, as far as it is written; `None` for a directory, and where
    /// the host does not tell it.
    pub size: Option<u64>,
}

/// The kind of an object that is not closed.
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

/// An object that is not closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnclosedItem {
    /// The kind of the object.
    pub kind: UnclosedKind,
    /// The absolute path, if the object has one.
    pub path: Option<String>,
    /// The length of a file in bytes, as far as it is written; `None` for a directory, and where
    /// the host does not tell it.
    pub size: Option<u64>,
}

/// The slot of an object in the register.
pub(crate) type Id = usize;

/// An object that is registered while it lives.
pub(crate) trait Object: Send {
    /// Deletes what is owed and closes the object. Does nothing if nothing is owed.
    fn pay(&mut self) -> Result<()>;

    /// Returns the item that is owed, if there is one.
    fn owed(&self) -> Option<OwedItem>;

    /// Returns the object as an item, while it is open.
    fn unclosed(&self) -> Option<UnclosedItem>;
}

type Live = Weak<Lock<dyn Object>>;

/// An object without handles, with its slot unless it frees that itself.
type Orphan = (Option<Id>, Arc<Lock<dyn Object>>);

/// Entering and striking take constant time, for any number of objects.
struct Register {
    /// The objects, each with the number of those entered before it.
    slots: Vec<Option<(u64, Live)>>,
    free: Vec<Id>,
    entered: u64,
    /// The objects without handles that still owe something.
    orphans: Vec<Orphan>,
}

static REGISTER: Lock<Register> =
    Lock::new(Register { slots: Vec::new(), free: Vec::new(), entered: 0, orphans: Vec::new() });

/// Makes an object that knows its slot, and enters it.
pub(crate) fn enter<T: Object + 'static>(make: impl FnOnce(Id) -> T) -> Arc<Lock<T>> {
    Arc::new_cyclic(|object: &Weak<Lock<T>>| {
        let object = Weak::clone(object);
        Lock::new(make(enter_live(object)))
    })
}

/// Enters an object and returns its slot.
fn enter_live(object: Live) -> Id {
    let register = &mut *REGISTER.lock();
    let entry = Some((register.entered, object));
    register.entered += 1;
    if let Some(id) = register.free.pop() {
        register.slots[id] = entry;
        id
    } else {
        register.slots.push(entry);
        register.slots.len() - 1
    }
}

/// Frees the slot of an object.
pub(crate) fn strike(id: Id) {
    let register = &mut *REGISTER.lock();
    if register.slots[id].take().is_some() {
        register.free.push(id);
    }
}

/// Returns all objects, oldest first; `None` if no memory is left for the list. A file is only
/// locked here during a rollover that waits for an audit hook. Callers skip it: it has nothing to
/// delete.
fn objects() -> Option<Vec<Live>> {
    let slots = &REGISTER.lock().slots;
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

/// Returns the newest object that was entered before `limit`.
fn newest(limit: u64) -> Option<(u64, Live)> {
    let slots = &REGISTER.lock().slots;
    let earlier = slots.iter().flatten().filter(|(entered, _)| *entered < limit);
    earlier.max_by_key(|(entered, _)| *entered).cloned()
}

/// Enters an object without handles, and keeps it until [`cleanup`] has deleted what it owes.
pub(crate) fn leave(object: impl Object + 'static) {
    let object: Arc<Lock<dyn Object>> = Arc::new(Lock::new(object));
    keep((Some(enter_live(Arc::downgrade(&object))), object));
}

/// Keeps an object that owes something until [`cleanup`] has deleted that. It frees its slot
/// itself.
pub(crate) fn adopt(object: Arc<Lock<dyn Object>>) {
    keep((None, object));
}

fn keep(orphan: Orphan) {
    let orphans = &mut REGISTER.lock().orphans;
    match orphans.try_reserve(1) {
        Ok(()) => orphans.push(orphan),
        // Without memory for the list, the object is kept forever.
        Err(_) => mem::forget(orphan),
    }
}

/// Drops the adopted objects that owe nothing any more.
fn release_orphans() {
    let mut orphans = mem::take(&mut REGISTER.lock().orphans);
    orphans.retain(|(id, orphan)| {
        let owes = orphan.lock().owed().is_some();
        if let Some(id) = id.filter(|_| !owes) {
            strike(id);
        }
        owes
    });
    REGISTER.lock().orphans.append(&mut orphans);
}

/// Asks every object that is not locked, oldest first.
fn each<T>(ask: fn(&dyn Object) -> Option<T>) -> Vec<T> {
    let objects = objects().into_iter().flatten();
    objects.filter_map(|object| ask(&*object.upgrade()?.try_lock()?)).collect()
}

/// Returns the files and directories that live objects have the duty to delete, in the order in
/// which they were made: temporary directories and named files. The results of `mkstemp` and
/// `mkdtemp`, and files and directories that are made to stay or kept, are the caller's and not
/// among them.
///
/// # Examples
///
/// ```no_run
/// for item in wasi_tempfile::cleanup::owed() {
///     println!("{}", item.path);
/// }
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn owed() -> Vec<OwedItem> {
    each(|object| object.owed())
}

/// Returns every file that is still open and every temporary directory that is not removed, oldest
/// first: Python would raise a `ResourceWarning` for each if the program ended now. Call it before
/// [`cleanup`].
///
/// # Examples
///
/// ```no_run
/// for item in wasi_tempfile::cleanup::unclosed() {
///     eprintln!("not closed: {:?} {:?}", item.kind, item.path);
/// }
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn unclosed() -> Vec<UnclosedItem> {
    each(|object| object.unclosed())
}

/// Deletes everything that is [`owed`], the newest first, and closes the objects that had the duty;
/// they behave as closed afterwards. Returns the errors of refused deletions: those objects keep
/// their duty.
///
/// # Security
///
/// No symbolic link is followed. A file or directory that took the name of one whose deletion was
/// refused is left alone.
///
/// # Examples
///
/// ```no_run
/// for error in wasi_tempfile::cleanup::cleanup() {
///     eprintln!("left behind: {error}");
/// }
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn cleanup() -> Vec<Error> {
    let pay = |object: &Live| object.upgrade()?.try_lock()?.pay().err();
    let mut errors = Vec::new();
    if let Some(objects) = objects() {
        errors.extend(objects.iter().rev().filter_map(pay));
    } else {
        // Without memory for the list, the newest is looked for each time, which takes none.
        let mut limit = u64::MAX;
        while let Some((entered, object)) = newest(limit) {
            limit = entered;
            errors.extend(pay(&object));
        }
    }
    release_orphans();
    errors
}
