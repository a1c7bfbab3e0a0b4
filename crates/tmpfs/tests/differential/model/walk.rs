//! Path resolution as in Linux (fs/namei.c). A path never leaves the directory where it starts.

use tmpfs::{Error, Follow};

use super::{Body, Id, Model};
use crate::operation::At;

/// Linux' MAXSYMLINKS.
const LINKS: usize = 40;

/// The last component of a path, and the directory in which it is looked up.
#[derive(Debug)]
pub(super) struct Last {
    pub(super) directory: Id,
    pub(super) name: Name,
    /// True if slashes follow it.
    pub(super) slash: bool,
    base: Id,
    links: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name {
    Dot,
    DotDot,
    Normal(String),
}

/// Kinds of last components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Node(Id),
    Nothing,
}

impl Last {
    pub(super) fn name(&self) -> &str {
        match &self.name {
            Name::Normal(name) => name,
            other => panic!("{other:?} is in no directory"),
        }
    }
}

impl Model {
    /// Returns the node that a path names.
    pub(super) fn find(&self, at: &At, follow: Follow) -> Result<Id, Error> {
        let (mut follow, mut directory) = (follow == Follow::Yes, false);
        let mut last = self.parent(at)?;
        let id = loop {
            if last.slash {
                follow = true;
                directory = true;
            }
            let Found::Node(id) = self.look_up(&last)? else { return Err(Error::NoEntry) };
            let next = if follow { self.follow(&last, id)? } else { None };
            let Some(next) = next else { break id };
            last = next;
        };
        if directory && !self.node(id).is_directory() {
            return Err(Error::NotDirectory);
        }
        Ok(id)
    }

    /// Returns the directory in which a name is made or removed, and the name, as wasmtime finds
    /// them (open_parent). With a slash at the end, the name is the `.` of the directory that the
    /// path names.
    pub(super) fn parent_opened(&self, at: &At) -> Result<Last, Error> {
        let last = self.parent(at)?;
        if last.slash {
            let directory = self.find(at, Follow::Yes)?;
            return Ok(Last { directory, name: Name::Dot, ..last });
        }
        if last.name == Name::DotDot {
            self.look_up(&last)?;
        }
        Ok(last)
    }

    /// Walks to everything but the last component.
    pub(super) fn parent(&self, at: &At) -> Result<Last, Error> {
        let base = self.check(at)?;
        self.walk(base, base, &at.path, 0)
    }

    fn check(&self, at: &At) -> Result<Id, Error> {
        self.opened(at.directory)?;
        let base = self.base(at)?.node;
        if at.path.is_empty() {
            return Err(Error::NoEntry);
        }
        if at.path.len() as u64 > u64::from(self.limits.path) {
            return Err(Error::NameTooLong);
        }
        if at.path.contains('\0') {
            return Err(Error::Invalid);
        }
        if at.path.starts_with('/') {
            return Err(Error::NotPermitted);
        }
        Ok(base)
    }

    fn walk(&self, base: Id, from: Id, path: &str, mut links: usize) -> Result<Last, Error> {
        let mut directory = from;
        let mut rest = path.to_owned();
        loop {
            let end = rest.find('/').unwrap_or(rest.len());
            let tail = rest[end..].trim_start_matches('/').to_owned();
            let name = match &rest[..end] {
                "." => Name::Dot,
                ".." => Name::DotDot,
                name => Name::Normal(name.to_owned()),
            };
            let last = Last { directory, name, slash: end < rest.len(), base, links };
            if tail.is_empty() {
                return Ok(last);
            }
            let Found::Node(id) = self.look_up(&last)? else { return Err(Error::NoEntry) };
            match &self.node(id).body {
                Body::Directory(_) => {
                    directory = id;
                    rest = tail;
                }
                Body::Symlink(target) => {
                    links += 1;
                    if links > LINKS {
                        return Err(Error::Loop);
                    }
                    rest = format!("{target}/{tail}");
                }
                Body::File(_) => return Err(Error::NotDirectory),
            }
        }
    }

    /// Returns the node under the last component.
    pub(super) fn look_up(&self, last: &Last) -> Result<Found, Error> {
        let directory = self.node(last.directory).directory();
        match &last.name {
            Name::Dot => Ok(Found::Node(last.directory)),
            Name::DotDot if last.directory == last.base => Err(Error::NotPermitted),
            Name::DotDot => Ok(Found::Node(directory.parent.expect("only the base has none"))),
            // Nothing can be made here, so Linux does not check the name.
            Name::Normal(_) if directory.removed => Ok(Found::Nothing),
            Name::Normal(name) => match directory.entries.get(name) {
                // This also holds if a lowered limit would not allow the name now.
                Some(entry) => Ok(Found::Node(entry.node)),
                None if name.len() as u64 > u64::from(self.limits.name.min(65_535)) => {
                    Err(Error::NameTooLong)
                }
                None => Ok(Found::Nothing),
            },
        }
    }

    /// Returns the path to which a symbolic link leads from `last`, except its last component;
    /// `None` for other nodes.
    pub(super) fn follow(&self, last: &Last, id: Id) -> Result<Option<Last>, Error> {
        let Body::Symlink(target) = &self.node(id).body else { return Ok(None) };
        if last.links == LINKS {
            return Err(Error::Loop);
        }
        self.walk(last.base, last.directory, target, last.links + 1).map(Some)
    }
}
