//! Files of the host. Each is reached by a name in an open directory: no symbolic link is followed,
//! and a file that is exchanged meanwhile leads nowhere else.

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

/// The flags to open a directory.
pub(crate) const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The flags to open a file for reading. A FIFO that takes its place does not block.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// The flags to make a file.
const NEW: OFlags = OFlags::WRONLY
    .union(OFlags::CREATE)
    .union(OFlags::EXCL)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// The flags to look at a name of any kind without opening it.
const LOOK: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The identity of a file of the host.
pub(crate) type Number = (u64, u64);

/// A name that was looked up.
#[derive(Debug)]
pub(crate) struct Looked {
    file: File,
    pub(crate) metadata: Metadata,
}

/// Looks at a name in a directory.
pub(crate) fn look(above: impl AsFd, name: impl Arg) -> Result<Looked, Errno> {
    looked(rustix::fs::openat(above, name, LOOK, Mode::empty())?)
}

/// Returns the path without slashes and `.` at its end. With them, the system would follow a
/// symbolic link.
pub(crate) fn without_slash(path: &Path) -> &Path {
    path.components().as_path()
}

/// Looks at a path that the host gave. Links are followed, except in the last component.
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

    /// Returns the reason why it is neither a file, a directory nor a symbolic link.
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

    /// Opens a directory that was looked at, unless it was exchanged since then.
    pub(crate) fn open_directory(
        &self,
        above: impl AsFd,
        name: impl Arg,
    ) -> Result<OwnedFd, Fault> {
        let opened =
            rustix::fs::openat(above, name, DIRECTORY, Mode::empty()).map_err(exchanged)?;
        Ok(self.same(opened)?.into())
    }

    /// Opens a file that was looked at, unless it was exchanged since then.
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

/// Opens a directory by name. A symbolic link is refused.
pub(crate) fn open_directory(above: impl AsFd, name: impl Arg) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(above, name, DIRECTORY, Mode::empty())
}

/// Makes a directory with the process's default mode.
pub(crate) fn make_directory(above: impl AsFd, name: impl Arg) -> Result<(), Errno> {
    rustix::fs::mkdirat(above, name, Mode::from_raw_mode(0o777))
}

/// Makes a file with the process's default mode. Fails if the name exists.
pub(crate) fn make_file(above: impl AsFd, name: impl Arg) -> Result<File, Errno> {
    let made = rustix::fs::openat(above, name, NEW, Mode::from_raw_mode(0o666))?;
    Ok(File::from(made))
}

/// Removes a name in a directory if it still names that file.
pub(crate) fn remove(above: impl AsFd, name: &str, number: Number) -> Result<(), Errno> {
    if look(&above, name)?.number() == number {
        rustix::fs::unlinkat(above, name, AtFlags::empty())?;
    }
    Ok(())
}

/// Sets the modification time of a name in a directory. A symbolic link is not followed.
pub(crate) fn set_modified_at(
    above: impl AsFd,
    name: &str,
    modified: Timestamp,
) -> Result<(), Errno> {
    rustix::fs::utimensat(above, name, &times(modified), AtFlags::SYMLINK_NOFOLLOW)
}

/// Sets the modification time of an open file or directory.
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

/// Returns the modification time.
pub(crate) fn modified(metadata: &Metadata) -> Timestamp {
    let nanoseconds = u32::try_from(metadata.mtime_nsec()).unwrap_or(0);
    Timestamp { seconds: metadata.mtime(), nanoseconds }
}

/// Returns the fault for a name that was exchanged since it was looked at.
fn exchanged(error: Errno) -> Fault {
    match error {
        Errno::NOTDIR | Errno::LOOP | Errno::ISDIR | Errno::NXIO | Errno::NOENT => {
            Reason::Changed.into()
        }
        error => fault(error),
    }
}

/// Returns the fault for an error of the system.
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

/// Returns the fault for an error from a function that is given a new name, to look it up or to
/// make it. A filesystem that does not allow a name, such as FAT with a colon, returns `EINVAL` or
/// `EILSEQ`.
pub(crate) fn name_fault(error: Errno) -> Fault {
    match error {
        Errno::INVAL | Errno::ILSEQ => Reason::NameNotAllowed.into(),
        error => fault(error),
    }
}

/// Returns the fault for an error from a function that makes a link. A filesystem without such
/// links returns `EPERM`, and some return another code; `EMLINK` is for a file that has too many.
pub(crate) fn link_fault(error: Errno) -> Fault {
    match error {
        Errno::PERM | Errno::NOTSUP | Errno::NOSYS | Errno::MLINK => Reason::LinkNotAllowed.into(),
        error => name_fault(error),
    }
}

/// Returns the end of the copy for an error of the system.
pub(crate) fn stop(error: Errno) -> Stop {
    Stop::Host(io::Error::from(error))
}
