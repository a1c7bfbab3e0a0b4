//! The differences between two versions of a tree, as names and nodes. The survey visits the nodes
//! that were copied and the directories that are new or gone. Only if a changed file has or had
//! several names does it walk over the whole tree, to find these names.

use alloc::vec::Vec;
use core::mem;
use core::num::NonZeroU32;

use crate::error::{Error, Result};
use crate::hash::Seed;
use crate::id::Id;
use crate::list::push;
use crate::marks::Marks;
use crate::node::{Entry, Home, Node};
use crate::pages::PageStore;
use crate::versions::Versions;

/// A difference at a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The name is new, and its node had no other name that is gone.
    Created,
    /// The name exists in both versions, and its node has other content.
    Changed,
    /// The name exists in both versions, and only times or the node itself differ.
    Metadata,
    /// A node has this name instead of another one.
    Renamed { from: Home, changed: bool },
    /// The name is gone.
    Removed,
}

/// A difference with its place: in the old version if the name is gone, and otherwise in the new
/// one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) home: Home,
    pub(crate) node: Id<Node>,
    pub(crate) change: Change,
}

/// All differences.
pub(crate) struct Survey {
    pub(crate) removed: Vec<Record>,
    pub(crate) present: Vec<Record>,
    /// True where the times of the root differ.
    pub(crate) root: bool,
}

/// A directory of one version, or two directories that are compared.
#[derive(Clone, Copy)]
struct Pair {
    old: Option<Id<Node>>,
    new: Option<Id<Node>>,
}

struct Surveyor<'walk, 'space, S: PageStore> {
    versions: &'walk Versions<'space, S>,
    root: Id<Node>,
    /// Directories of the template, marked true if they are in the new version.
    alive: Marks,
    waiting: Vec<Pair>,
    /// Names that lead to another file or symbolic link, each with the record of the old one.
    replaced: Vec<(Id<Node>, Record)>,
    survey: Survey,
}

/// Compares two versions of a tree.
pub(crate) fn survey<S: PageStore>(
    versions: &Versions<'_, S>,
    root: Id<Node>,
    seed: Seed,
) -> Result<Survey> {
    let survey = Survey { removed: Vec::new(), present: Vec::new(), root: false };
    let alive = Marks::new(seed);
    let (waiting, replaced) = (Vec::new(), Vec::new());
    let mut surveyor = Surveyor { versions, root, alive, waiting, replaced, survey };
    let copied = versions.copied()?;
    surveyor.names(&copied)?;
    surveyor.contents()?;
    surveyor.survey.join_renames();
    surveyor.nodes(&copied)?;
    Ok(surveyor.survey)
}

impl<S: PageStore> Surveyor<'_, '_, S> {
    /// Compares the names in all directories that may differ.
    fn names(&mut self, copied: &[Id<Node>]) -> Result<()> {
        for node in copied {
            let directory = self.versions.old.node(*node).directory();
            if directory.is_some() && self.is_alive(*node)? {
                self.waiting_for(Some(*node), Some(*node))?;
            }
        }
        while let Some(Pair { old, new }) = self.waiting.pop() {
            let mut entries = Vec::new();
            self.versions
                .entries(old, new, &mut |entry, is_new| push(&mut entries, (entry, is_new)))?;
            let name = |entry| self.versions.name(entry);
            entries.sort_unstable_by_key(|(entry, is_new)| (name(*entry), *is_new));
            for names in entries.chunk_by(|(one, _), (other, _)| name(*one) == name(*other)) {
                let entry = |wanted| names.iter().find(|(_, is_new)| *is_new == wanted);
                let record = |directory, wanted| self.record(directory?, entry(wanted)?.0);
                self.name(record(old, false), record(new, true))?;
            }
        }
        Ok(())
    }

    fn waiting_for(&mut self, old: Option<Id<Node>>, new: Option<Id<Node>>) -> Result<()> {
        push(&mut self.waiting, Pair { old, new })
    }

    fn record(&self, directory: Id<Node>, entry: Id<Entry>) -> Option<Record> {
        let node = self.versions.new.get(entry).node;
        Some(Record { home: Home { directory, entry }, node, change: Change::Created })
    }

    /// Compares the nodes of one name in both versions.
    fn name(&mut self, old: Option<Record>, new: Option<Record>) -> Result<()> {
        if let (Some(was), Some(is)) = (old, new)
            && (was.node == is.node || self.replace(was, is)?)
        {
            return Ok(());
        }
        if let Some(was) = old {
            push(&mut self.survey.removed, Record { change: Change::Removed, ..was })?;
            let directory = self.versions.old.node(was.node).directory();
            if directory.is_some() && !self.is_alive(was.node)? {
                self.waiting_for(Some(was.node), None)?;
            }
        }
        if let Some(is) = new {
            push(&mut self.survey.present, is)?;
            let directory = self.versions.new.node(is.node).directory();
            if directory.is_some() && !self.versions.is_old(is.node) {
                self.waiting_for(None, Some(is.node))?;
            }
        }
        Ok(())
    }

    /// Compares a node with the one that took its place under the same name. Returns false if the
    /// name must be reported as removed and created.
    fn replace(&mut self, was: Record, is: Record) -> Result<bool> {
        let (old, new) = (self.versions.old.node(was.node), self.versions.new.node(is.node));
        if old.kind() != new.kind() {
            return Ok(false);
        }
        if old.directory().is_none() {
            push(&mut self.replaced, (was.node, is))?;
            return Ok(true);
        }
        // A directory that was moved is followed to its new place.
        if self.versions.is_old(is.node) || self.is_alive(was.node)? {
            return Ok(false);
        }
        self.waiting_for(Some(was.node), Some(is.node))?;
        push(&mut self.survey.present, Record { change: Change::Metadata, ..is })?;
        Ok(true)
    }

    /// Compares the contents of nodes that took the places of others, once for each pair, whatever
    /// the number of names.
    fn contents(&mut self) -> Result<()> {
        let pair = |(old, record): &(Id<Node>, Record)| (old.number(), record.node.number());
        self.replaced.sort_unstable_by_key(pair);
        for same in self.replaced.chunk_by(|one, other| pair(one) == pair(other)) {
            let (old, Record { node, .. }) = same[0];
            let (old, new) = (self.versions.old.node(old), self.versions.new.node(node));
            let equal = self.versions.is_equal(old, new)?;
            let change = if equal { Change::Metadata } else { Change::Changed };
            for (_, record) in same {
                push(&mut self.survey.present, Record { change, ..*record })?;
            }
        }
        Ok(())
    }

    /// Returns whether a directory of the template is in the new version.
    fn is_alive(&mut self, directory: Id<Node>) -> Result<bool> {
        // First walk up to a directory with a known answer, then the same way again to record it.
        let mut at = directory;
        let outcome = loop {
            if at == self.root {
                break true;
            }
            if let Some(known) = self.alive.get(at) {
                break known;
            }
            let node = self.versions.new.node(at);
            let named = node.home().filter(|home| self.versions.names(*home, at));
            match named {
                Some(home) if !node.is_removed() => at = home.directory,
                _ => break false,
            }
        };
        let end = at;
        at = directory;
        loop {
            if at != self.root {
                self.alive.set(at, outcome)?;
            }
            if at == end {
                return Ok(outcome);
            }
            let home = self.versions.new.node(at).home();
            at = home.expect("BUG: the way was walked before").directory;
        }
    }

    /// Compares the nodes that have a copy.
    fn nodes(&mut self, copied: &[Id<Node>]) -> Result<()> {
        let mut came = mem::take(&mut self.survey.present);
        came.sort_unstable_by_key(place);
        let mut kept = Vec::new();
        let mut scattered = Vec::new();
        for id in copied {
            let Some(change) = self.compare(*id)? else { continue };
            let node = self.versions.new.node(*id);
            if *id == self.root {
                self.survey.root = true;
            } else if node.home().is_none() || node.is_linked() {
                push(&mut scattered, (*id, change))?;
            } else if let Some(home) = node.home()
                && self.versions.names(home, *id)
                && self.is_alive(home.directory)?
            {
                keep(&mut came, &mut kept, Record { home, node: *id, change })?;
            }
        }
        if !scattered.is_empty() {
            self.search(&scattered, &mut |record| keep(&mut came, &mut kept, record))?;
        }
        came.try_reserve(kept.len()).map_err(|_| Error::InsufficientSpace)?;
        came.append(&mut kept);
        self.survey.present = came;
        Ok(())
    }

    /// Compares the versions of a node. Of a directory only the times that its entries do not
    /// change are compared.
    fn compare(&self, id: Id<Node>) -> Result<Option<Change>> {
        let (old, new) = (self.versions.old.node(id), self.versions.new.node(id));
        if new.is_removed() {
            return Ok(None);
        }
        let is_directory = old.directory().is_some();
        if !is_directory && !self.versions.is_equal(old, new)? {
            return Ok(Some(Change::Changed));
        }
        let accessed = old.times.accessed() == new.times.accessed();
        let modified = is_directory || old.times.modified() == new.times.modified();
        Ok((!(accessed && modified)).then_some(Change::Metadata))
    }

    /// Finds all names of some nodes, which are in the order of their numbers.
    fn search(
        &self,
        nodes: &[(Id<Node>, Change)],
        each: &mut impl FnMut(Record) -> Result<()>,
    ) -> Result<()> {
        let mut directories = Vec::new();
        push(&mut directories, self.root)?;
        while let Some(directory) = directories.pop() {
            self.versions.entries(None, Some(directory), &mut |entry, _| {
                let node = self.versions.new.get(entry).node;
                let found = nodes.binary_search_by_key(&node.number(), |(node, _)| node.number());
                match found {
                    Ok(at) => {
                        let home = Home { directory, entry };
                        each(Record { home, node, change: nodes[at].1 })
                    }
                    Err(_) if self.versions.new.node(node).directory().is_some() => {
                        push(&mut directories, node)
                    }
                    Err(_) => Ok(()),
                }
            })?;
        }
        Ok(())
    }
}

/// Returns the key by which records are found.
fn place(record: &Record) -> (NonZeroU32, NonZeroU32) {
    (record.node.number(), record.home.entry.number())
}

/// Adds a changed node under a name, unless the name itself is among the differences. Precondition:
/// `came` is in the order of places.
fn keep(came: &mut [Record], kept: &mut Vec<Record>, record: Record) -> Result<()> {
    let Ok(at) = came.binary_search_by_key(&place(&record), place) else {
        return push(kept, record);
    };
    if let Change::Renamed { changed, .. } = &mut came[at].change {
        *changed = record.change == Change::Changed;
    }
    Ok(())
}

impl Survey {
    /// Joins a name that is gone and a new one to one rename, if the node has exactly these two.
    fn join_renames(&mut self) {
        let Self { removed, present, .. } = self;
        let order = |record: &Record| (record.node.number(), record.change != Change::Created);
        removed.sort_unstable_by_key(order);
        present.sort_unstable_by_key(order);
        for gone in removed.chunk_by_mut(|one, other| one.node == other.node) {
            let first =
                present.partition_point(|record| order(record) < (gone[0].node.number(), false));
            let mut came = present[first..].iter_mut().take_while(|record| {
                record.node == gone[0].node && record.change == Change::Created
            });
            if let (Some(record), None) = (came.next(), came.next())
                && let [gone] = gone
            {
                record.change = Change::Renamed { from: gone.home, changed: false };
                gone.change = record.change;
            }
        }
        removed.retain(|record| record.change == Change::Removed);
    }
}
