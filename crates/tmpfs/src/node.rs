//! Files, directories and symbolic links, and the entries of directories that name them.

use alloc::boxed::Box;

use crate::error::Result;
use crate::id::Id;
use crate::map::{Index, Map};
use crate::name::Name;
use crate::page::Page;
use crate::stat::Kind;
use crate::text;
use crate::times::Times;

#[derive(Debug)]
pub(crate) struct Node {
    /// The serial number, which no other node of the space, or of a space with the same template,
    /// ever has.
    pub(crate) serial: u64,
    pub(crate) times: Times,
    /// The number of names; for a directory 2 and one for each subdirectory. It is 0 after removal.
    pub(crate) links: u32,
    /// The number of handles.
    pub(crate) opens: u32,
    /// The entry of the node's name, see [`Node::home`].
    pub(crate) entry: Option<Id<Entry>>,
    pub(crate) body: Body,
}

/// The content of a node. A file and a symbolic link also hold the directory of a name, see
/// [`Node::home`].
#[derive(Debug)]
pub(crate) enum Body {
    File(File, Option<Id<Node>>),
    Directory(Directory),
    /// The target of a symbolic link: not empty, not absolute.
    Link(Box<str>, Option<Id<Node>>),
}

/// A name of a node: the directory, and the entry in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) directory: Id<Node>,
    pub(crate) entry: Id<Entry>,
}

#[derive(Debug)]
pub(crate) struct File {
    pub(crate) size: u64,
    /// The pages by their number in the file. Holes have no page.
    pub(crate) pages: Map<Page>,
}

impl File {
    pub(crate) const EMPTY: Self = Self { size: 0, pages: Map::EMPTY };

    /// Returns a copy that replaces this file, or represents it in a layer above.
    #[inline]
    pub(crate) fn share(&self) -> Self {
        Self { size: self.size, pages: self.pages.share() }
    }
}

#[derive(Debug)]
pub(crate) struct Directory {
    /// The parent directory; `None` for the root and after removal.
    pub(crate) parent: Option<Id<Node>>,
    /// The number of entries.
    pub(crate) count: u32,
    /// The entries by name (see `index.rs`).
    pub(crate) index: Index,
    /// The entries by their place in the listing.
    pub(crate) order: Map<Entry>,
    /// The place of the next entry.
    pub(crate) next: u64,
    /// The number of times that places were released for new entries. Of two entries at one place,
    /// the later one has the higher epoch.
    pub(crate) epoch: u32,
}

impl Directory {
    pub(crate) const fn under(parent: Option<Id<Node>>) -> Self {
        Self { parent, count: 0, index: Index::EMPTY, order: Map::EMPTY, next: 0, epoch: 0 }
    }

    /// Returns a copy that replaces this directory, or represents it in a layer above.
    #[inline]
    pub(crate) fn share(&self) -> Self {
        Self { index: self.index.share(), order: self.order.share(), ..*self }
    }
}

impl Node {
    /// Returns a node without a name and without a handle. A directory counts two links from the
    /// start.
    #[inline]
    pub(crate) fn new(serial: u64, times: Times, body: Body) -> Self {
        let links = if matches!(body, Body::Directory(_)) { 2 } else { 1 };
        Self { serial, times, links, opens: 0, entry: None, body }
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        match self.body {
            Body::File(..) => Kind::RegularFile,
            Body::Directory(_) => Kind::Directory,
            Body::Link(..) => Kind::SymbolicLink,
        }
    }

    /// Returns a name of the node. A directory has only one. For another node it is the name that
    /// was given last; it is `None` if one of several names was removed since. It is `None` for the
    /// root. A removed node may still return its last name. Only spaces that can be frozen record
    /// names.
    pub(crate) fn home(&self) -> Option<Home> {
        let directory = match &self.body {
            Body::File(_, directory) | Body::Link(_, directory) => *directory,
            Body::Directory(held) => held.parent,
        };
        Some(Home { directory: directory?, entry: self.entry? })
    }

    /// Sets the name, or forgets it.
    #[inline]
    pub(crate) fn set_home(&mut self, home: Option<Home>) {
        self.entry = home.map(|home| home.entry);
        let directory = home.map(|home| home.directory);
        match &mut self.body {
            Body::File(_, held) | Body::Link(_, held) => *held = directory,
            Body::Directory(held) => held.parent = directory,
        }
    }

    /// Returns whether the node has several names.
    pub(crate) fn is_linked(&self) -> bool {
        self.directory().is_none() && self.links > 1
    }

    /// Returns whether the last name of the node was removed.
    #[inline]
    pub(crate) fn is_removed(&self) -> bool {
        self.links == 0
    }

    /// Returns whether the node has neither a name nor a handle.
    #[inline]
    pub(crate) fn is_unused(&self) -> bool {
        self.is_removed() && self.opens == 0
    }

    #[inline]
    pub(crate) fn file(&self) -> Option<&File> {
        match &self.body {
            Body::File(file, _) => Some(file),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn directory(&self) -> Option<&Directory> {
        match &self.body {
            Body::Directory(directory) => Some(directory),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn target(&self) -> Option<&str> {
        match &self.body {
            Body::Link(target, _) => Some(target),
            _ => None,
        }
    }

    /// Returns the content of a file. Precondition: the node is a file.
    #[inline]
    pub(crate) fn file_mut(&mut self) -> &mut File {
        match &mut self.body {
            Body::File(file, _) => file,
            _ => panic!("BUG: it was a file before"),
        }
    }

    /// Returns the content of a directory. Precondition: the node is a directory.
    #[inline]
    pub(crate) fn directory_mut(&mut self) -> &mut Directory {
        match &mut self.body {
            Body::Directory(directory) => directory,
            _ => panic!("BUG: it was a directory before"),
        }
    }

    pub(crate) fn try_clone(&self) -> Result<Self> {
        let body = match &self.body {
            Body::File(file, directory) => Body::File(file.share(), *directory),
            Body::Directory(directory) => Body::Directory(directory.share()),
            Body::Link(target, directory) => Body::Link(text::boxed(target)?, *directory),
        };
        Ok(Self { body, ..*self })
    }
}

/// A name in a directory, and the node that it names.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: Name,
    /// The place in the listing.
    pub(crate) place: u64,
    /// The epoch of the directory when the entry was added.
    pub(crate) epoch: u32,
    pub(crate) node: Id<Node>,
}

impl Entry {
    pub(crate) fn try_clone(&self) -> Result<Self> {
        Ok(Self { name: Name::new(self.name.as_str())?, ..*self })
    }
}
