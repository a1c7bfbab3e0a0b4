//! One system call for each operation.

use std::os::fd::OwnedFd;
use std::path::{Component, Path};

use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT,
};
use rustix::io::Errno;
use tmpfs::{
    DescriptorFlags, Follow, Kind, MetadataHash, NewTimestamp, OpenFlags, Stat, Timestamp,
};

use super::{Linux, Walk, open_beneath};
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
                let flags = DescriptorFlags {
                    write: flags.write || open.create || open.truncate,
                    ..*flags
                };
                let opened = rustix::fs::openat(
                    self.directory(at)?,
                    &at.path,
                    open_flags(*follow, *open, flags),
                    Mode::RUSR | Mode::WUSR,
                )?;
                if open.directory && stat(&rustix::fs::fstat(&opened)?).kind != Kind::Directory {
                    return Err(Errno::NOTDIR);
                }
                self.opened(opened, flags)
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
                let (directory, name) = self.open_parent(at, at.path.trim_end_matches('/'))?;
                rustix::fs::mkdirat(directory, name, Mode::RWXU).map(done)
            }
            Operation::Link { old, follow, new } => {
                let flags = match follow {
                    Follow::Yes => AtFlags::SYMLINK_FOLLOW,
                    Follow::No => AtFlags::empty(),
                };
                let (from, name) = self.open_parent(old, &old.path)?;
                let (to, new_name) = self.open_parent(new, &new.path)?;
                if *follow == Follow::Yes {
                    let walked = self.walk(old, Walk::Follow);
                    walked.map_err(|it| if it == Errno::XDEV { Errno::PERM } else { it })?;
                }
                rustix::fs::linkat(from, name, to, new_name, flags).map(done)
            }
            Operation::Symlink { target, at } => {
                let (directory, name) = self.open_parent(at, &at.path)?;
                rustix::fs::symlinkat(target, directory, name).map(done)
            }
            Operation::Readlink { at } => {
                let (directory, name) = self.open_parent(at, &at.path)?;
                let text = rustix::fs::readlinkat(directory, name, Vec::new())?;
                Ok(Answer::Text(text.into_string().expect("it was written as text")))
            }
            Operation::Unlink { at } => {
                let (directory, name) = self.open_parent(at, &at.path)?;
                rustix::fs::unlinkat(directory, name, AtFlags::empty()).map(done)
            }
            Operation::RemoveDirectory { at } => {
                // Unlike wasmtime, the engine removes a directory by a name with a slash as well.
                let (slash, path) = cut(&at.path);
                let (directory, name) = self.open_parent(at, path)?;
                let name = name.to_owned() + slash;
                rustix::fs::unlinkat(directory, name, AtFlags::REMOVEDIR).map(done)
            }
            Operation::Rename { old, new } => {
                let ((old_slash, old_path), (new_slash, new_path)) =
                    (cut(&old.path), cut(&new.path));
                let (from, name) = self.open_parent(old, old_path)?;
                let (to, new_name) = self.open_parent(new, new_path)?;
                let slash = if new_slash.is_empty() { old_slash } else { new_slash };
                rustix::fs::renameat(from, name.to_owned() + slash, to, new_name).map(done)
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

    /// Opens the directory in which the last name of a path stands, as wasmtime does before every
    /// call about a name (open_parent). Where the path must name a directory, that is the
    /// directory, and the name is `.`.
    fn open_parent<'a>(&self, at: &At, path: &'a str) -> Result<(OwnedFd, &'a str), Errno> {
        if at.path.is_empty() {
            return Err(Errno::NOENT);
        }
        if at.path.len() > 4095 {
            return Err(Errno::NAMETOOLONG);
        }
        let mut components = Path::new(path).components();
        let (parent, name) = match components.next_back() {
            Some(Component::Normal(name)) if !path.ends_with('/') && !path.ends_with("/.") => {
                (components.as_path(), name.to_str().expect("a part of a text"))
            }
            _ => (Path::new(if path.is_empty() { "/" } else { path }), "."),
        };
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let open = OFlags::PATH | OFlags::DIRECTORY;
        match open_beneath(self.directory(at)?, parent, open, Mode::empty()) {
            Ok(opened) => Ok((opened, name)),
            Err(Errno::XDEV) => Err(Errno::PERM),
            Err(error) => Err(error),
        }
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

/// Cuts the slashes off a path, of which one is returned if there are any.
fn cut(path: &str) -> (&str, &str) {
    let cut = path.trim_end_matches('/');
    (&path[cut.len()..path.len().min(cut.len() + 1)], cut)
}

fn open_flags(follow: Follow, open: OpenFlags, flags: DescriptorFlags) -> OFlags {
    let mut all = OFlags::NOATIME;
    all.set(OFlags::CREATE, open.create);
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
