//! A recount of everything, from the root and the handles, compared with the recorded amounts.

use alloc::vec::Vec;
use core::fmt;

use crate::branch::Branch;
use crate::id::Id;
use crate::index::Part;
use crate::layer::{Layer, Renumbered, Row};
use crate::limits::Usage;
use crate::list;
use crate::map::Index;
use crate::name::Tag;
use crate::node::{Entry, File, Home, Node};
use crate::page::Page;
use crate::pages::{PAGE, PageStore};
use crate::space::Space;
use crate::stored::bytes;
use crate::trie::Step;

/// A difference between a recorded amount and a recount: a bug of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The name of the amount.
    pub what: &'static str,
    /// The recounted amount.
    pub counted: u64,
    /// The recorded amount.
    pub booked: u64,
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, counted, booked } = self;
        write!(formatter, "{what}: counted {counted}, booked {booked}")
    }
}

impl core::error::Error for Drift {}

impl<S: PageStore> Space<S> {
    /// Recounts the space and compares the result with the recorded amounts.
    ///
    /// It walks over everything that the root and the handles reach, and compares it with the
    /// charges and the tables. It also compares every count of links, handles and entries. The time
    /// is linear in the size of the space, and it needs memory for one number per node.
    ///
    /// # Errors
    /// The first difference. If there is no memory to count, that is reported as a difference, too.
    pub fn audit(&self) -> Result<(), Drift> {
        let mut count = Count::of(self);
        count.tree()?;
        count.files()?;
        count.handles()?;
        count.copies();
        count.compare()
    }
}

/// The amounts found so far.
struct Count<'space, S: PageStore> {
    space: &'space Space<S>,
    layer: &'space Layer<S>,
    used: Usage,
    own: Own,
    /// The nodes of all names of files and symbolic links.
    named: Vec<Id<Node>>,
    /// The handles that the nodes count.
    opens: u64,
}

/// Numbers of rows that are the space's own.
#[derive(Default)]
struct Own {
    nodes: u32,
    entries: u32,
    branches: u32,
    buckets: u32,
    pages: u32,
}

fn equal(what: &'static str, counted: impl Into<u64>, booked: impl Into<u64>) -> Result<(), Drift> {
    let (counted, booked) = (counted.into(), booked.into());
    if counted == booked { Ok(()) } else { Err(Drift { what, counted, booked }) }
}

/// Returns the number of a row, or 0.
fn number<T>(id: Option<Id<T>>) -> u32 {
    id.map_or(0, |id| id.number().get())
}

fn push(ids: &mut Vec<Id<Node>>, id: Id<Node>) -> Result<(), Drift> {
    let full = Drift { what: "no memory to count", counted: 0, booked: 0 };
    list::push(ids, id).map_err(|_| full)
}

impl<'space, S: PageStore> Count<'space, S> {
    fn of(space: &'space Space<S>) -> Self {
        let (used, own) = (Usage::default(), Own::default());
        Self { space, layer: &space.stock.layer, used, own, named: Vec::new(), opens: 0 }
    }

    fn row<T: Row<S> + Renumbered>(&mut self, id: Id<T>) {
        self.used = self.used.plus(self.layer.get(id).cost());
    }

    fn branch(&mut self, id: Id<Branch>) {
        self.row(id);
        self.own.branches += u32::from(self.layer.owns(id));
    }

    /// Counts every directory and all entries.
    fn tree(&mut self) -> Result<(), Drift> {
        let mut directories = Vec::new();
        push(&mut directories, self.space.root)?;
        while let Some(directory) = directories.pop() {
            self.node(directory)?;
            let node = self.layer.node(directory);
            let held = self.space.stock.directory(directory);
            let (mut entries, mut below) = (0_u64, 0_u64);
            let mut outcome = Ok(());
            self.layer.map_walk(&held.order, &mut |step| match step {
                Step::Branch(branch) => self.branch(branch),
                Step::Value(place, entry) if outcome.is_ok() => {
                    entries += 1;
                    outcome = self.entry(directory, place, entry).and_then(|child| {
                        let Some(child) = child else { return Ok(()) };
                        below += 1;
                        push(&mut directories, child)
                    });
                }
                Step::Value(..) => {}
            });
            outcome?;
            equal("entries of a directory", entries, held.count)?;
            equal("links of a directory", below + 2, node.links)?;
            equal("entries in an index", self.index(&held.index), held.count)?;
        }
        Ok(())
    }

    /// Counts one entry, and returns the directory that it names.
    fn entry(
        &mut self,
        directory: Id<Node>,
        place: u64,
        id: Id<Entry>,
    ) -> Result<Option<Id<Node>>, Drift> {
        self.row(id);
        self.own.entries += u32::from(self.layer.owns(id));
        let entry = self.layer.get(id);
        equal("place of an entry", place, entry.place)?;
        let held = self.space.stock.directory(directory);
        equal("a place below the next", u64::from(place < held.next), 1_u64)?;
        equal("an epoch that was", u64::from(entry.epoch <= held.epoch), 1_u64)?;
        let name = entry.name.bytes();
        let tag = Tag::of(self.space.stock.seed, name);
        let found = self.layer.index_find(&held.index, tag, name);
        equal("entry that a name finds", number(found), number(Some(id)))?;
        self.home(entry.node)?;
        if let Some(child) = self.layer.node(entry.node).directory() {
            equal("parent of a directory", number(Some(directory)), number(child.parent))?;
            return Ok(Some(entry.node));
        }
        push(&mut self.named, entry.node)?;
        Ok(None)
    }

    /// Compares the name that a node remembers with the entry of that name.
    fn home(&self, id: Id<Node>) -> Result<(), Drift> {
        let node = self.layer.node(id);
        let Some(Home { directory, entry }) = node.home().filter(|_| S::TEMPLATES) else {
            let needed = S::TEMPLATES && node.directory().is_some();
            return equal("the name of a directory", 0_u64, u64::from(needed));
        };
        let held = self.space.stock.directory(directory);
        let found = self.layer.find(entry);
        let at = found.and_then(|found| self.layer.map_get(&held.order, found.place));
        equal("the entry that a node knows", number(at), number(Some(entry)))?;
        let node = found.map(|found| found.node);
        equal("the node of the entry that it knows", number(node), number(Some(id)))
    }

    /// Counts the index of a directory, and returns the number of its entries.
    fn index(&mut self, index: &Index) -> u64 {
        let mut entries = 0;
        self.layer.index_walk(index, &mut |part| match part {
            Part::Branch(branch) => self.branch(branch),
            Part::Bucket(bucket) => {
                self.row(bucket);
                self.own.buckets += u32::from(self.layer.owns(bucket));
                entries += self.layer.get(bucket).len();
            }
        });
        u64::try_from(entries).unwrap_or(u64::MAX)
    }

    /// Counts every file and symbolic link with a name.
    fn files(&mut self) -> Result<(), Drift> {
        let mut named = core::mem::take(&mut self.named);
        named.sort_unstable_by_key(|id| id.number());
        for names in named.chunk_by(|one, other| one == other) {
            self.node(names[0])?;
            let links = u64::try_from(names.len()).unwrap_or(u64::MAX);
            equal("links of a file", links, self.layer.node(names[0]).links)?;
        }
        Ok(())
    }

    /// Counts every handle, and every node that only handles keep.
    fn handles(&mut self) -> Result<(), Drift> {
        let mut opened = Vec::new();
        for open in self.space.handles.rows() {
            push(&mut opened, open.node)?;
        }
        opened.sort_unstable_by_key(|id| id.number());
        for handles in opened.chunk_by(|one, other| one == other) {
            let node = self.layer.node(handles[0]);
            let opens = u64::try_from(handles.len()).unwrap_or(u64::MAX);
            equal("handles of a node", opens, node.opens)?;
            if node.is_removed() {
                self.node(handles[0])?;
                let entries = node.directory().map_or(0, |held| held.count);
                equal("entries of a removed directory", 0_u64, entries)?;
            }
        }
        equal("handles", self.space.handles.live(), self.opens)?;
        self.used.handles = u64::from(self.space.handles.live());
        Ok(())
    }

    /// Counts a node, and the pages of a file.
    fn node(&mut self, id: Id<Node>) -> Result<(), Drift> {
        let node = self.layer.node(id);
        self.used = self.used.plus(Row::<S>::cost(node));
        self.opens += u64::from(node.opens);
        let own = self.layer.owns(id);
        let copied = !own && self.layer.copy_of(id).is_some();
        self.own.nodes += u32::from(own || copied);
        let Some(File { size, pages }) = node.file() else { return Ok(()) };
        let mut outcome = Ok(());
        self.layer.map_walk(pages, &mut |step| match step {
            Step::Branch(branch) => self.branch(branch),
            Step::Value(place, page) if outcome.is_ok() => {
                outcome = self.page(*size, place, page);
            }
            Step::Value(..) => {}
        });
        outcome
    }

    /// Counts a page, and checks that it is zero beyond the end of its file.
    fn page(&mut self, size: u64, place: u64, id: Id<Page>) -> Result<(), Drift> {
        self.used = self.used.plus(self.space.stock.page_cost(id));
        self.own.pages += u32::from(self.layer.pages.owns(id));
        let page = u64::try_from(PAGE).unwrap_or(u64::MAX);
        let within = size.saturating_sub(place * page);
        equal("a page within its file", u64::from(within > 0), 1_u64)?;
        let capacity = bytes(self.space.stock.capacity(id));
        let end = usize::try_from(within).unwrap_or(usize::MAX).min(capacity);
        for at in (end..capacity).step_by(256) {
            let mut rest = [0; 256];
            let rest = &mut rest[..(capacity - at).min(256)];
            let read = self.layer.read_page(id, at, rest.len(), &mut { &mut *rest });
            let zero = read.is_err() || rest.iter().all(|byte| *byte == 0);
            equal("zeros beyond the end of a file", u64::from(zero), 1_u64)?;
        }
        Ok(())
    }

    /// Counts the branches that lead to copies of a template's nodes.
    fn copies(&mut self) {
        self.layer.map_walk(&self.layer.changed, &mut |step| {
            self.own.branches += u32::from(matches!(step, Step::Branch(_)));
        });
    }

    fn compare(&self) -> Result<(), Drift> {
        let (used, booked, own) = (self.used, self.space.usage(), &self.own);
        equal("content", used.content, booked.content)?;
        equal("metadata", used.metadata, booked.metadata)?;
        equal("nodes", used.nodes, booked.nodes)?;
        equal("charged handles", used.handles, booked.handles)?;
        if let Some(owned) = self.space.stock.quota.owned() {
            let pages = self.layer.pages.rows().map(|page| u64::from(page.capacity));
            equal("content charged to the shared limit", pages.sum::<u64>(), owned)?;
        }
        equal("rows of nodes", own.nodes, self.layer.nodes.live())?;
        equal("rows of entries", own.entries, self.layer.entries.live())?;
        equal("rows of branches", own.branches, self.layer.branches.live())?;
        equal("rows of buckets", own.buckets, self.layer.buckets.live())?;
        equal("rows of pages", own.pages, self.layer.pages.live())
    }
}
