//! Removing a directory with everything in it, also while others change it: CPython's
//! `shutil.rmtree`, in bounded memory and with bounded handles.
//!
//! Every step names one entry of a directory that is held open, and follows no link, so nothing
//! outside can be reached, however entries are swapped. Each directory is listed once: the listing
//! stays open while its subdirectories are removed. A directory more than [`DEPTH`] levels down is
//! first moved up into the topmost one, so that the depth of a tree costs neither handles nor
//! memory.
//!
//! An entry that cannot be removed does not stop the others: everything that can be removed is, and
//! the first refusal is the outcome.

use alloc::{string::String, vec, vec::Vec};
use core::mem;

use crate::error::{Error, ErrorCode};
use crate::host::descriptor::{Descriptor, Entry, FileId, Kind, Links, Listing};
use crate::host::names;
use crate::host::place::Place;

/// The most directories that are held open, each with its listing.
const DEPTH: usize = 30;

/// The most directories that were emptied, were found not to be empty and are emptied again.
const RETRIES: u32 = 1000;

/// The number of names tried for a directory that is moved up. `TMP_MAX` does not apply: a caller
/// who set it to 0 still wants its files removed.
const NAMES: u32 = 100;

/// The most bytes of names of directories that were moved up and wait to be removed. For more of
/// them the topmost directory is listed again.
const RAISED: usize = 8 << 10;

/// The most entries in a row that a listing may fail to return. The limit ends a listing that fails
/// forever. A directory with more unreadable names in a row keeps the entries that follow them.
const UNREADABLE: u32 = 1 << 20;

/// The reason why a directory is not removed.
pub(crate) struct Refusal {
    pub(crate) error: Error,
    pub(crate) left: Left,
}

/// The state of the name of a directory that was not removed.
pub(crate) enum Left {
    /// The directory still has the name. It is held open.
    Directory(Descriptor),
    /// Something else has the name, and the directory is gone.
    Another,
    /// It is not known what has the name.
    Unknown,
}

/// Removes the directory at `place`; if `directory` is given, only that one. A directory that is
/// gone already is no error.
pub(crate) fn tree(place: &Place, directory: Option<FileId>) -> Result<(), Refusal> {
    let refused = |code| Err(Refusal { error: Error::at(code, place.path()), left: Left::Unknown });
    let Some((parent, name)) = place.split() else {
        return refused(ErrorCode::NotPermitted);
    };
    let parent = match parent.open_directory() {
        Ok(parent) => parent,
        Err(ErrorCode::NoEntry) => return Ok(()),
        Err(code) => return refused(code),
    };
    match open_top(&parent, name, directory) {
        Ok(top) => {
            let mut removal = Removal {
                parent: &parent,
                path: place.path(),
                levels: vec![top],
                first: None,
                left: Left::Unknown,
                raised: String::new(),
                unlisted: false,
                retries: RETRIES,
            };
            removal.run();
            let left = removal.left;
            removal.first.map_or(Ok(()), |error| Err(Refusal { error, left }))
        }
        Err(ErrorCode::NoEntry) => Ok(()),
        Err(ErrorCode::NotDirectory | ErrorCode::Loop) => refuse_other(place),
        Err(code) => refused(code),
    }
}

/// Opens the directory `name` of `parent` after a look: a host that opens a FIFO waits for its
/// other end. Answers `no-entry` for another directory than `only`.
fn open_top(parent: &Descriptor, name: &str, only: Option<FileId>) -> Result<Level, ErrorCode> {
    if !is_directory(parent, name)? {
        return Err(ErrorCode::NotDirectory);
    }
    let top = Level::open(parent, name)?;
    match only {
        Some(only) if top.directory.file_id()? != only => Err(ErrorCode::NoEntry),
        _ => Ok(top),
    }
}

fn is_directory(parent: &Descriptor, name: &str) -> Result<bool, ErrorCode> {
    Ok(parent.stat_at(Links::Keep, name)?.type_ == Kind::Directory)
}

/// Answers as CPython does for an entry that is not a directory. A link is not followed: a dangling
/// one is passed over, and every other is refused.
fn refuse_other(place: &Place) -> Result<(), Refusal> {
    let is_link = place.lstat().is_ok_and(|stat| stat.type_ == Kind::SymbolicLink);
    let error = match place.stat() {
        _ if !is_link => Error::at(ErrorCode::NotDirectory, place.path()),
        // A host follows no absolute link: to the guest, that one leads to nothing, too.
        Err(ErrorCode::NoEntry | ErrorCode::NotPermitted) => return Ok(()),
        Err(code) => Error::at(code, place.path()),
        Ok(_) => Error::unnumbered_at("Cannot call rmtree on a symbolic link", place.path()),
    };
    Err(Refusal { error, left: Left::Another })
}

/// An open directory on the way down, and how far it was listed.
struct Level {
    name: String,
    // Before the directory: a listing is closed before what it lists.
    entries: Listing,
    directory: Descriptor,
    /// Entries in a row that the listing failed to tell.
    unreadable: u32,
    /// An entry of the directory cannot be removed.
    refused: bool,
}

impl Level {
    /// Opens the directory `name` of `parent`. Fails with `not-directory` or `loop` for a link.
    fn open(parent: &Descriptor, name: &str) -> Result<Self, ErrorCode> {
        let directory = parent.open_directory_at(Links::Keep, name)?;
        let entries = directory.list()?;
        Ok(Self { name: String::from(name), entries, directory, unreadable: 0, refused: false })
    }

    /// Starts the listing again.
    fn list_again(&mut self) -> Result<(), ErrorCode> {
        self.entries = self.directory.list()?;
        self.unreadable = 0;
        Ok(())
    }
}

struct Removal<'a> {
    parent: &'a Descriptor,
    /// The guest's path of the topmost directory.
    path: &'a str,
    /// From the topmost directory down to the one that is being emptied.
    levels: Vec<Level>,
    /// The first refusal.
    first: Option<Error>,
    /// The state of the topmost directory's name, in case it is not removed.
    left: Left,
    /// The names of directories that were moved up into the topmost one, each of
    /// [`names::LENGTH`] bytes.
    raised: String,
    /// More were moved up than `raised` holds.
    unlisted: bool,
    /// The number of directories that may still be emptied a second time.
    retries: u32,
}

impl Removal<'_> {
    fn run(&mut self) {
        while let Some(level) = self.levels.last_mut() {
            match level.entries.next() {
                Ok(Some(entry)) => {
                    level.unreadable = 0;
                    self.remove(&entry);
                }
                Ok(None) => self.leave(),
                // The error is of one entry: it is gone since it was listed, or its name is not
                // Unicode.
                Err(code) => {
                    level.unreadable += 1;
                    let last = level.unreadable >= UNREADABLE;
                    if last || code != ErrorCode::NoEntry {
                        self.refuse(code, None);
                    }
                    if last {
                        self.leave();
                    }
                }
            }
        }
    }

    /// Removes an entry of the directory that is being emptied, or enters it.
    fn remove(&mut self, entry: &Entry) {
        let Entry { type_, name } = entry;
        if name == "." || name == ".." {
            return;
        }
        if *type_ == Kind::Directory {
            return self.enter(name);
        }
        match self.holder().unlink_file_at(name) {
            Ok(()) | Err(ErrorCode::NoEntry) => {}
            Err(ErrorCode::IsDirectory) => self.enter(name),
            // POSIX lets unlink(2) answer so for a directory.
            Err(ErrorCode::NotPermitted)
                if *type_ == Kind::Unknown && is_directory(self.holder(), name) == Ok(true) =>
            {
                self.enter(name);
            }
            Err(code) => self.refuse(code, Some(name)),
        }
    }

    /// Goes down into `name`, or moves it up where that would be too deep.
    fn enter(&mut self, name: &str) {
        let deep = self.levels.len() == DEPTH;
        let entered = if deep { self.raise(name) } else { self.descend(name) };
        match entered {
            Ok(()) | Err(ErrorCode::NoEntry) => {}
            Err(ErrorCode::NotDirectory | ErrorCode::Loop) => self.unlink(name),
            Err(code) => self.refuse(code, Some(name)),
        }
    }

    fn descend(&mut self, name: &str) -> Result<(), ErrorCode> {
        let level = Level::open(self.holder(), name)?;
        self.levels.push(level);
        Ok(())
    }

    /// Moves `name` into the topmost directory, under a name of its own.
    fn raise(&mut self, name: &str) -> Result<(), ErrorCode> {
        let top = &self.levels[0].directory;
        let raised = names::attempt(NAMES, |fresh| {
            self.holder().rename_at(name, top, fresh).map(|()| String::from(fresh))
        });
        let fresh = match raised.and_then(|fresh| fresh.ok_or(ErrorCode::Exist)) {
            Ok(fresh) => fresh,
            // An empty directory is removed in its place, since rename(2) needs more permissions.
            Err(code) => return self.holder().remove_directory_at(name).or(Err(code)),
        };
        if self.raised.len() + fresh.len() <= RAISED {
            self.raised.push_str(&fresh);
        } else {
            self.unlisted = true;
        }
        Ok(())
    }

    /// Removes the directory that was emptied; the topmost one after those that were moved up.
    fn leave(&mut self) {
        if let [top] = self.levels.as_mut_slice() {
            if let Some(at) = self.raised.len().checked_sub(names::LENGTH) {
                let name = self.raised.split_off(at);
                // Others could replace the directory since it was moved.
                return match is_directory(&top.directory, &name) {
                    Ok(true) => self.enter(&name),
                    Ok(false) => self.unlink(&name),
                    Err(ErrorCode::NoEntry) => {}
                    Err(code) => self.refuse(code, Some(&name)),
                };
            }
            if self.retries > 0 && mem::take(&mut self.unlisted) && top.list_again().is_ok() {
                self.retries -= 1;
                return;
            }
        }
        let Some(mut level) = self.levels.pop() else { return };
        if level.refused {
            return self.keep(level);
        }
        let code = match self.holder().remove_directory_at(&level.name) {
            Ok(()) | Err(ErrorCode::NoEntry) => return,
            // Inside the tree, an entry that took the name is removed as well.
            Err(ErrorCode::NotDirectory) if !self.levels.is_empty() => {
                return self.unlink(&level.name);
            }
            Err(ErrorCode::NotDirectory) => {
                self.refuse(ErrorCode::NotDirectory, None);
                self.left = Left::Another;
                return;
            }
            Err(ErrorCode::NotEmpty) if self.retries > 0 => {
                self.retries -= 1;
                match level.list_again() {
                    Ok(()) => return self.levels.push(level),
                    Err(code) => code,
                }
            }
            Err(code) => code,
        };
        self.refuse(code, Some(&level.name));
        self.keep(level);
    }

    /// Closes `level`, which holds an entry that cannot be removed.
    fn keep(&mut self, level: Level) {
        self.mark();
        if self.levels.is_empty() {
            self.left = Left::Directory(level.directory);
        }
    }

    /// Removes an entry that was a directory when it was listed.
    fn unlink(&mut self, name: &str) {
        match self.holder().unlink_file_at(name) {
            Ok(()) | Err(ErrorCode::NoEntry) => {}
            Err(code) => self.refuse(code, Some(name)),
        }
    }

    /// Returns the directory that is being emptied, or the parent of the topmost one.
    fn holder(&self) -> &Descriptor {
        self.levels.last().map_or(self.parent, |level| &level.directory)
    }

    /// Remembers that the directory that is being emptied holds an entry that cannot be removed.
    fn mark(&mut self) {
        if let Some(holder) = self.levels.last_mut() {
            holder.refused = true;
        }
    }

    /// Remembers the refusal of `name` in the directory that is being emptied, or of the directory
    /// itself where the name is not known.
    fn refuse(&mut self, code: ErrorCode, name: Option<&str>) {
        self.mark();
        if self.first.is_some() {
            return;
        }
        let mut path = String::from(self.path);
        let below = self.levels.iter().skip(1).map(|level| level.name.as_str());
        // The topmost directory has no level above it, and its path already.
        for component in below.chain(name.filter(|_| !self.levels.is_empty())) {
            path.push('/');
            path.push_str(component);
        }
        self.first = Some(Error::at(code, path));
    }
}
