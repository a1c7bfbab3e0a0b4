//! A path of the guest and how it is reached: through which preopen, by which relative path.

use alloc::{string::String, sync::Arc};
use core::ops::Deref;

use wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, MetadataHashValue,
    OpenFlags, PathFlags,
};

use crate::host::Preopen;
use crate::paths::{self, Normal};
use crate::state::STATE;

/// An open directory: a preopened one, or one that was opened for the purpose.
pub(crate) enum Directory {
    Granted(Arc<Preopen>),
    Opened(Descriptor),
}

impl Deref for Directory {
    type Target = Descriptor;

    fn deref(&self) -> &Descriptor {
        match self {
            Self::Granted(preopen) => &preopen.descriptor,
            Self::Opened(descriptor) => descriptor,
        }
    }
}

/// A path of the guest and the preopen through which it is reached.
#[derive(Clone)]
pub(crate) struct Place {
    /// `None` for a path outside all that was granted: every operation is not permitted.
    preopen: Option<Arc<Preopen>>,
    /// Absolute, and normal but for `..` after a symbolic link.
    path: String,
    /// Where in `path` the part relative to the preopen begins.
    cut: usize,
}

impl Place {
    pub(crate) fn new(preopen: Option<Arc<Preopen>>, path: String, cut: usize) -> Self {
        Self { preopen, path, cut }
    }

    /// The place of `path`, absolute and normal. Touches nothing.
    pub(crate) fn find(path: String) -> Self {
        STATE.lock().host().resolve(path)
    }

    /// The place of `path`, absolute, where `..` means what it means to the system: POSIX asks for
    /// a directory before it, and for that of a symbolic link the parent of the link's target.
    pub(crate) fn follow(path: &str) -> Result<Self, ErrorCode> {
        let mut normal = Normal::of_root(path);
        for component in path.split('/') {
            match component {
                "" | "." => {}
                ".." => Self::find(String::from(normal.as_str())).step_up(&mut normal)?,
                name => normal.push(name),
            }
        }
        Ok(Self::find(normal.into_string()))
    }

    /// Takes the last component off `normal`, the path of this place. The host itself has to follow
    /// `..` after a link.
    fn step_up(&self, normal: &mut Normal) -> Result<(), ErrorCode> {
        let kind = if self.is_granted() || STATE.lock().host().is_above(&self.path) {
            DescriptorType::Directory
        } else {
            self.lstat()?.type_
        };
        match kind {
            DescriptorType::Directory if normal.last() != ".." => normal.pop(),
            DescriptorType::Directory | DescriptorType::SymbolicLink => normal.push(".."),
            _ => return Err(ErrorCode::NotDirectory),
        }
        Ok(())
    }

    /// It is a granted directory itself.
    fn is_granted(&self) -> bool {
        self.preopen.is_some() && self.path[self.cut..].is_empty()
    }

    /// Tells whether a directory is at this place, or a link to one.
    pub(crate) fn is_directory(&self) -> Result<bool, ErrorCode> {
        Ok(self.is_granted() || self.stat()?.type_ == DescriptorType::Directory)
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Replaces the characters of the path that begin at `at`, all within one component.
    pub(crate) fn respell(&mut self, at: usize, name: &str) {
        self.path.replace_range(at..at + name.len(), name);
    }

    /// The directory that this place is in, and its name there; `None` for a preopened
    /// directory itself, whose parent was not granted.
    pub(crate) fn split(&self) -> Option<(Self, &str)> {
        if self.path[self.cut..].is_empty() {
            return None;
        }
        let (parent, name) = paths::split(&self.path);
        let cut = self.cut.min(parent.len());
        Some((Self { preopen: self.preopen.clone(), path: parent.into(), cut }, name))
    }

    /// The preopened directory that this place is right in.
    pub(crate) fn home(&self) -> Option<&Arc<Preopen>> {
        self.preopen.as_ref().filter(|_| !self.path[self.cut..].contains('/'))
    }

    /// The descriptor of the preopen and the path relative to it, for a call of the host.
    fn reach(&self) -> Result<(&Descriptor, &str), ErrorCode> {
        let preopen = self.preopen.as_ref().ok_or(ErrorCode::NotPermitted)?;
        Ok((
            &preopen.descriptor,
            match &self.path[self.cut..] {
                "" => ".",
                relative => relative,
            },
        ))
    }

    fn open_at(&self, flags: OpenFlags) -> Result<Descriptor, ErrorCode> {
        let (preopen, path) = self.reach()?;
        let access = DescriptorFlags::READ | DescriptorFlags::WRITE;
        preopen.open_at(PathFlags::empty(), path, flags, access)
    }

    /// Creates a file that was not there before: `O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW`.
    pub(crate) fn create_new(&self) -> Result<Descriptor, ErrorCode> {
        self.open_at(OpenFlags::CREATE | OpenFlags::EXCLUSIVE)
    }

    /// Opens the file that is there: `O_RDWR | O_NOFOLLOW`.
    pub(crate) fn open(&self) -> Result<Descriptor, ErrorCode> {
        self.open_at(OpenFlags::empty())
    }

    /// Opens the directory at this place, following links as paths of directories do. Looks first:
    /// a host that opens a FIFO waits for its other end.
    pub(crate) fn open_directory(&self) -> Result<Directory, ErrorCode> {
        let (preopen, path) = self.reach()?;
        if let Some(granted) = &self.preopen
            && self.is_granted()
        {
            return Ok(Directory::Granted(granted.clone()));
        }
        if !self.is_directory()? {
            return Err(ErrorCode::NotDirectory);
        }
        let follow = PathFlags::SYMLINK_FOLLOW;
        preopen
            .open_at(follow, path, OpenFlags::DIRECTORY, DescriptorFlags::READ)
            .map(Directory::Opened)
    }

    /// `mkdir(2)`.
    pub(crate) fn create_directory(&self) -> Result<(), ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.create_directory_at(path)
    }

    /// `unlink(2)`.
    pub(crate) fn unlink(&self) -> Result<(), ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.unlink_file_at(path)
    }

    /// `rename(2)`.
    pub(crate) fn rename(&self, to: &Self) -> Result<(), ErrorCode> {
        let (preopen, path) = self.reach()?;
        let (to_preopen, to_path) = to.reach()?;
        preopen.rename_at(path, to_preopen, to_path)
    }

    /// `link(2)`: a second name for the file; fails where the name is taken.
    pub(crate) fn link(&self, to: &Self) -> Result<(), ErrorCode> {
        let (preopen, path) = self.reach()?;
        let (to_preopen, to_path) = to.reach()?;
        preopen.link_at(PathFlags::empty(), path, to_preopen, to_path)
    }

    /// `lstat(2)`.
    pub(crate) fn lstat(&self) -> Result<DescriptorStat, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.stat_at(PathFlags::empty(), path)
    }

    /// `stat(2)`.
    pub(crate) fn stat(&self) -> Result<DescriptorStat, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.stat_at(PathFlags::SYMLINK_FOLLOW, path)
    }

    /// The file that has this name, not following a link.
    pub(crate) fn file_id(&self) -> Result<FileId, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.metadata_hash_at(PathFlags::empty(), path).map(FileId::from)
    }
}

/// The identity of a file: two descriptors or names that have the same are of one file. Hosts and
/// the C library show the lower word of the hash as the inode number; the upper word may change
/// with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId(u64);

impl From<MetadataHashValue> for FileId {
    fn from(hash: MetadataHashValue) -> Self {
        Self(hash.lower)
    }
}

/// A deletion that was refused, and the file that had the name then: a later attempt must not
/// delete another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    code: ErrorCode,
    /// `None` where the host did not tell.
    file: Option<FileId>,
}

impl Refused {
    /// The refusal `code` of deleting what is at `place`.
    pub(crate) fn at(place: &Place, code: ErrorCode) -> Self {
        Self { code, file: place.file_id().ok() }
    }

    /// The refusal `code` of deleting `file`.
    pub(crate) fn of(file: FileId, code: ErrorCode) -> Self {
        Self { code, file: Some(file) }
    }

    pub(crate) fn code(&self) -> ErrorCode {
        self.code
    }

    /// Checks that `place` is still the name of that file: `no-entry` where it is not, and the
    /// refusal where nobody can tell.
    pub(crate) fn check(&self, place: &Place) -> Result<(), ErrorCode> {
        match (place.file_id()?, self.file) {
            (now, Some(then)) if now == then => Ok(()),
            (_, Some(_)) => Err(ErrorCode::NoEntry),
            (_, None) => Err(self.code),
        }
    }
}
