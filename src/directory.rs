//! `TemporaryDirectory`: a new directory that is removed with all that is in it.

use alloc::{string::String, sync::Arc};
use core::fmt;

use spin::Mutex;

use crate::create::{self, NameOptions};
use crate::error::{Repr, Result};
use crate::place::Place;
use crate::register::{self, Kind, OwedItem};
use crate::remove;

/// A temporary directory, as [`temporary_directory`] returns it. Dropping it removes it, unless
/// it was made to stay; errors are lost then, so call [`cleanup`](Self::cleanup) or
/// [`exit`](Self::exit) where they matter.
pub struct TemporaryDirectory(Arc<Mutex<Tree>>);

/// What a directory is for all who hold it: its handle, and the register.
pub(crate) struct Tree {
    place: Place,
    ignore_cleanup_errors: bool,
    /// Leaving the context removes.
    delete: bool,
    /// The entry in the register, while removing is owed.
    duty: Option<register::Id>,
}

/// How a temporary directory is named and removed: Python's parameters, with its defaults.
#[derive(Clone, Copy, Debug)]
pub struct DirectoryOptions<'a> {
    /// Where the directory is made and what its name is made of.
    pub name: NameOptions<'a>,
    /// What cannot be removed is left, and that is no error. `false` by default.
    pub ignore_cleanup_errors: bool,
    /// Leaving the context and dropping remove; `cleanup` does in any case. `true` by default.
    pub delete: bool,
}

impl Default for DirectoryOptions<'_> {
    fn default() -> Self {
        Self { name: NameOptions::default(), ignore_cleanup_errors: false, delete: true }
    }
}

/// Makes a directory and the object that removes it: Python's `TemporaryDirectory`.
///
/// # Errors
///
/// As [`mkdtemp`](crate::mkdtemp).
pub fn temporary_directory(options: &DirectoryOptions<'_>) -> Result<TemporaryDirectory> {
    let tree = Arc::new(Mutex::new(Tree {
        place: create::create_directory(options.name)?,
        ignore_cleanup_errors: options.ignore_cleanup_errors,
        delete: options.delete,
        duty: None,
    }));
    if options.delete {
        let id = register::enter_directory(&tree);
        tree.lock().duty = Some(id);
    }
    Ok(TemporaryDirectory(tree))
}

impl fmt::Debug for TemporaryDirectory {
    /// As Python's `repr`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<TemporaryDirectory {}>", Repr(self.0.lock().place.path()))
    }
}

impl TemporaryDirectory {
    /// The absolute path.
    pub fn name(&self) -> String {
        String::from(self.0.lock().place.path())
    }

    /// Removes the directory with all that is in it, also where it was made to stay. Links in it
    /// are removed, never followed. A second call removes only what stands at the path again.
    ///
    /// # Errors
    ///
    /// The first refusal of the filesystem, after which the rest stays and is still owed;
    /// none where errors are to be ignored.
    pub fn cleanup(&self) -> Result<()> {
        self.0.lock().cleanup()
    }

    /// Leaves the context: [`cleanup`](Self::cleanup), unless the directory was made to stay.
    ///
    /// # Errors
    ///
    /// As [`cleanup`](Self::cleanup).
    pub fn exit(&self) -> Result<()> {
        let mut tree = self.0.lock();
        if tree.delete { tree.cleanup() } else { Ok(()) }
    }
}

impl Tree {
    pub(crate) fn cleanup(&mut self) -> Result<()> {
        if self.duty.is_none() && self.place.stat().is_err() {
            return Ok(());
        }
        remove::tree(&self.place, self.ignore_cleanup_errors)?;
        if let Some(id) = self.duty.take() {
            register::strike(id);
        }
        Ok(())
    }

    pub(crate) fn owed_item(&self) -> Option<OwedItem> {
        self.duty?;
        let path = String::from(self.place.path());
        Some(OwedItem { path, kind: Kind::Directory, size: None })
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        let mut tree = self.0.lock();
        if let Some(id) = tree.duty.take() {
            register::strike(id);
            // Nobody is left to hear of an error, as in a Python finalizer.
            let _ = remove::tree(&tree.place, true);
        }
    }
}
