//! Paths of the guest: the directories that the host granted, and the place that a path leads to,
//! reached through a preopen by a relative path.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::ops::Deref;

use spin::Once;
use wasi::cli::environment;
use wasi::filesystem::preopens;

use crate::error::ErrorCode;
use crate::host::descriptor::{Descriptor, FileId, Kind, Links, Stat};
use crate::host::paths::{self, Normal};

/// A directory that the host granted, and the guest's absolute path for it.
pub(crate) struct Preopen {
    pub(crate) descriptor: Descriptor,
    pub(crate) path: String,
}

/// The directories that the host granted. The host is asked once.
struct Granted {
    preopens: Vec<Arc<Preopen>>,
    /// `None` where the host sets no working directory, which is wasmtime's default.
    cwd: Option<String>,
}

impl Granted {
    fn ask() -> Self {
        let cwd = environment::initial_cwd();
        let preopens = preopens::get_directories()
            .into_iter()
            .map(|(descriptor, path)| {
                let path = paths::abspath(cwd.as_deref().unwrap_or("/"), &path);
                Arc::new(Preopen { descriptor: descriptor.into(), path })
            })
            .collect();
        Self { preopens, cwd }
    }

    /// Returns the directory of relative paths: `/` where the host sets none, as in wasi-libc.
    fn directory(&self) -> &str {
        self.cwd.as_deref().unwrap_or("/")
    }

    /// Tells whether a granted directory lies below `path`.
    fn is_above(&self, path: &str) -> bool {
        self.preopens.iter().any(|preopen| paths::below(path, &preopen.path).is_some())
    }

    /// Finds the place of `path` in the preopen with the longest path that `path` is or lies below;
    /// of two with one path it takes the later, as wasi-libc does.
    fn resolve(&self, path: String) -> Place {
        let mut best: Option<(&Arc<Preopen>, usize)> = None;
        for preopen in &self.preopens {
            if let Some(cut) = paths::below(&preopen.path, &path)
                && best.is_none_or(|(_, longest)| cut >= longest)
            {
                best = Some((preopen, cut));
            }
        }
        let (preopen, cut) = best.unzip();
        Place { preopen: preopen.cloned(), path, cut: cut.unwrap_or_default() }
    }
}

/// Empty until the first call that needs a path.
static GRANTED: Once<Granted> = Once::new();

/// Returns the directories that the host granted. Takes no lock once they are known.
fn granted() -> &'static Granted {
    GRANTED.call_once(Granted::ask)
}

/// Grants nothing, for unit tests: there is no host to ask.
#[cfg(test)]
pub(crate) fn grant_nothing() {
    GRANTED.call_once(|| Granted { preopens: Vec::new(), cwd: None });
}

/// Returns the place of `path`, which is absolute and normal. Makes no call of the host.
pub(crate) fn find(path: String) -> Place {
    granted().resolve(path)
}

/// Returns the place of `path`, which is absolute. A `..` is followed as the system does: POSIX
/// asks for a directory before it, and after a symbolic link for the parent of the link's target.
pub(crate) fn follow(path: &str) -> Result<Place, ErrorCode> {
    let mut normal = Normal::of_root(path);
    for component in path.split('/') {
        match component {
            "" | "." => {}
            ".." => step_up(&mut normal)?,
            name => normal.push(name),
        }
    }
    Ok(find(normal.into_string()))
}

/// Takes the last component off `normal`. The host itself has to follow `..` after a link.
fn step_up(normal: &mut Normal) -> Result<(), ErrorCode> {
    let place = find(String::from(normal.as_str()));
    let kind = if place.is_granted() || granted().is_above(place.path()) {
        Kind::Directory
    } else {
        place.lstat()?.type_
    };
    match kind {
        Kind::Directory if normal.last() != ".." => normal.pop(),
        Kind::Directory | Kind::SymbolicLink => normal.push(".."),
        _ => return Err(ErrorCode::NotDirectory),
    }
    Ok(())
}

/// Makes a path absolute: `os.path.abspath`.
pub(crate) fn abspath(path: &str) -> String {
    paths::abspath(granted().directory(), path)
}

/// Makes `path` absolute and keeps its components: `..` is still to be followed.
pub(crate) fn absolute(path: &str) -> String {
    if path.starts_with('/') {
        return String::from(path);
    }
    paths::join(granted().directory(), path)
}

/// Returns the guest's paths of the granted directories.
pub(crate) fn paths() -> Vec<String> {
    granted().preopens.iter().map(|preopen| preopen.path.clone()).collect()
}

/// Returns the working directory, `os.getcwd()`; `None` where that would fail.
pub(crate) fn getcwd() -> Option<String> {
    granted().cwd.clone()
}

/// Returns the variables of the environment in `names` that are set and not empty, in their order.
pub(crate) fn getenv(names: &[&str]) -> Vec<String> {
    let environment = environment::get_environment();
    names
        .iter()
        .filter_map(|name| environment.iter().find(|(key, _)| key == name))
        .map(|(_, value)| value.clone())
        .filter(|value| !value.is_empty())
        .collect()
}

/// A path of the guest and the preopen through which it is reached.
#[derive(Clone)]
pub(crate) struct Place {
    /// `None` for a path outside all that was granted: every operation is not permitted.
    preopen: Option<Arc<Preopen>>,
    /// Absolute, and normal but for `..` after a symbolic link.
    path: String,
    /// The index in `path` at which the part relative to the preopen begins.
    cut: usize,
}

impl Place {
    /// Tells whether the place is a granted directory itself.
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

    /// Returns the directory that this place is in, and its name there; `None` for a preopened
    /// directory itself, whose parent was not granted.
    pub(crate) fn split(&self) -> Option<(Self, &str)> {
        if self.path[self.cut..].is_empty() {
            return None;
        }
        let (parent, name) = paths::split(&self.path);
        let cut = self.cut.min(parent.len());
        Some((Self { preopen: self.preopen.clone(), path: parent.into(), cut }, name))
    }

    /// Returns the preopened directory that is the parent of this place, if one is.
    pub(crate) fn home(&self) -> Option<&Arc<Preopen>> {
        self.preopen.as_ref().filter(|_| !self.path[self.cut..].contains('/'))
    }

    /// Returns the descriptor of the preopen and the path relative to it, for a call of the host.
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
    pub(crate) fn open_itself(&self) -> Result<Descriptor, ErrorCode> {
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

    /// Makes a directory: `mkdir(2)`.
    pub(crate) fn create_directory(&self) -> Result<(), ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.create_directory_at(path)
    }

    /// Removes the name of a file: `unlink(2)`.
    pub(crate) fn unlink(&self) -> Result<(), ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.unlink_file_at(path)
    }

    /// Moves a file or directory: `rename(2)`.
    pub(crate) fn rename(&self, to: &Self) -> Result<(), ErrorCode> {
        let (preopen, path) = self.reach()?;
        let (to_preopen, to_path) = to.reach()?;
        preopen.rename_at(path, to_preopen, to_path)
    }

    /// Gives a file a second name: `link(2)`. Fails if the name is taken.
    pub(crate) fn link(&self, to: &Self) -> Result<(), ErrorCode> {
        let (preopen, path) = self.reach()?;
        let (to_preopen, to_path) = to.reach()?;
        preopen.link_at(path, to_preopen, to_path)
    }

    /// Returns the attributes: `lstat(2)`.
    pub(crate) fn lstat(&self) -> Result<Stat, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.stat_at(Links::Keep, path)
    }

    /// Returns the attributes; for a symbolic link, those of its target: `stat(2)`.
    pub(crate) fn stat(&self) -> Result<Stat, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.stat_at(Links::Follow, path)
    }

    /// Returns the identity of the file with this name. A link is not followed.
    pub(crate) fn file_id(&self) -> Result<FileId, ErrorCode> {
        let (preopen, path) = self.reach()?;
        preopen.file_id_at(path)
    }
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
