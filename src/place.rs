//! A path of the guest and how it is reached: through which preopen, by which relative path.

use alloc::{string::String, sync::Arc};
use core::ops::Deref;

use wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, ErrorCode, OpenFlags, PathFlags,
};

use crate::host::Preopen;
use crate::paths;
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
    /// Absolute and normal.
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

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn into_path(self) -> String {
        self.path
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

    /// Opens the directory at this place, following links as paths of directories do.
    pub(crate) fn open_directory(&self) -> Result<Directory, ErrorCode> {
        let (preopen, path) = self.reach()?;
        if let Some(granted) = &self.preopen
            && path == "."
        {
            return Ok(Directory::Granted(granted.clone()));
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

    /// What tells which file has this name, not following a link.
    pub(crate) fn metadata_hash(&self) -> Result<FileId, ErrorCode> {
        let (preopen, path) = self.reach()?;
        let hash = preopen.metadata_hash_at(PathFlags::empty(), path)?;
        Ok(FileId(hash.lower, hash.upper))
    }
}

/// Two descriptors or names with one of these are of one file: the host's hash of what identifies
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId(pub(crate) u64, pub(crate) u64);
