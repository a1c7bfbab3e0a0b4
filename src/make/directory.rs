//! `TemporaryDirectory`: a new directory that is removed with all that is in it.

use alloc::{string::String, sync::Arc};
use core::{fmt, mem};

use crate::error::{Error, ErrorCode, Repr, Result};
use crate::file::register::{self, Object, OwedItem, OwedKind, UnclosedItem, UnclosedKind};
use crate::host::descriptor::FileId;
use crate::host::place::{Place, abspath};
use crate::host::refused::Refused;
use crate::host::remove::{self, Left, Refusal};
use crate::lock::Lock;
use crate::make::create;
use crate::options::DirectoryOptions;

/// A temporary directory, as [`temporary_directory`] returns it.
///
/// Dropping it removes it, unless it was made to stay. Errors are lost then: call
/// [`cleanup`](Self::cleanup) or [`exit`](Self::exit) where they matter.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{DirectoryOptions, NameOptions, mkstemp, temporary_directory};
///
/// let directory = temporary_directory(&DirectoryOptions::new().prefix("job-"))?;
/// let (log, path) = mkstemp(&NameOptions::new().dir(&directory.name()))?;
/// directory.cleanup()?; // with the log in it
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub struct TemporaryDirectory(Arc<Lock<Tree>>);

/// A temporary directory, shared by its handle and the register.
pub(crate) struct Tree {
    place: Place,
    ignore_cleanup_errors: bool,
    /// Leaving the context removes the directory.
    delete: bool,
    /// No method has removed the directory yet: CPython's finalizer is alive.
    alive: bool,
    /// The entry in the register, as long as there is a duty to remove the directory.
    duty: Option<register::Id>,
    /// The directory that a later attempt may remove, held open; `None` until a removal is refused.
    refused: Option<Refused>,
}

/// Makes a directory and the object that removes it: Python's `TemporaryDirectory`.
///
/// # Errors
///
/// As [`mkdtemp`](crate::mkdtemp).
///
/// # Security
///
/// As [`mkdtemp`](crate::mkdtemp).
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{DirectoryOptions, temporary_directory};
///
/// let directory = temporary_directory(&DirectoryOptions::new().prefix("job-"))?;
/// println!("{}", directory.name());
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn temporary_directory(options: &DirectoryOptions<'_>) -> Result<TemporaryDirectory> {
    let mut tree = Tree {
        place: create::create_directory(options.name)?,
        ignore_cleanup_errors: options.ignore_cleanup_errors,
        delete: options.delete,
        alive: true,
        duty: None,
        refused: None,
    };
    if !options.delete {
        return Ok(TemporaryDirectory(Arc::new(Lock::new(tree))));
    }
    Ok(TemporaryDirectory(register::enter(|id| {
        tree.duty = Some(id);
        tree
    })))
}

impl fmt::Debug for TemporaryDirectory {
    /// Writes Python's `repr`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<TemporaryDirectory {}>", Repr(&self.name()))
    }
}

impl TemporaryDirectory {
    /// Returns the absolute path. As in CPython a `..` in `dir` is resolved by its letters, without
    /// a look at the filesystem.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let directory = wasi_tempfile::temporary_directory(&Default::default())?;
    /// let notes = directory.name() + "/notes.txt";
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn name(&self) -> String {
        abspath(self.0.lock().place.path())
    }

    /// Removes the directory with everything in it, even if it was made to stay. An entry that
    /// cannot be removed does not stop the rest. A second call removes only what stands at the path
    /// again.
    ///
    /// # Errors
    ///
    /// The first refusal of the filesystem, unless errors are ignored. In both cases the directory
    /// keeps its duty to be removed.
    ///
    /// # Security
    ///
    /// Links in the directory are removed and never followed.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let directory = wasi_tempfile::temporary_directory(&Default::default())?;
    /// directory.cleanup()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn cleanup(&self) -> Result<()> {
        self.0.lock().cleanup()
    }

    /// Leaves the context: [`cleanup`](Self::cleanup), unless the directory was made to stay.
    ///
    /// # Errors
    ///
    /// As [`cleanup`](Self::cleanup).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let directory = wasi_tempfile::temporary_directory(&Default::default())?;
    /// directory.exit()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn exit(&self) -> Result<()> {
        let mut tree = self.0.lock();
        if tree.delete { tree.cleanup() } else { Ok(()) }
    }
}

impl Tree {
    /// Removes the directory as CPython's `cleanup` does.
    fn cleanup(&mut self) -> Result<()> {
        if !mem::take(&mut self.alive) && self.duty.is_none() && self.place.stat().is_err() {
            return Ok(());
        }
        let removed = self.remove(None);
        if self.ignore_cleanup_errors { Ok(()) } else { removed }
    }

    /// Removes the directory, or only `directory` if that is given.
    fn remove(&mut self, directory: Option<FileId>) -> Result<()> {
        let Err(Refusal { error, left }) = remove::tree(&self.place, directory) else {
            self.settle();
            return Ok(());
        };
        if matches!(left, Left::Another) && self.ignore_cleanup_errors {
            self.settle();
        } else if !self.refused.as_ref().is_some_and(Refused::is_seen) {
            let code = error.code().unwrap_or(ErrorCode::NotPermitted);
            self.refused = Some(match left {
                Left::Directory(directory) => Refused::holding(directory, code),
                Left::Another | Left::Unknown => Refused::at(&self.place, code),
            });
        }
        Err(error)
    }

    /// Ends the duty to remove.
    fn settle(&mut self) {
        self.alive = false;
        if let Some(id) = self.duty.take() {
            register::strike(id);
        }
    }
}

impl Object for Tree {
    /// Removes what is owed, also where errors are to be ignored. Removes no directory that took
    /// the name of one whose removal was refused.
    fn pay(&mut self) -> Result<()> {
        if self.duty.is_none() {
            return Ok(());
        }
        let refused = self.refused.as_ref();
        match refused.map_or(Ok(()), |refused| refused.check(&self.place)) {
            Ok(()) => self.remove(refused.and_then(Refused::file_id)),
            Err(ErrorCode::NoEntry) => {
                self.settle();
                Ok(())
            }
            Err(code) => Err(Error::at(code, self.place.path())),
        }
    }

    fn owed(&self) -> Option<OwedItem> {
        self.duty?;
        let path = String::from(self.place.path());
        Some(OwedItem { path, kind: OwedKind::Directory, size: None })
    }

    fn unclosed(&self) -> Option<UnclosedItem> {
        let OwedItem { path, size, .. } = self.owed()?;
        Some(UnclosedItem { kind: UnclosedKind::Directory, path: Some(path), size })
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        let mut tree = self.0.lock();
        // Nobody is left to hear of an error, as in a Python finalizer. The public `cleanup` tries
        // again.
        let _ = tree.pay();
        if tree.duty.is_some() {
            drop(tree);
            let object: Arc<Lock<dyn Object>> = Arc::<Lock<Tree>>::clone(&self.0);
            register::adopt(object);
        }
    }
}
