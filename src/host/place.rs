//! A path of the guest and how it is reached: through which preopen, by which relative path.

use alloc::{string::String, sync::Arc};
use core::ops::Deref;

use crate::error::ErrorCode;
use crate::host::descriptor::{Descriptor, FileId, Kind, Links, Stat};
use crate::host::paths;

/// A directory that the host granted, and the guest's absolute path for it.
pub(crate) struct Preopen {
    pub(crate) descriptor: Descriptor,
    pub(crate) path: String,
}

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

    /// It is a granted directory itself.
    pub(crate) fn is_granted(&self) -> bool {
        self.preopen.is_some() && self.path[self.cut..].is_empty()
    }

    /// Tells whether a directory is at this place, or a link to one.
    pub(crate) fn is_directory(&self) -> Result<bool, ErrorCode> {
        Ok(self.is_granted() || self.stat()?.type_ == Kind::Directory)
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

    /// Creates a file that was not there before: `O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW`.
    pub(crate) fn create_new(&self) -> Result<Descriptor, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.create_new_at(path)
    }

    /// Opens the file that is there: `O_RDWR | O_NOFOLLOW`.
    pub(crate) fn open(&self) -> Result<Descriptor, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.open_file_at(path)
    }

    /// Opens the directory at this place itself, not following a link.
    fn open_itself(&self) -> Result<Descriptor, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.open_directory_at(Links::Keep, path)
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
        preopen.open_directory_at(Links::Follow, path).map(Directory::Opened)
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
        preopen.link_at(path, to_preopen, to_path)
    }

    /// `lstat(2)`.
    pub(crate) fn lstat(&self) -> Result<Stat, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.stat_at(Links::Keep, path)
    }

    /// `stat(2)`.
    pub(crate) fn stat(&self) -> Result<Stat, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.stat_at(Links::Follow, path)
    }

    /// The file that has this name, not following a link.
    pub(crate) fn file_id(&self) -> Result<FileId, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.file_id_at(path)
    }
}

/// A deletion that was refused, and what had the name then: a later attempt must not delete
/// another.
pub(crate) struct Refused {
    code: ErrorCode,
    met: Met,
}

/// What had the name.
enum Met {
    /// Nobody could look: a later attempt is the first that meets anything.
    Unseen,
    /// A file or directory, held open. A host gives the identity of a deleted file to the next one;
    /// while it is open it is not deleted.
    Held(Descriptor),
    /// A file that somebody else holds open.
    File(FileId),
    /// Something that cannot be held, and so cannot be told from another of its name.
    Other,
}

impl Refused {
    /// The refusal `code` of deleting what is at `place`.
    pub(crate) fn at(place: &Place, code: ErrorCode) -> Self {
        let met = match place.lstat().map(|stat| stat.type_) {
            Ok(Kind::RegularFile) => place.open().map_or(Met::Other, Met::Held),
            Ok(Kind::Directory) => place.open_itself().map_or(Met::Other, Met::Held),
            Ok(_) | Err(ErrorCode::NoEntry) => Met::Other,
            Err(_) => Met::Unseen,
        };
        Self { code, met }
    }

    /// The refusal `code` of deleting the file or directory that `held` is open on.
    pub(crate) fn holding(held: Descriptor, code: ErrorCode) -> Self {
        Self { code, met: Met::Held(held) }
    }

    /// The refusal `code` of deleting `file`, which is open elsewhere.
    pub(crate) fn of(file: FileId, code: ErrorCode) -> Self {
        Self { code, met: Met::File(file) }
    }

    pub(crate) fn code(&self) -> ErrorCode {
        self.code
    }

    /// Tells whether anything was met.
    pub(crate) fn is_seen(&self) -> bool {
        !matches!(self.met, Met::Unseen)
    }

    /// The identity of what was met, where it has one.
    pub(crate) fn file_id(&self) -> Option<FileId> {
        match &self.met {
            Met::Held(held) => held.file_id().ok(),
            Met::File(file) => Some(*file),
            Met::Unseen | Met::Other => None,
        }
    }

    /// Checks that `place` is still the name of what was met: `no-entry` where it is not, and the
    /// refusal where nobody can tell.
    pub(crate) fn check(&self, place: &Place) -> Result<(), ErrorCode> {
        match (&self.met, self.file_id()) {
            (Met::Unseen, _) => Ok(()),
            (_, Some(then)) if place.file_id()? == then => Ok(()),
            (_, Some(_)) => Err(ErrorCode::NoEntry),
            (_, None) => place.lstat().and(Err(self.code)),
        }
    }
}
