//! Files of the host, each reached by a name in a directory that is open: no link is followed, and
//! no exchange in between leads out.

use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT};
use rustix::io::Errno;
use rustix::path::Arg;
use tmpfs::Timestamp;

use crate::copy::outcome::{Fault, Reason, Stop};

/// A directory.
pub(crate) const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A file that is read. A FIFO that is put in its place does not block.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// A file that is made.
const NEW: OFlags = OFlags::WRONLY
    .union(OFlags::CREATE)
    .union(OFlags::EXCL)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A name of whatever kind, which is not opened itself.
const LOOK: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Identity of a file of the host.
pub(crate) type Number = (u64, u64);

/// A name that was looked at.
#[derive(Debug)]
pub(crate) struct Looked {
    file: File,
    pub(crate) metadata: Metadata,
}

/// Looks at a name in a directory.
pub(crate) fn look(above: impl AsFd, name: impl Arg) -> Result<Looked, Errno> {
    looked(rustix::fs::openat(above, name, LOOK, Mode::empty())?)
}

/// Cuts slashes off the end of a path, and names `.`: the system follows a link before them.
pub(crate) fn without_slash(path: &Path) -> &Path {
    path.components().as_path()
}

/// Looks at a path that the host gave. Links are followed but for the last component.
pub(crate) fn look_at_path(path: &Path) -> Result<Looked, Errno> {
    look(CWD, path)
}

fn looked(descriptor: OwnedFd) -> Result<Looked, Errno> {
    let file = File::from(descriptor);
    let metadata = metadata(&file)?;
    Ok(Looked { file, metadata })
}

fn metadata(file: &File) -> Result<Metadata, Errno> {
    file.metadata().map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
}

impl Looked {
    pub(crate) fn number(&self) -> Number {
        number(&self.metadata)
    }

    /// Returns the target of a symbolic link.
    pub(crate) fn target(&self) -> Result<Vec<u8>, Errno> {
        rustix::fs::readlinkat(&self.file, "", Vec::new()).map(|target| target.into_bytes())
    }

    /// Returns why it is no file, directory or symbolic link.
    pub(crate) fn strange(&self) -> Reason {
        let kind = self.metadata.file_type();
        if kind.is_fifo() {
            Reason::Fifo
        } else if kind.is_socket() {
            Reason::Socket
        } else {
            Reason::Device
        }
    }

    /// Opens a directory that was looked at, unless it was exchanged since.
    pub(crate) fn open_directory(
        &self,
        above: impl AsFd,
        name: impl Arg,
    ) -> Result<OwnedFd, Fault> {
        let opened =
            rustix::fs::openat(above, name, DIRECTORY, Mode::empty()).map_err(exchanged)?;
        Ok(self.same(opened)?.into())
    }

    /// Opens a file that was looked at, unless it was exchanged since.
    pub(crate) fn open_file(&self, above: impl AsFd, name: impl Arg) -> Result<File, Fault> {
        let opened = rustix::fs::openat(above, name, READ, Mode::empty()).map_err(exchanged)?;
        self.same(opened)
    }

    fn same(&self, opened: OwnedFd) -> Result<File, Fault> {
        let opened = File::from(opened);
        if number(&metadata(&opened).map_err(fault)?) != self.number() {
            return Err(Reason::Changed.into());
        }
        Ok(opened)
    }
}

/// Opens a directory of that name, which no link is.
pub(crate) fn open_directory(above: impl AsFd, name: impl Arg) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(above, name, DIRECTORY, Mode::empty())
}

/// Makes a directory, with the modes that the process gives by itself.
pub(crate) fn make_directory(above: impl AsFd, name: impl Arg) -> Result<(), Errno> {
    rustix::fs::mkdirat(above, name, Mode::from_raw_mode(0o777))
}

/// Makes a file of a name that nothing has, with the modes that the process gives by itself.
pub(crate) fn make_file(above: impl AsFd, name: impl Arg) -> Result<File, Errno> {
    let made = rustix::fs::openat(above, name, NEW, Mode::from_raw_mode(0o666))?;
    Ok(File::from(made))
}

/// Removes a name in a directory, if it is still of that file.
pub(crate) fn remove(above: impl AsFd, name: &str, number: Number) -> Result<(), Errno> {
    if look(&above, name)?.number() == number {
        rustix::fs::unlinkat(above, name, AtFlags::empty())?;
    }
    Ok(())
}

/// Sets the time of the last change of a name in a directory, of a symbolic link itself.
pub(crate) fn set_modified_at(
    above: impl AsFd,
    name: &str,
    modified: Timestamp,
) -> Result<(), Errno> {
    rustix::fs::utimensat(above, name, &times(modified), AtFlags::SYMLINK_NOFOLLOW)
}

/// Sets the time of the last change of what is open.
pub(crate) fn set_modified(open: impl AsFd, modified: Timestamp) -> Result<(), Errno> {
    rustix::fs::futimens(open, &times(modified))
}

fn times(modified: Timestamp) -> Timestamps {
    let nanoseconds = modified.nanoseconds.into();
    Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        last_modification: Timespec { tv_sec: modified.seconds, tv_nsec: nanoseconds },
    }
}

/// Returns the identity of a file.
pub(crate) fn number(metadata: &Metadata) -> Number {
    (metadata.dev(), metadata.ino())
}

/// Returns the time of the last change.
pub(crate) fn modified(metadata: &Metadata) -> Timestamp {
    let nanoseconds = u32::try_from(metadata.mtime_nsec()).unwrap_or(0);
    Timestamp { seconds: metadata.mtime(), nanoseconds }
}

/// Tells that another has put something else in the place of what was looked at.
fn exchanged(error: Errno) -> Fault {
    match error {
        Errno::NOTDIR | Errno::LOOP | Errno::ISDIR | Errno::NXIO | Errno::NOENT => {
            Reason::Changed.into()
        }
        error => fault(error),
    }
}

/// Returns what an error of the system means for the copy.
pub(crate) fn fault(error: Errno) -> Fault {
    match error {
        Errno::ACCESS | Errno::PERM => Reason::NotPermitted.into(),
        Errno::EXIST => Reason::Exists.into(),
        Errno::NAMETOOLONG => Reason::NameTooLong.into(),
        Errno::FBIG => Reason::FileTooLarge.into(),
        Errno::NOENT => Reason::NotFound.into(),
        error => stop(error).into(),
    }
}

/// Ends the copy with an error of the system.
pub(crate) fn stop(error: Errno) -> Stop {
    Stop::Host(io::Error::from(error))
}
