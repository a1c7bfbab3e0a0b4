//! From a path to a node, as POSIX resolves it, never out of the directory where it starts.

use alloc::borrow::Cow;

use crate::attributes::Kind;
use crate::entries;
use crate::error::{Error, Result};
use crate::node;
use crate::pages::PageStore;
use crate::path::{self, Component};
use crate::space::Space;

/// Whether a symbolic link at the end of a path is followed. Those before the end always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Follow {
    /// What it leads to is meant.
    Yes,
    /// The link itself is meant.
    No,
}

/// How many symbolic links one path may lead through, as on Linux.
const LINKS: usize = 40;

/// What is wanted of the last component.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    /// The node. A symbolic link is followed also where a slash comes after it.
    Node(Follow),
    /// The node, or where it would be made; a name with a slash after it is refused before it is
    /// looked at, as Linux does.
    Create(Follow),
    /// Its name in its directory, which [`Space::look_at`] looks up; no link is followed.
    Name,
}

/// Where a path ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// The directory in which the last component is looked up; for `.` and `..` the one that is meant.
    pub(crate) directory: u32,
    pub(crate) last: Component,
    /// 0 where the last component is written in the path, else the symbolic link that it is in.
    link: u32,
    start: usize,
    end: usize,
    /// Whether a slash follows the last component, so that only a directory will do.
    pub(crate) slash: bool,
    /// Of the last component, where it is a name.
    pub(crate) tag: u32,
    pub(crate) entry: Option<u32>,
    pub(crate) node: Option<u32>,
}

/// A text with components yet to come.
#[derive(Clone, Copy, Default)]
struct Frame {
    /// 0 for the path, else a symbolic link.
    link: u32,
    at: u32,
}

/// The texts under way: the path, and the links that it led into.
struct Frames {
    frames: [Frame; LINKS + 1],
    depth: usize,
}

impl<S: PageStore> Space<S> {
    /// Follows `path` from `base`, which is a directory.
    pub(crate) fn resolve(&self, base: u32, path: &str, wanted: Last) -> Result<End> {
        path::check(path, self.limits())?;
        let mut frames = Frames { frames: [Frame::default(); LINKS + 1], depth: 0 };
        let mut directory = base;
        let mut links = 0;
        loop {
            let (link, start, end) = self.next(&mut frames, path).ok_or(Error::NoEntry)?;
            let (is_last, slash) = self.rest(&frames, path);
            let name = &self.text(link, path)[start..end];
            let last = Component::of(name);
            let found =
                End { directory, last, link, start, end, slash, tag: 0, entry: None, node: None };
            match last {
                Component::Name => {}
                Component::Dot | Component::DotDot => {
                    if last == Component::DotDot {
                        directory = self.parent(base, directory)?;
                    }
                    if is_last {
                        return Ok(End { directory, node: Some(directory), ..found });
                    }
                    continue;
                }
            }
            if is_last && slash && matches!(wanted, Last::Create(_)) {
                return Err(Error::IsDirectory);
            }
            if is_last && wanted == Last::Name {
                return Ok(found);
            }
            let found = self.look(found, name)?;
            let node = found.node;
            let Some(node) = node else {
                return if is_last { Ok(found) } else { Err(Error::NoEntry) };
            };
            match self.stock.node(node).kind() {
                Kind::Directory if is_last => return Ok(found),
                Kind::Directory => directory = node,
                Kind::RegularFile if is_last && !slash => return Ok(found),
                Kind::RegularFile => return Err(Error::NotDirectory),
                Kind::SymbolicLink => {
                    let follow =
                        !matches!(wanted, Last::Node(Follow::No) | Last::Create(Follow::No));
                    if is_last && !slash && !follow {
                        return Ok(found);
                    }
                    links += 1;
                    if links > LINKS {
                        return Err(Error::Loop);
                    }
                    frames.push(node);
                }
            }
        }
    }

    /// Looks up the name at the end of a path.
    pub(crate) fn look_at(&self, end: End, path: &str) -> Result<End> {
        self.look(end, &self.text(end.link, path)[end.start..end.end])
    }

    fn look(&self, end: End, name: &str) -> Result<End> {
        // Linux finds a directory gone before it looks at the name.
        if self.is_removed(end.directory) {
            return Err(Error::NoEntry);
        }
        if name.len() > usize::try_from(self.limits().name).unwrap_or(usize::MAX) {
            return Err(Error::NameTooLong);
        }
        let tag = entries::tag(self.stock.seed, name.as_bytes());
        let entry = self.stock.layer.find(end.directory, tag, name);
        let node = entry.map(|entry| self.entry(entry).node);
        Ok(End { tag, entry, node, ..end })
    }

    /// The node that `path` names.
    pub(crate) fn resolve_node(&self, base: u32, path: &str, follow: Follow) -> Result<u32> {
        self.resolve(base, path, Last::Node(follow))?.node.ok_or(Error::NoEntry)
    }

    /// The name at the end of a path, apart from the space.
    pub(crate) fn name<'path>(&self, end: &End, path: &'path str) -> Result<Cow<'path, str>> {
        let within = end.start..end.end;
        if end.link == 0 {
            return Ok(Cow::Borrowed(&path[within]));
        }
        let name = node::boxed(&self.text(end.link, path)[within])?;
        Ok(Cow::Owned(name.into_string()))
    }

    /// Where `..` leads.
    fn parent(&self, base: u32, directory: u32) -> Result<u32> {
        if directory == base {
            return Err(Error::NotPermitted);
        }
        Ok(self.stock.directory(directory).parent)
    }

    fn text<'a>(&'a self, link: u32, path: &'a str) -> &'a str {
        match link {
            0 => path,
            link => self.stock.node(link).target().expect("BUG: it is a link"),
        }
    }

    /// Goes on to the next component of the innermost text that has one.
    fn next(&self, frames: &mut Frames, path: &str) -> Option<(u32, usize, usize)> {
        loop {
            let frame = &mut frames.frames[frames.depth];
            if let Some((start, end)) = path::next(self.text(frame.link, path), frame.at()) {
                frame.at = u32::try_from(end).expect("BUG: limits of paths have 32 bits");
                return Some((frame.link, start, end));
            }
            frames.depth = frames.depth.checked_sub(1)?;
        }
    }

    /// Whether nothing but slashes is left, and whether any is.
    fn rest(&self, frames: &Frames, path: &str) -> (bool, bool) {
        let mut slash = false;
        for frame in &frames.frames[..=frames.depth] {
            let text = self.text(frame.link, path);
            if path::next(text, frame.at()).is_some() {
                return (false, false);
            }
            slash |= frame.at() < text.len();
        }
        (true, slash)
    }
}

impl Frame {
    fn at(self) -> usize {
        usize::try_from(self.at).expect("BUG: 32 bits fit an index")
    }
}

impl Frames {
    fn push(&mut self, link: u32) {
        // There are as many places as links may be followed.
        self.depth += 1;
        self.frames[self.depth] = Frame { link, at: 0 };
    }
}
