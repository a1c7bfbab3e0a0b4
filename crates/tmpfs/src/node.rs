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
    /// No other node of the space, or of one with the same template, ever has it.
    pub(crate) serial: u64,
    pub(crate) times: Times,
    /// Names; of a directory 2 and one for each subdirectory. 0 once removed.
    pub(crate) links: u32,
    /// Handles.
    pub(crate) opens: u32,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) enum Body {
    File(File),
    Directory(Directory),
    /// The target of a symbolic link: not empty, not absolute.
    Link(Box<str>),
}

#[derive(Debug)]
pub(crate) struct File {
    pub(crate) size: u64,
    /// From the number of a page in the file to the page; holes are left out.
    pub(crate) pages: Map<Page>,
}

impl File {
    pub(crate) const EMPTY: Self = Self { size: 0, pages: Map::EMPTY };

    /// Returns a copy that is to take the place of this one, or to stand for it in a layer above.
    #[inline]
    pub(crate) fn share(&self) -> Self {
        Self { size: self.size, pages: self.pages.share() }
    }
}

#[derive(Debug)]
pub(crate) struct Directory {
    /// `None` for the root, and once removed.
    pub(crate) parent: Option<Id<Node>>,
    /// The number of entries.
    pub(crate) count: u32,
    /// Finds an entry by its name (see `index.rs`).
    pub(crate) index: Index,
    /// From the place in the listing to the entry.
    pub(crate) order: Map<Entry>,
    /// The place of the next entry.
    pub(crate) next: u64,
    /// The number of times that places became free again. Of two entries at one place, the later
    /// one has the higher epoch.
    pub(crate) epoch: u32,
}

impl Directory {
    pub(crate) const fn under(parent: Option<Id<Node>>) -> Self {
        Self { parent, count: 0, index: Index::EMPTY, order: Map::EMPTY, next: 0, epoch: 0 }
    }

    /// Returns a copy that is to take the place of this one, or to stand for it in a layer above.
    #[inline]
    pub(crate) fn share(&self) -> Self {
        Self { index: self.index.share(), order: self.order.share(), ..*self }
    }
}

impl Node {
    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        match self.body {
            Body::File(_) => Kind::RegularFile,
            Body::Directory(_) => Kind::Directory,
            Body::Link(_) => Kind::SymbolicLink,
        }
    }

    /// Returns whether its last name was removed.
    #[inline]
    pub(crate) fn is_removed(&self) -> bool {
        self.links == 0
    }

    /// Returns whether nothing keeps it: no name and no handle.
    #[inline]
    pub(crate) fn is_unused(&self) -> bool {
        self.is_removed() && self.opens == 0
    }

    #[inline]
    pub(crate) fn file(&self) -> Option<&File> {
        match &self.body {
            Body::File(file) => Some(file),
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
            Body::Link(target) => Some(target),
            _ => None,
        }
    }

    /// Returns the content of a node that is known to be a file.
    #[inline]
    pub(crate) fn file_mut(&mut self) -> &mut File {
        match &mut self.body {
            Body::File(file) => file,
            _ => panic!("BUG: it was a file before"),
        }
    }

    /// Returns the content of a node that is known to be a directory.
    #[inline]
    pub(crate) fn directory_mut(&mut self) -> &mut Directory {
        match &mut self.body {
            Body::Directory(directory) => directory,
            _ => panic!("BUG: it was a directory before"),
        }
    }

    pub(crate) fn try_clone(&self) -> Result<Self> {
        let body = match &self.body {
            Body::File(file) => Body::File(file.share()),
            Body::Directory(directory) => Body::Directory(directory.share()),
            Body::Link(target) => Body::Link(text::boxed(target)?),
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
    /// The directory's epoch when the entry came.
    pub(crate) epoch: u32,
    pub(crate) node: Id<Node>,
}

impl Entry {
    pub(crate) fn try_clone(&self) -> Result<Self> {
        Ok(Self { name: Name::new(self.name.as_str())?, ..*self })
    }
}
