//! Copying trees of a space to a directory of the host.

use std::collections::HashMap;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{AtFlags, Dir};
use rustix::io::Errno;
use tmpfs::Stat;

use crate::copy::contents::{Contents, PIECE};
use crate::copy::host::{self, Number};
use crate::copy::outcome::{Fault, Log, Reason, Stop};
use crate::copy::walk::{Receive, Top, Walk};
use crate::copy::zeros;
use crate::number::count;
use crate::space::Space;

/// The treatment of existing files in the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Existing {
    /// The target must be missing or empty.
    #[default]
    Refuse,
    /// Files are replaced.
    Replace,
}

/// Copies a file or tree of the space into a directory of the host, which is `to` relative to
/// `above`. Returns the path at which it ended.
pub(crate) fn copy(
    space: &Space,
    from: &str,
    above: BorrowedFd<'_>,
    to: &Path,
    existing: Existing,
    log: &mut Log<'_>,
) -> (String, Result<(), Stop>) {
    let top = match Top::find(space, from) {
        Ok(top) => top,
        Err(error) => return (from.to_owned(), log.settle(from, Err(error.into()))),
    };
    let target = match target(above, to, existing) {
        Ok(target) => target,
        Err(fault) => {
            let to = to.to_string_lossy().into_owned();
            let outcome = log.settle(&to, Err(fault));
            return (to, outcome);
        }
    };
    let receive = match target.try_clone() {
        Ok(top) => Out { top, existing, buffer: vec![0; PIECE], made: HashMap::new() },
        Err(error) => return (".".to_owned(), Err(Stop::Host(error))),
    };
    let mut walk = Walk::new(log, receive);
    let outcome = walk.run(&top, &target);
    (walk.path, outcome)
}

/// Opens the target, and makes it if it is missing.
fn target(above: BorrowedFd<'_>, path: &Path, existing: Existing) -> Result<OwnedFd, Fault> {
    let path = host::without_slash(path);
    match host::make_directory(above, path) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(error) => return Err(host::name_fault(error)),
    }
    let target = host::open_directory(above, path).map_err(|error| match error {
        Errno::LOOP | Errno::NOTDIR => stands_in_the_way(above, path),
        error => host::fault(error),
    })?;
    if existing == Existing::Refuse {
        for entry in Dir::read_from(&target).map_err(host::fault)? {
            let entry = entry.map_err(host::fault)?;
            if entry.file_name() != c"." && entry.file_name() != c".." {
                return Err(Reason::NotEmpty.into());
            }
        }
    }
    Ok(target)
}

/// Returns the reason why a name cannot be used.
fn stands_in_the_way(above: impl AsFd, name: impl rustix::path::Arg) -> Fault {
    match host::look(above, name) {
        Ok(looked) if looked.metadata.is_symlink() => Reason::SymbolicLink.into(),
        _ => Reason::Exists.into(),
    }
}

/// A directory of the host that is being filled.
struct Out {
    top: OwnedFd,
    existing: Existing,
    buffer: Vec<u8>,
    /// The files with several names that were made, by their inode numbers in the space.
    made: HashMap<u64, Number>,
}

impl Out {
    /// Makes a file. An existing file is removed first if `existing` is `Replace`.
    fn make(&self, above: &OwnedFd, name: &str) -> Result<File, Fault> {
        match host::make_file(above, name) {
            Err(Errno::EXIST) => {}
            made => return made.map_err(host::name_fault),
        }
        self.make_way(above, name)?;
        host::make_file(above, name).map_err(host::name_fault)
    }

    /// Removes an existing file if `existing` is `Replace`.
    fn make_way(&self, above: &OwnedFd, name: &str) -> Result<(), Fault> {
        let looked = match host::look(above, name) {
            Err(Errno::NOENT) => return Ok(()),
            looked => looked.map_err(host::name_fault)?,
        };
        if looked.metadata.is_symlink() {
            return Err(Reason::SymbolicLink.into());
        }
        if self.existing == Existing::Refuse || !looked.metadata.is_file() {
            return Err(Reason::Exists.into());
        }
        host::remove(above, name, looked.number()).map_err(host::fault)
    }
}

impl Receive for Out {
    type Directory = OwnedFd;

    fn enter(
        &mut self,
        above: &OwnedFd,
        path: &str,
        _: &Stat,
        log: &mut Log<'_>,
    ) -> Result<OwnedFd, Fault> {
        let name = last(path);
        match host::make_directory(above, name) {
            Ok(()) => log.copied.directories += 1,
            Err(Errno::EXIST) if self.existing == Existing::Replace => {}
            Err(Errno::EXIST) => return Err(stands_in_the_way(above, name)),
            Err(error) => return Err(host::name_fault(error)),
        }
        host::open_directory(above, name).map_err(|error| match error {
            Errno::LOOP | Errno::NOTDIR => stands_in_the_way(above, name),
            error => host::fault(error),
        })
    }

    fn leave(&mut self, directory: OwnedFd, stat: &Stat) -> Result<(), Fault> {
        host::set_modified(directory, stat.modified).map_err(host::fault)
    }

    fn file(
        &mut self,
        above: &OwnedFd,
        path: &str,
        contents: &Contents,
        log: &mut Log<'_>,
    ) -> Result<(), Fault> {
        let name = last(path);
        let new = NewFile::of(self.make(above, name)?, above, name)?;
        let mut offset = 0;
        let mut end = 0;
        while let Some((begin, length)) = contents.next(offset, &mut self.buffer)? {
            for run in zeros::without(&self.buffer[..length]) {
                let bytes = &self.buffer[run.clone()];
                let to = begin + count(run.start);
                new.file.write_all_at(bytes, to).map_err(too_large)?;
                end = to + count(bytes.len());
                log.copied.bytes += count(bytes.len());
            }
            offset = begin + count(length);
            log.tell(path);
        }
        if end < contents.stat.size {
            new.file.set_len(contents.stat.size).map_err(too_large)?;
        }
        host::set_modified(&new.file, contents.stat.modified).map_err(host::fault)?;
        if contents.stat.link_count > 1 {
            self.made.insert(contents.number, new.number);
        }
        new.keep();
        Ok(())
    }

    fn hard_link(
        &mut self,
        above: &OwnedFd,
        path: &str,
        (directories, first): (&[&str], &str),
        contents: &Contents,
    ) -> Result<(), Fault> {
        let name = last(path);
        let mut directory = self.top.try_clone().map_err(Stop::Host)?;
        for directory_name in directories {
            directory =
                host::open_directory(&directory, *directory_name).map_err(|_| Reason::Changed)?;
        }
        self.make_way(above, name)?;
        rustix::fs::linkat(&directory, first, above, name, AtFlags::empty())
            .map_err(host::link_fault)?;
        let linked = host::look(above, name).map_err(host::fault)?.number();
        if self.made.get(&contents.number) != Some(&linked) {
            // The first name was given to another file meanwhile.
            host::remove(above, name, linked).map_err(host::fault)?;
            return Err(Reason::Changed.into());
        }
        Ok(())
    }

    fn symbolic_link(
        &mut self,
        above: &OwnedFd,
        path: &str,
        target: &str,
        stat: &Stat,
    ) -> Result<(), Fault> {
        let name = last(path);
        self.make_way(above, name)?;
        rustix::fs::symlinkat(target, above, name).map_err(host::link_fault)?;
        host::set_modified_at(above, name, stat.modified).map_err(host::fault)
    }
}

/// Returns the last name of a path.
fn last(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A file that is being written. It is removed again unless it is kept.
struct NewFile<'above> {
    above: &'above OwnedFd,
    name: &'above str,
    file: File,
    number: Number,
    kept: bool,
}

impl<'above> NewFile<'above> {
    fn of(file: File, above: &'above OwnedFd, name: &'above str) -> Result<Self, Fault> {
        let number = host::number(&file.metadata().map_err(Stop::Host)?);
        Ok(Self { above, name, file, number, kept: false })
    }

    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        if !self.kept {
            // The host is told the first error.
            let _ = host::remove(self.above, self.name, self.number);
        }
    }
}

/// Distinguishes a file that the filesystem cannot hold from a failure of the system.
fn too_large(error: std::io::Error) -> Fault {
    match Errno::from_io_error(&error) {
        Some(Errno::FBIG | Errno::INVAL) => Reason::FileTooLarge.into(),
        _ => Stop::Host(error).into(),
    }
}
