//! The naive model of one space: a tree of nodes in the collections of `std`. It is copied before
//! every change, and restored if a limit refuses.

mod attributes;
pub(crate) mod charge;
mod content;
mod names;
mod open;
mod walk;

use std::collections::BTreeMap;
use std::rc::Rc;

use tmpfs::{DescriptorFlags, Error, Kind, Limits, MetadataHash, Stat, Timestamp, Usage};

use crate::operation::{Answer, At, Operation, Outcome, SLOTS, Slot};
pub(crate) use content::File;

/// Identity of a node; never used twice.
pub(crate) type Id = u64;

/// Entries by their serial numbers.
pub(crate) type Entries = BTreeMap<u64, (String, Kind)>;

const ROOT: Id = 0;

#[derive(Clone, Debug)]
pub(crate) struct Model {
    nodes: BTreeMap<Id, Rc<Node>>,
    slots: [Option<Open>; SLOTS],
    /// The next identity of a node or of an entry.
    next: u64,
    pub(crate) limits: Limits,
    /// The amounts of the other spaces that share a limit, and that limit.
    pub(crate) shared: Option<charge::Shared>,
    /// The hashes returned so far, each for one state of one node.
    hashes: BTreeMap<(u64, u64), HashedState>,
    /// The node of each inode number. No number is ever used for another node.
    inodes: BTreeMap<u64, Id>,
    /// The charges; within a step also the charges of the step so far.
    charged: Usage,
    /// The bytes of the pages that are not the template's, likewise.
    owned: u64,
    /// The number of templates below.
    layer: u32,
    /// The most that was ever charged of each.
    pub(crate) high: Usage,
    wasteful: bool,
}

/// The state that a metadata hash describes.
type HashedState = (Id, u64, Timestamp, Timestamp);

#[derive(Clone, Debug)]
struct Node {
    links: u64,
    accessed: Timestamp,
    modified: Timestamp,
    changed: Timestamp,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    File(File),
    Directory(Directory),
    Symlink(String),
}

#[derive(Clone, Debug, Default)]
struct Directory {
    entries: BTreeMap<String, Entry>,
    /// `None` for the root.
    parent: Option<Id>,
    removed: bool,
    /// The place in the listing that the next entry gets.
    next: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    node: Id,
    /// Differs for an entry that was removed and made again, also by way of another directory. An
    /// entry that is renamed within its directory keeps it.
    serial: u64,
    /// Its place in the listing: that of the last entry is given again once it is removed.
    place: u64,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    node: Id,
    flags: DescriptorFlags,
    /// True if the directory that it was opened from permits changes.
    mutable: bool,
}

impl Node {
    fn new(body: Body, now: Timestamp) -> Self {
        let links = if matches!(body, Body::Directory(_)) { 2 } else { 1 };
        Self { links, accessed: now, modified: now, changed: now, body }
    }

    fn kind(&self) -> Kind {
        match self.body {
            Body::File(_) => Kind::RegularFile,
            Body::Directory(_) => Kind::Directory,
            Body::Symlink(_) => Kind::SymbolicLink,
        }
    }

    fn is_directory(&self) -> bool {
        self.kind() == Kind::Directory
    }

    fn directory(&self) -> &Directory {
        match &self.body {
            Body::Directory(directory) => directory,
            _ => panic!("the model takes {self:?} for a directory"),
        }
    }

    fn directory_mut(&mut self) -> &mut Directory {
        match &mut self.body {
            Body::Directory(directory) => directory,
            other => panic!("the model takes {other:?} for a directory"),
        }
    }

    fn size(&self) -> u64 {
        match &self.body {
            Body::File(file) => file.size,
            Body::Directory(_) => 0,
            Body::Symlink(target) => target.len() as u64,
        }
    }

    fn stat(&self) -> Stat {
        Stat {
            kind: self.kind(),
            link_count: self.links,
            size: self.size(),
            accessed: self.accessed,
            modified: self.modified,
            changed: self.changed,
        }
    }
}

impl Model {
    pub(crate) fn create(
        limits: Limits,
        shared: Option<charge::Shared>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let root = Node::new(Body::Directory(Directory::default()), now);
        let mut model = Self {
            nodes: BTreeMap::from([(ROOT, Rc::new(root))]),
            slots: [None; SLOTS],
            next: ROOT + 1,
            limits,
            shared,
            hashes: BTreeMap::new(),
            inodes: BTreeMap::new(),
            charged: Usage::default(),
            owned: 0,
            layer: 0,
            high: Usage::default(),
            wasteful: false,
        };
        model.charge(model.usage())?;
        Ok(model)
    }

    /// Returns a space that starts from this one, which is frozen.
    pub(crate) fn start(
        &self,
        limits: Limits,
        shared: Option<charge::Shared>,
    ) -> Result<Self, Error> {
        let (hashes, inodes, none) = (BTreeMap::new(), BTreeMap::new(), Usage::default());
        let mut model =
            Self { limits, shared, hashes, inodes, charged: none, high: none, ..self.clone() };
        (model.layer, model.owned) = (self.layer + 1, 0);
        model.charge_apart(model.usage(), 0)?;
        Ok(model)
    }

    /// Does a step as `apply` does, with pages that cannot shrink.
    pub(crate) fn apply_wastefully(&mut self, operation: &Operation, now: Timestamp) -> Outcome {
        self.wasteful = true;
        let outcome = self.apply(operation, now);
        self.wasteful = false;
        outcome
    }

    /// Does a step and returns its answer. After an error nothing has changed.
    pub(crate) fn apply(&mut self, operation: &Operation, now: Timestamp) -> Outcome {
        let before = self.clone();
        let outcome = self.try_apply(operation, now);
        if outcome.is_err() {
            *self = Self { high: self.high, ..before };
        }
        self.settle();
        outcome
    }

    fn try_apply(&mut self, operation: &Operation, now: Timestamp) -> Outcome {
        let done = |()| Answer::Done;
        match operation {
            Operation::Root { flags } => self.root(*flags),
            Operation::Open { at, follow, open, flags } => {
                self.open_at(at, *follow, *open, *flags, now)
            }
            Operation::Close { handle } => self.close(*handle).map(done),
            Operation::Flags { handle } => Ok(Answer::Flags(self.opened(*handle)?.flags)),
            Operation::Kind { handle } => {
                Ok(Answer::Kind(self.node(self.opened(*handle)?.node).kind()))
            }
            Operation::Read { handle, offset, length } => {
                self.read(*handle, *offset, *length).map(Answer::Bytes)
            }
            Operation::Write { handle, offset, bytes } => {
                self.write(*handle, Some(*offset), &bytes.make(), now).map(Answer::Count)
            }
            Operation::Append { handle, bytes } => {
                self.write(*handle, None, &bytes.make(), now).map(Answer::Count)
            }
            Operation::SetSize { handle, size } => self.set_size(*handle, *size, now).map(done),
            Operation::CreateDirectory { at } => self.create_directory(at, now).map(done),
            Operation::Link { old, follow, new } => self.link(old, *follow, new, now).map(done),
            Operation::Symlink { target, at } => self.symlink(target, at, now).map(done),
            Operation::Readlink { at } => self.readlink(at).map(Answer::Text),
            Operation::Unlink { at } => self.unlink(at, now).map(done),
            Operation::RemoveDirectory { at } => self.remove_directory(at, now).map(done),
            Operation::Rename { old, new } => self.rename(old, new, now).map(done),
            Operation::Stat { handle } => {
                Ok(Answer::Stat(self.node(self.opened(*handle)?.node).stat()))
            }
            Operation::StatAt { at, follow } => {
                Ok(Answer::Stat(self.node(self.find(at, *follow)?).stat()))
            }
            Operation::SetTimes { handle, accessed, modified } => {
                self.set_times(*handle, *accessed, *modified, now).map(done)
            }
            Operation::SetTimesAt { at, follow, accessed, modified } => {
                self.set_times_at(at, *follow, *accessed, *modified, now).map(done)
            }
            Operation::Same { one, other } => {
                Ok(Answer::Same(self.opened(*one)?.node == self.opened(*other)?.node))
            }
            // The hash itself is not predicted; see `check_hash`.
            Operation::Hash { handle } => {
                self.opened(*handle)?;
                Ok(Answer::Done)
            }
            Operation::HashAt { at, follow } => {
                self.find(at, *follow)?;
                Ok(Answer::Done)
            }
            Operation::List { directory } => self.list(*directory).map(Answer::Names),
        }
    }

    /// Counts everything that the space holds.
    pub(crate) fn usage(&self) -> Usage {
        charge::usage(self)
    }

    /// Counts the amounts that are charged to a shared limit.
    pub(crate) fn held(&self) -> Usage {
        Usage { content: charge::owned(self), ..self.usage() }
    }

    /// Forgets the charges that lasted only for a moment.
    fn settle(&mut self) {
        (self.charged, self.owned) = (self.usage(), charge::owned(self));
    }

    /// Returns an open directory and its entries, or `None` for another handle.
    pub(crate) fn entries(&self, directory: Slot) -> Option<(Id, Entries)> {
        let open = self.slots[directory]?;
        let Body::Directory(directory) = &self.node(open.node).body else { return None };
        let entry = |(name, entry): (&String, &Entry)| {
            (entry.serial, (name.clone(), self.node(entry.node).kind()))
        };
        Some((open.node, directory.entries.iter().map(entry).collect()))
    }

    /// Returns the slots with open handles of a kind.
    pub(crate) fn open_slots(&self, kind: Kind) -> impl Iterator<Item = Slot> {
        self.slots.iter().enumerate().filter_map(move |(slot, open)| {
            open.filter(|open| self.node(open.node).kind() == kind).map(|_| slot)
        })
    }

    /// Returns the size of an open file.
    pub(crate) fn size_of(&self, slot: Slot) -> u64 {
        self.slots[slot].map_or(0, |open| self.node(open.node).size())
    }

    /// Closes every handle, as freezing does.
    pub(crate) fn close_all(&mut self) {
        for slot in 0..SLOTS {
            if self.slots[slot].is_some() {
                self.close(slot).expect("it is open");
            }
        }
        self.settle();
    }

    /// Returns all paths from the root, a directory before its entries.
    pub(crate) fn tree(&self) -> Vec<(String, Kind)> {
        let mut all = Vec::new();
        let mut ahead = vec![(String::new(), ROOT)];
        while let Some((path, directory)) = ahead.pop() {
            for (name, entry) in &self.node(directory).directory().entries {
                let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
                let kind = self.node(entry.node).kind();
                if kind == Kind::Directory {
                    ahead.push((path.clone(), entry.node));
                }
                all.push((path, kind));
            }
        }
        all
    }

    /// Returns the offsets of the pages of an open file, with its beginning and its end.
    pub(crate) fn places(&self, slot: Slot) -> Vec<u64> {
        let Some(open) = self.slots[slot] else { return Vec::new() };
        let Body::File(file) = &self.node(open.node).body else { return Vec::new() };
        let pages = file.pages.keys().map(|number| number * tmpfs::PAGE as u64);
        pages.chain([0, file.size.saturating_sub(4000)]).collect()
    }

    /// Returns whether a directory has more entries than one bucket of its index holds. The model
    /// cannot tell the price of such a directory.
    pub(crate) fn is_crowded(&self) -> bool {
        self.nodes.values().any(|node| match &node.body {
            Body::Directory(directory) => directory.entries.len() >= charge::BUCKET_ENTRIES,
            Body::File(_) | Body::Symlink(_) => false,
        })
    }

    /// Checks that a state of a node always has the same hash, that no other state has it, and that
    /// the lower word never changes for a node.
    pub(crate) fn check_hash(
        &mut self,
        operation: &Operation,
        hash: MetadataHash,
    ) -> Result<(), String> {
        let id = match operation {
            Operation::Hash { handle } => self.opened(*handle).map(|open| open.node),
            Operation::HashAt { at, follow } => self.find(at, *follow),
            _ => return Ok(()),
        };
        let id = id.map_err(|error| format!("hashed in spite of {error:?}"))?;
        match self.inodes.insert(hash.lower, id) {
            Some(other) if other != id => {
                return Err(format!("one inode number for the nodes {other} and {id}"));
            }
            None if self.inodes.values().filter(|other| **other == id).count() > 1 => {
                return Err(format!("a second inode number for the node {id}"));
            }
            _ => {}
        }
        let node = self.node(id);
        let state = (id, node.size(), node.modified, node.changed);
        match self.hashes.insert((hash.lower, hash.upper), state) {
            Some(other) if other != state => {
                Err(format!("one hash for two states: {other:?} and {state:?}"))
            }
            None if self.hashes.values().filter(|other| **other == state).count() > 1 => {
                Err(format!("a second hash for one state: {state:?}"))
            }
            _ => Ok(()),
        }
    }

    fn node(&self, id: Id) -> &Node {
        &self.nodes[&id]
    }

    fn node_mut(&mut self, id: Id) -> &mut Node {
        Rc::make_mut(self.nodes.get_mut(&id).expect("the model lost a node"))
    }

    fn opened(&self, slot: Slot) -> Result<Open, Error> {
        self.slots[slot].ok_or(Error::BadDescriptor)
    }

    /// Returns the directory that a path starts from.
    fn base(&self, at: &At) -> Result<Open, Error> {
        let open = self.opened(at.directory)?;
        if self.node(open.node).is_directory() { Ok(open) } else { Err(Error::NotDirectory) }
    }

    fn mutable(&self, at: &At) -> Result<(), Error> {
        if self.base(at)?.mutable { Ok(()) } else { Err(Error::ReadOnly) }
    }

    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// Forgets a node that has neither names nor handles.
    fn reap(&mut self, id: Id) {
        let held = self.slots.iter().flatten().any(|open| open.node == id);
        if self.node(id).links == 0 && !held {
            self.nodes.remove(&id);
        }
    }
}
