//! The same steps on Linux' own tmpfs.

mod calls;

use std::fs;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use tmpfs::{DescriptorFlags, Error, Follow, Kind};

use crate::operation::{Answer, At, Operation, Outcome, SLOTS, Slot};

/// A fresh directory, and the handles of a sequence below it.
#[derive(Debug)]
pub(crate) struct Linux {
    path: PathBuf,
    root: OwnedFd,
    slots: [Option<Open>; SLOTS],
    /// True where no inode number is given to a second node, as on tmpfs.
    pub(crate) keeps_inodes: bool,
}

#[derive(Debug)]
struct Open {
    descriptor: OwnedFd,
    flags: DescriptorFlags,
    kind: Kind,
}

/// Returns a directory for the files, and whether it is on a tmpfs.
fn parent() -> (PathBuf, bool) {
    let shared = PathBuf::from("/dev/shm");
    if fs::metadata(&shared).is_ok_and(|shared| shared.is_dir()) {
        (shared, true)
    } else {
        (std::env::temp_dir(), false)
    }
}

impl Linux {
    pub(crate) fn new(name: &str) -> Self {
        let (parent, is_tmpfs) = parent();
        if !is_tmpfs {
            eprintln!("no /dev/shm: compared with the filesystem of {}", parent.display());
        }
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("tmpfs-test-{}-{number}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).expect("a directory can be made");
        let root = rustix::fs::open(&path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty());
        let root = root.expect("it was just made");
        Self { path, root, slots: [const { None }; SLOTS], keeps_inodes: is_tmpfs }
    }

    /// Does a step on Linux, and returns the answer in terms of WASI.
    pub(crate) fn apply(&mut self, operation: &Operation) -> Outcome {
        let opens = matches!(operation, Operation::Open { .. } | Operation::Root { .. });
        if opens && self.free_slot().is_none() {
            return Ok(Answer::NoSlot);
        }
        if let Some(error) = self.beforehand(operation) {
            return Err(error);
        }
        self.call(operation).map_err(error)
    }

    /// Returns the errors that WASI adds to Linux. A handle that is not of a directory is refused
    /// before the path is looked at, and no path may leave the directory where it starts.
    fn beforehand(&self, operation: &Operation) -> Option<Error> {
        let ats: &[(&At, Walk)] = &match operation {
            Operation::Open { at, follow, open, .. } => {
                let walk = match (open.create, follow) {
                    // With a slash at the end it is refused before it is looked at.
                    (true, _) if at.path.ends_with('/') => Walk::Name,
                    (true, Follow::Yes) if !open.exclusive => Walk::Create,
                    (false, Follow::Yes) => Walk::Follow,
                    _ => Walk::Stop,
                };
                vec![(at, walk)]
            }
            Operation::StatAt { at, follow }
            | Operation::SetTimesAt { at, follow, .. }
            | Operation::HashAt { at, follow } => vec![(at, Walk::from(*follow))],
            Operation::Link { old, new, .. } | Operation::Rename { old, new } => {
                vec![(old, Walk::Opened), (new, Walk::Opened)]
            }
            Operation::CreateDirectory { at }
            | Operation::Symlink { at, .. }
            | Operation::Unlink { at }
            | Operation::RemoveDirectory { at }
            | Operation::Readlink { at } => vec![(at, Walk::Opened)],
            _ => vec![],
        };
        for (at, _) in ats {
            match &self.slots[at.directory] {
                None => return Some(Error::BadDescriptor),
                Some(open) if open.kind != Kind::Directory => return Some(Error::NotDirectory),
                Some(_) => {}
            }
        }
        if let Operation::Symlink { target, .. } = operation
            && target.starts_with('/')
        {
            return Some(Error::NotPermitted);
        }
        if let Operation::Open { open, .. } = operation
            && open.directory
            && (open.create || open.exclusive || open.truncate)
        {
            return Some(Error::Invalid);
        }
        for (at, walk) in ats {
            match self.walk(at, *walk) {
                Err(Errno::XDEV) => return Some(Error::NotPermitted),
                // The call itself will find the same; what stands second was not looked at.
                Err(_) => return None,
                Ok(()) => {}
            }
        }
        None
    }

    /// Checks that a path stays below its start, as far as it exists.
    fn walk(&self, at: &At, walk: Walk) -> Result<(), Errno> {
        let directory = self.directory(at)?;
        let open = |path: &str, flags| {
            open_beneath(directory, path, OFlags::PATH | flags, Mode::empty()).map(drop)
        };
        match walk {
            Walk::Follow => open(&at.path, OFlags::empty()),
            Walk::Create => match open(&at.path, OFlags::empty()) {
                // Unless what leads out stands before a slash that is refused first. Nothing is
                // made.
                Err(Errno::XDEV) => {
                    let (flags, mode) = (OFlags::CREATE | OFlags::WRONLY, Mode::RUSR | Mode::WUSR);
                    open_beneath(directory, &at.path, flags, mode).map(drop)
                }
                outcome => outcome,
            },
            Walk::Stop => open(&at.path, OFlags::NOFOLLOW),
            Walk::Opened => Ok(()),
            Walk::Name => {
                let trimmed = at.path.trim_end_matches('/');
                let (parent, name) = trimmed.rsplit_once('/').unwrap_or((".", trimmed));
                let parent = if at.path.starts_with('/') { "/" } else { parent };
                if name == ".." || at.path.len() > 4095 || at.path.is_empty() {
                    return open(&at.path, OFlags::NOFOLLOW);
                }
                open(parent, OFlags::DIRECTORY)
            }
        }
    }

    fn directory(&self, at: &At) -> Result<BorrowedFd<'_>, Errno> {
        self.descriptor(at.directory)
    }

    fn descriptor(&self, slot: Slot) -> Result<BorrowedFd<'_>, Errno> {
        Ok(self.open(slot)?.descriptor.as_fd())
    }

    fn open(&self, slot: Slot) -> Result<&Open, Errno> {
        self.slots[slot].as_ref().ok_or(Errno::BADF)
    }

    fn free_slot(&self) -> Option<Slot> {
        self.slots.iter().position(Option::is_none)
    }

    fn opened(&mut self, descriptor: OwnedFd, flags: DescriptorFlags) -> Result<Answer, Errno> {
        let slot = self.free_slot().expect("asked before");
        let kind = calls::stat(&rustix::fs::fstat(&descriptor)?).kind;
        let mutate_directory = kind == Kind::Directory;
        let flags = DescriptorFlags { mutate_directory, ..flags };
        self.slots[slot] = Some(Open { descriptor, flags, kind });
        Ok(Answer::Opened(slot))
    }
}

impl Drop for Linux {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Opens what lies below a directory. Linux gives up where anything on the machine is renamed while
/// it walks along a `..`.
fn open_beneath(
    directory: BorrowedFd<'_>,
    path: impl AsRef<Path>,
    flags: OFlags,
    mode: Mode,
) -> Result<OwnedFd, Errno> {
    loop {
        let path = path.as_ref();
        match rustix::fs::openat2(directory, path, flags, mode, ResolveFlags::BENEATH) {
            Err(Errno::AGAIN) => {}
            outcome => return outcome,
        }
    }
}

/// The part of a path that is walked before a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walk {
    /// To what the last component leads to.
    Follow,
    /// The same, to make a file there.
    Create,
    /// To the last component.
    Stop,
    /// To where the last component is.
    Name,
    /// Nowhere: the call opens the directory beneath its start.
    Opened,
}

impl From<Follow> for Walk {
    fn from(follow: Follow) -> Self {
        match follow {
            Follow::Yes => Self::Follow,
            Follow::No => Self::Stop,
        }
    }
}

/// Linux' errors in the words of WASI, as wasmtime has them.
fn error(errno: Errno) -> Error {
    match errno {
        Errno::BADF => Error::BadDescriptor,
        Errno::BUSY => Error::Busy,
        Errno::EXIST => Error::Exist,
        Errno::FBIG => Error::FileTooLarge,
        Errno::IO => Error::Io,
        Errno::INVAL => Error::Invalid,
        Errno::ISDIR => Error::IsDirectory,
        Errno::LOOP => Error::Loop,
        Errno::MLINK => Error::TooManyLinks,
        Errno::NAMETOOLONG => Error::NameTooLong,
        Errno::NOENT => Error::NoEntry,
        Errno::NOMEM => Error::InsufficientMemory,
        Errno::NOSPC => Error::InsufficientSpace,
        Errno::NOTDIR => Error::NotDirectory,
        Errno::NOTEMPTY => Error::NotEmpty,
        Errno::PERM => Error::NotPermitted,
        Errno::DQUOT => Error::Quota,
        Errno::ROFS => Error::ReadOnly,
        other => panic!("the engine has no word for {other}"),
    }
}
