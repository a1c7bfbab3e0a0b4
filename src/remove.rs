//! Removing a directory with all that is in it, whatever that is and whoever changes it
//! meanwhile: CPython's `shutil.rmtree`, in bounded memory and with bounded handles.
//!
//! Every step names one entry of a directory that is held open, and follows no link, so nothing
//! outside can be reached, however entries are swapped. Directories deeper than [`DEPTH`] are
//! first moved up into the topmost one, so that the depth of a tree costs neither handles nor
//! memory. Names of subdirectories are remembered [`BATCH`] bytes at a time; a directory with
//! more is listed again. Everything else is removed as it is listed.

use alloc::{borrow::Cow, string::String, vec, vec::Vec};

use wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags, PathFlags,
};

use crate::error::{Error, OsError, Result};
use crate::names;
use crate::place::Place;

/// How many directories are held open at the most.
const DEPTH: usize = 48;

/// How many bytes of names of subdirectories a directory remembers.
const BATCH: usize = 12 << 10;

/// How often, in all, a directory that was emptied and is not empty is emptied again.
const RETRIES: u32 = 1000;

/// How many names are tried for a directory that is moved up. Not `TMP_MAX`: a caller may have set
/// that to 0 for what it makes, and still wants removed what it made.
const NAMES: u32 = 100;

/// How many entries of a directory that the host cannot tell are passed over.
const UNREADABLE: u32 = 1000;

/// Removes the directory at `place`. One that is gone already is no error. With `ignore`, what
/// cannot be removed is left, and that is none either.
pub(crate) fn tree(place: &Place, ignore: bool) -> Result<()> {
    let outcome = remove(place, ignore);
    if ignore { Ok(()) } else { outcome }
}

fn remove(place: &Place, ignore: bool) -> Result<()> {
    let at = |code| Error::at(code, place.path());
    let (parent, name) = place.split().ok_or_else(|| at(ErrorCode::NotPermitted))?;
    let parent = parent.open_directory();
    match parent.as_deref().map_err(|code| *code).and_then(|parent| open(parent, name)) {
        Ok(directory) => {
            let parent = parent.map_err(at)?;
            let levels = vec![Level::new(String::from(name), directory)];
            let retries = RETRIES;
            Removal { parent: &parent, path: place.path(), levels, ignore, retries }.run()
        }
        Err(ErrorCode::NoEntry) => Ok(()),
        Err(ErrorCode::NotDirectory | ErrorCode::Loop) => refuse_other(place),
        Err(code) => Err(at(code)),
    }
}

/// What CPython does where something else stands in the place of the directory: nothing where it
/// is a dangling link, and no link is followed.
fn refuse_other(place: &Place) -> Result<()> {
    let is_link = place.lstat().is_ok_and(|stat| stat.type_ == DescriptorType::SymbolicLink);
    if !is_link {
        return Err(Error::at(ErrorCode::NotDirectory, place.path()));
    }
    match place.stat() {
        Err(ErrorCode::NoEntry) => Ok(()),
        _ => Err(Error::Os(OsError {
            code: ErrorCode::Loop,
            message: Cow::Borrowed("Cannot call rmtree on a symbolic link"),
            path: Some(String::from(place.path())),
        })),
    }
}

/// Opens the directory `name` in `parent`; `not-directory` or `loop` for a link.
fn open(parent: &Descriptor, name: &str) -> Result<Descriptor, ErrorCode> {
    parent.open_at(PathFlags::empty(), name, OpenFlags::DIRECTORY, DescriptorFlags::READ)
}

/// A directory on the way down.
struct Level {
    name: String,
    directory: Descriptor,
    /// Subdirectories that are still to be removed, each name followed by a slash.
    pending: String,
    /// There are more of them than `pending` holds.
    more: bool,
    /// Something was removed from it since it was listed.
    progress: bool,
    /// Something in it was refused, and that is ignored.
    refused: bool,
}

impl Level {
    fn new(name: String, directory: Descriptor) -> Self {
        Self {
            name,
            directory,
            pending: String::new(),
            // Not listed yet.
            more: true,
            progress: true,
            refused: false,
        }
    }

    fn remember(&mut self, name: &str) {
        if self.pending.len() + name.len() < BATCH {
            self.pending.reserve_exact(if self.pending.is_empty() { BATCH } else { 0 });
            self.pending.push_str(name);
            self.pending.push('/');
        } else {
            self.more = true;
        }
    }

    fn recall(&mut self) -> Option<String> {
        let names = self.pending.strip_suffix('/')?;
        let at = names.rfind('/').map_or(0, |at| at + 1);
        let name = String::from(&names[at..]);
        self.pending.truncate(at);
        Some(name)
    }
}

struct Removal<'a> {
    parent: &'a Descriptor,
    /// The guest's path of the topmost directory.
    path: &'a str,
    /// From the topmost directory down to the one that is being emptied.
    levels: Vec<Level>,
    ignore: bool,
    /// How often a directory may yet be emptied again.
    retries: u32,
}

impl Removal<'_> {
    fn run(&mut self) -> Result<()> {
        while let Some(mut level) = self.levels.pop() {
            if let Some(name) = level.recall() {
                self.levels.push(level);
                self.enter(name)?;
            } else if level.more && level.progress {
                let listed = self.list(&mut level);
                self.levels.push(level);
                listed?;
            } else {
                self.leave(level)?;
            }
        }
        Ok(())
    }

    /// Goes down into `name`, or moves it up where that would be too deep.
    fn enter(&mut self, name: String) -> Result<()> {
        let deep = self.levels.len() == DEPTH;
        let entered = if deep { self.raise(&name) } else { self.descend(&name) };
        match entered {
            Ok(()) | Err(ErrorCode::NoEntry) => Ok(()),
            Err(ErrorCode::NotDirectory | ErrorCode::Loop) => self.unlink(&name),
            Err(code) => self.refuse(code, &name),
        }
    }

    fn descend(&mut self, name: &str) -> Result<(), ErrorCode> {
        let directory = open(self.holder(), name)?;
        self.levels.push(Level::new(String::from(name), directory));
        Ok(())
    }

    /// Moves `name` into the topmost directory, under a name of its own.
    fn raise(&mut self, name: &str) -> Result<(), ErrorCode> {
        let top = &self.levels[0].directory;
        let raised = names::attempt(NAMES, |fresh| {
            self.holder().rename_at(name, top, fresh).map(|()| String::from(fresh))
        });
        let fresh = raised?.ok_or(ErrorCode::Exist)?;
        self.progressed();
        self.levels[0].progress = true;
        self.levels[0].remember(&fresh);
        Ok(())
    }

    /// Removes all of `level` but its subdirectories, and remembers those.
    fn list(&mut self, level: &mut Level) -> Result<()> {
        level.more = false;
        level.progress = false;
        let entries = match level.directory.read_directory() {
            Ok(entries) => entries,
            Err(ErrorCode::NoEntry) => return Ok(()),
            Err(code) => return self.refuse_in(level, code, None),
        };
        let mut unreadable = 0;
        loop {
            let entry = match entries.read_directory_entry() {
                Ok(Some(entry)) => entry,
                Ok(None) => return Ok(()),
                Err(code) => {
                    // Of one entry: gone since it was listed, or with a name that is not Unicode.
                    // The others can be removed.
                    if code != ErrorCode::NoEntry {
                        self.refuse_in(level, code, None)?;
                    }
                    unreadable += 1;
                    if unreadable == UNREADABLE {
                        return Ok(());
                    }
                    continue;
                }
            };
            match entry.type_ {
                _ if entry.name == "." || entry.name == ".." => continue,
                DescriptorType::Directory => {
                    level.remember(&entry.name);
                    continue;
                }
                _ => {}
            }
            match level.directory.unlink_file_at(&entry.name) {
                Ok(()) => level.progress = true,
                Err(ErrorCode::NoEntry) => {}
                Err(ErrorCode::IsDirectory) => level.remember(&entry.name),
                Err(ErrorCode::NotPermitted) if entry.type_ == DescriptorType::Unknown => {
                    level.remember(&entry.name);
                }
                Err(code) => self.refuse_in(level, code, Some(&entry.name))?,
            }
        }
    }

    /// Removes the directory `level`, which was emptied.
    fn leave(&mut self, mut level: Level) -> Result<()> {
        if level.refused {
            if let Some(holder) = self.levels.last_mut() {
                holder.refused = true;
            }
            return Ok(());
        }
        match self.holder().remove_directory_at(&level.name) {
            Ok(()) => {
                self.progressed();
                Ok(())
            }
            Err(ErrorCode::NoEntry) => Ok(()),
            Err(ErrorCode::NotDirectory) => self.unlink(&level.name),
            Err(ErrorCode::NotEmpty) if self.retries > 0 => {
                self.retries -= 1;
                (level.more, level.progress) = (true, true);
                self.levels.push(level);
                Ok(())
            }
            Err(code) => self.refuse(code, &level.name),
        }
    }

    /// Removes what was a directory and is none any more.
    fn unlink(&mut self, name: &str) -> Result<()> {
        match self.holder().unlink_file_at(name) {
            Ok(()) => {
                self.progressed();
                Ok(())
            }
            Err(ErrorCode::NoEntry) => Ok(()),
            Err(code) => self.refuse(code, name),
        }
    }

    /// The directory that is being emptied, or the one that the topmost is in.
    fn holder(&self) -> &Descriptor {
        self.levels.last().map_or(self.parent, |level| &level.directory)
    }

    fn progressed(&mut self) {
        if let Some(holder) = self.levels.last_mut() {
            holder.progress = true;
        }
    }

    /// Ends with the error of `name` in the directory that is being emptied, or passes over it.
    fn refuse(&mut self, code: ErrorCode, name: &str) -> Result<()> {
        let Some(mut level) = self.levels.pop() else {
            return Err(Error::at(code, self.path));
        };
        let refused = self.refuse_in(&mut level, code, Some(name));
        self.levels.push(level);
        refused
    }

    /// The same for `level`, which is not among the levels at the moment.
    fn refuse_in(&self, level: &mut Level, code: ErrorCode, name: Option<&str>) -> Result<()> {
        level.refused = true;
        if self.ignore {
            return Ok(());
        }
        let below = self.levels.iter().chain([&*level]).skip(1).map(|level| level.name.as_str());
        let mut path = String::from(self.path);
        for component in below.chain(name) {
            path.push('/');
            path.push_str(component);
        }
        Err(Error::at(code, path))
    }
}
