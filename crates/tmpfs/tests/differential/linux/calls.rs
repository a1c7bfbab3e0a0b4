//! One system call for each operation.

use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT,
};
use rustix::io::Errno;
use tmpfs::{
    DescriptorFlags, Follow, Kind, MetadataHash, NewTimestamp, OpenFlags, Stat, Timestamp,
};

use super::Linux;
use crate::operation::{Answer, At, Operation};

impl Linux {
    pub(super) fn call(&mut self, operation: &Operation) -> Result<Answer, Errno> {
        let done = |()| Answer::Done;
        match operation {
            Operation::Root { flags } => {
                let open = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOATIME;
                let root = rustix::fs::openat(&self.root, ".", open, Mode::empty())?;
                self.opened(root, *flags)
            }
            Operation::Open { at, follow, open, flags } => {
                let opened = rustix::fs::openat(
                    self.directory(at)?,
                    &at.path,
                    open_flags(*follow, *open, *flags),
                    Mode::RUSR | Mode::WUSR,
                )?;
                self.opened(opened, *flags)
            }
            Operation::Close { handle } => {
                self.open(*handle)?;
                self.slots[*handle] = None;
                Ok(Answer::Done)
            }
            Operation::Flags { handle } => Ok(Answer::Flags(self.open(*handle)?.flags)),
            Operation::Kind { handle } => Ok(Answer::Kind(self.open(*handle)?.kind)),
            Operation::Read { handle, offset, length } => {
                let mut bytes = vec![0; *length];
                let count = rustix::io::pread(self.descriptor(*handle)?, &mut bytes, *offset)?;
                bytes.truncate(count);
                Ok(Answer::Bytes(bytes))
            }
            Operation::Write { handle, offset, bytes } => {
                rustix::io::pwrite(self.descriptor(*handle)?, &bytes.make(), *offset)
                    .map(Answer::Count)
            }
            Operation::Append { handle, bytes } => {
                let file = self.descriptor(*handle)?;
                let end = u64::try_from(rustix::fs::fstat(file)?.st_size).expect("a size");
                rustix::io::pwrite(file, &bytes.make(), end).map(Answer::Count)
            }
            Operation::SetSize { handle, size } => {
                rustix::fs::ftruncate(self.descriptor(*handle)?, *size).map(done)
            }
            Operation::CreateDirectory { at } => {
                rustix::fs::mkdirat(self.directory(at)?, &at.path, Mode::RWXU).map(done)
            }
            Operation::Link { old, follow, new } => {
                let flags = match follow {
                    Follow::Yes => AtFlags::SYMLINK_FOLLOW,
                    Follow::No => AtFlags::empty(),
                };
                let (from, to) = (self.directory(old)?, self.directory(new)?);
                if new.path.ends_with('/') {
                    rustix::fs::statat(from, &old.path, at_flags(*follow))?;
                }
                self.open_named_directory(new)?;
                rustix::fs::linkat(from, &old.path, to, &new.path, flags).map(done)
            }
            Operation::Symlink { target, at } => {
                if !target.is_empty() && target.len() <= 4095 {
                    self.open_named_directory(at)?;
                }
                rustix::fs::symlinkat(target, self.directory(at)?, &at.path).map(done)
            }
            Operation::Readlink { at } => {
                let text = rustix::fs::readlinkat(self.directory(at)?, &at.path, Vec::new())?;
                Ok(Answer::Text(text.into_string().expect("it was written as text")))
            }
            Operation::Unlink { at } => self.unlink(at, AtFlags::empty()),
            Operation::RemoveDirectory { at } => self.unlink(at, AtFlags::REMOVEDIR),
            Operation::Rename { old, new } => {
                let (from, to) = (self.directory(old)?, self.directory(new)?);
                rustix::fs::renameat(from, &old.path, to, &new.path).map(done)
            }
            Operation::Stat { handle } => {
                Ok(Answer::Stat(stat(&rustix::fs::fstat(self.descriptor(*handle)?)?)))
            }
            Operation::StatAt { at, follow } => {
                let found = rustix::fs::statat(self.directory(at)?, &at.path, at_flags(*follow))?;
                Ok(Answer::Stat(stat(&found)))
            }
            Operation::SetTimes { handle, accessed, modified } => {
                let times = times(*accessed, *modified);
                rustix::fs::futimens(self.descriptor(*handle)?, &times).map(done)
            }
            Operation::SetTimesAt { at, follow, accessed, modified } => {
                let (directory, flags) = (self.directory(at)?, at_flags(*follow));
                if [accessed, modified] == [&NewTimestamp::NoChange; 2] {
                    // Linux would not even look whether there is anything.
                    return rustix::fs::statat(directory, &at.path, flags).map(|_| Answer::Done);
                }
                let times = times(*accessed, *modified);
                rustix::fs::utimensat(directory, &at.path, &times, flags).map(done)
            }
            Operation::Same { one, other } => {
                let one = rustix::fs::fstat(self.descriptor(*one)?)?;
                let other = rustix::fs::fstat(self.descriptor(*other)?)?;
                Ok(Answer::Same((one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)))
            }
            // Of the two words, programs see the lower one, as the inode number.
            Operation::Hash { handle } => {
                let found = rustix::fs::fstat(self.descriptor(*handle)?)?;
                Ok(Answer::Hash(MetadataHash { lower: found.st_ino, upper: 0 }))
            }
            Operation::HashAt { at, follow } => {
                let found = rustix::fs::statat(self.directory(at)?, &at.path, at_flags(*follow))?;
                Ok(Answer::Hash(MetadataHash { lower: found.st_ino, upper: 0 }))
            }
            Operation::List { directory } => self.list(*directory),
        }
    }

    /// Opens the directory that a path names by a slash at its end, as wasmtime does before it
    /// makes a file or symbolic link there (open_parent). Linux alone would not follow a symbolic
    /// link, and would answer EEXIST where something else stands.
    fn open_named_directory(&self, at: &At) -> Result<(), Errno> {
        if !at.path.ends_with('/') {
            return Ok(());
        }
        let open = OFlags::PATH | OFlags::DIRECTORY;
        let (directory, mode) = (self.directory(at)?, Mode::empty());
        let opened = rustix::fs::openat2(directory, &at.path, open, mode, ResolveFlags::BENEATH);
        opened.map(drop).map_err(|error| if error == Errno::XDEV { Errno::PERM } else { error })
    }

    fn unlink(&self, at: &At, flags: AtFlags) -> Result<Answer, Errno> {
        rustix::fs::unlinkat(self.directory(at)?, &at.path, flags).map(|()| Answer::Done)
    }

    fn list(&self, directory: usize) -> Result<Answer, Errno> {
        let open = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOATIME;
        let again = rustix::fs::openat(self.descriptor(directory)?, ".", open, Mode::empty())?;
        let mut names = Vec::new();
        for entry in Dir::new(again)? {
            let entry = entry?;
            let name = entry.file_name().to_str().expect("it was written as text").to_owned();
            if name != "." && name != ".." {
                names.push((name, kind(entry.file_type())));
            }
        }
        names.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(Answer::Names(names))
    }
}

fn open_flags(follow: Follow, open: OpenFlags, flags: DescriptorFlags) -> OFlags {
    let mut all = OFlags::NOATIME;
    all.set(OFlags::CREATE, open.create);
    all.set(OFlags::DIRECTORY, open.directory);
    all.set(OFlags::EXCL, open.exclusive && open.create);
    all.set(OFlags::TRUNC, open.truncate);
    all.set(OFlags::NOFOLLOW, follow == Follow::No);
    all | match (flags.read, flags.write) {
        (_, false) => OFlags::RDONLY,
        (false, true) => OFlags::WRONLY,
        (true, true) => OFlags::RDWR,
    }
}

fn at_flags(follow: Follow) -> AtFlags {
    match follow {
        Follow::Yes => AtFlags::empty(),
        Follow::No => AtFlags::SYMLINK_NOFOLLOW,
    }
}

fn times(accessed: NewTimestamp, modified: NewTimestamp) -> Timestamps {
    let time = |new| match new {
        NewTimestamp::NoChange => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        NewTimestamp::Now => Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
        NewTimestamp::Timestamp(time) => {
            Timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds.into() }
        }
    };
    Timestamps { last_access: time(accessed), last_modification: time(modified) }
}

pub(super) fn stat(found: &rustix::fs::Stat) -> Stat {
    let time = |seconds, nanoseconds: u64| Timestamp {
        seconds,
        nanoseconds: u32::try_from(nanoseconds).expect("less than a second"),
    };
    let kind = kind(FileType::from_raw_mode(found.st_mode));
    let size = u64::try_from(found.st_size).expect("a size");
    Stat {
        kind,
        link_count: found.st_nlink,
        // A directory's is the filesystem's business.
        size: if kind == Kind::Directory { 0 } else { size },
        accessed: time(found.st_atime, found.st_atime_nsec),
        modified: time(found.st_mtime, found.st_mtime_nsec),
        changed: time(found.st_ctime, found.st_ctime_nsec),
    }
}

fn kind(of: FileType) -> Kind {
    match of {
        FileType::Directory => Kind::Directory,
        FileType::RegularFile => Kind::RegularFile,
        FileType::Symlink => Kind::SymbolicLink,
        other => panic!("nobody made {other:?}"),
    }
}
