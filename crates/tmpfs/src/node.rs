//! Files, directories and symbolic links, apart from their names.

use alloc::{boxed::Box, vec::Vec};

use crate::branch::Map;
use crate::error::{Error, Result};
use crate::stat::{Kind, Timestamp};

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
    /// What a symbolic link holds: not empty, not absolute.
    Link(Box<str>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    pub(crate) size: u64,
    /// From the number of a page in the file to the page; holes are left out.
    pub(crate) pages: Map,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Directory {
    /// 0 for the root, and once removed.
    pub(crate) parent: u32,
    /// How many entries there are.
    pub(crate) count: u32,
    /// Finds an entry by its name (see `index.rs`).
    pub(crate) index: u32,
    /// From the place in the listing to the entry.
    pub(crate) order: Map,
    /// The place of the next entry.
    pub(crate) next: u64,
    /// The number of times that places became free again. Of two entries at one place, the later one has the higher
    /// epoch.
    pub(crate) epoch: u32,
}

impl Directory {
    pub(crate) const fn under(parent: u32) -> Self {
        Self { parent, count: 0, index: 0, order: Map::EMPTY, next: 0, epoch: 0 }
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

    /// The node of a file known to be one.
    #[inline]
    pub(crate) fn file_mut(&mut self) -> &mut File {
        match &mut self.body {
            Body::File(file) => file,
            _ => panic!("BUG: it was a file before"),
        }
    }

    /// The node of a directory known to be one.
    #[inline]
    pub(crate) fn directory_mut(&mut self) -> &mut Directory {
        match &mut self.body {
            Body::Directory(directory) => directory,
            _ => panic!("BUG: it was a directory before"),
        }
    }

    pub(crate) fn try_clone(&self) -> Result<Self> {
        let body = match &self.body {
            Body::File(file) => Body::File(*file),
            Body::Directory(directory) => Body::Directory(*directory),
            Body::Link(target) => Body::Link(boxed(target)?),
        };
        let Self { serial, times, links, opens, .. } = *self;
        Ok(Self { serial, times, links, opens, body })
    }
}

/// A copy of `text` on the heap.
pub(crate) fn boxed(text: &str) -> Result<Box<str>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(text.len()).map_err(|_| Error::InsufficientSpace)?;
    bytes.extend_from_slice(text.as_bytes());
    // Of a string as long as its capacity nothing is allocated again.
    let text = alloc::string::String::from_utf8(bytes).expect("BUG: it was text before");
    Ok(text.into_boxed_str())
}

/// Three moments, packed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    seconds: [i64; 3],
    nanoseconds: [u32; 3],
}

impl Times {
    const ACCESSED: usize = 0;
    const MODIFIED: usize = 1;
    const CHANGED: usize = 2;

    #[inline]
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { seconds: [now.seconds; 3], nanoseconds: [now.nanoseconds; 3] }
    }

    pub(crate) fn accessed(&self) -> Timestamp {
        self.get(Self::ACCESSED)
    }

    pub(crate) fn modified(&self) -> Timestamp {
        self.get(Self::MODIFIED)
    }

    pub(crate) fn changed(&self) -> Timestamp {
        self.get(Self::CHANGED)
    }

    #[inline]
    pub(crate) fn set_accessed(&mut self, time: Timestamp) {
        self.set(Self::ACCESSED, time);
    }

    #[inline]
    pub(crate) fn set_modified(&mut self, time: Timestamp) {
        self.set(Self::MODIFIED, time);
    }

    #[inline]
    pub(crate) fn set_changed(&mut self, time: Timestamp) {
        self.set(Self::CHANGED, time);
    }

    /// Content changed, and with it the node.
    #[inline]
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.set_modified(now);
        self.set_changed(now);
    }

    #[inline]
    fn get(&self, which: usize) -> Timestamp {
        Timestamp { seconds: self.seconds[which], nanoseconds: self.nanoseconds[which] }
    }

    #[inline]
    fn set(&mut self, which: usize, time: Timestamp) {
        self.seconds[which] = time.seconds;
        self.nanoseconds[which] = time.nanoseconds;
    }
}
