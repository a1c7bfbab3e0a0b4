//! Names: made, linked, renamed, removed, listed.

use tmpfs::{Error, Follow, Kind, Timestamp};

use super::walk::{Found, Last, Name};
use super::{Body, Directory, Entry, File, Id, Model, Node, ROOT, charge};
use crate::operation::{At, Slot};

impl Model {
    pub(super) fn create_directory(&mut self, at: &At, now: Timestamp) -> Result<(), Error> {
        let last = self.parent(at)?;
        self.vacant(&last)?;
        self.mutable(at)?;
        let parent = Some(last.directory);
        let body = Body::Directory(Directory { parent, ..Directory::default() });
        self.make(&last, body, now)?;
        self.node_mut(last.directory).links += 1;
        Ok(())
    }

    pub(super) fn symlink(&mut self, target: &str, at: &At, now: Timestamp) -> Result<(), Error> {
        self.base(at)?;
        if target.starts_with('/') {
            return Err(Error::NotPermitted);
        }
        let last = self.parent_opened(at)?;
        if target.is_empty() {
            return Err(Error::NoEntry);
        }
        if target.len() as u64 > u64::from(self.limits.path) {
            return Err(Error::NameTooLong);
        }
        if target.contains('\0') {
            return Err(Error::Invalid);
        }
        self.vacant(&last)?;
        self.mutable(at)?;
        self.make(&last, Body::Symlink(target.to_owned()), now).map(drop)
    }

    pub(super) fn link(
        &mut self,
        old: &At,
        follow: Follow,
        new: &At,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.base(old)?;
        self.base(new)?;
        self.parent_opened(old)?;
        let last = self.parent_opened(new)?;
        let id = self.find(old, follow)?;
        self.vacant(&last)?;
        if self.node(id).is_directory() {
            return Err(Error::NotPermitted);
        }
        self.mutable(old)?;
        self.mutable(new)?;
        self.enter(&last, id, now)?;
        let node = self.node_mut(id);
        node.links += 1;
        node.changed = now;
        Ok(())
    }

    pub(super) fn readlink(&self, at: &At) -> Result<String, Error> {
        match &self.node(self.find(at, Follow::No)?).body {
            Body::Symlink(target) => Ok(target.clone()),
            _ => Err(Error::Invalid),
        }
    }

    pub(super) fn unlink(&mut self, at: &At, now: Timestamp) -> Result<(), Error> {
        let last = self.parent_opened(at)?;
        if !matches!(last.name, Name::Normal(_)) {
            return Err(Error::IsDirectory);
        }
        let Found::Node(id) = self.look_up(&last)? else { return Err(Error::NoEntry) };
        if self.node(id).is_directory() {
            return Err(Error::IsDirectory);
        }
        self.mutable(at)?;
        self.leave(&last, now);
        self.unname(id, now);
        Ok(())
    }

    pub(super) fn remove_directory(&mut self, at: &At, now: Timestamp) -> Result<(), Error> {
        let last = self.parent(at)?;
        if !matches!(last.name, Name::Normal(_)) {
            self.look_up(&last)?;
            return Err(Error::Invalid);
        }
        let Found::Node(id) = self.look_up(&last)? else { return Err(Error::NoEntry) };
        let Body::Directory(directory) = &self.node(id).body else {
            return Err(Error::NotDirectory);
        };
        if !directory.entries.is_empty() {
            return Err(Error::NotEmpty);
        }
        self.mutable(at)?;
        self.leave(&last, now);
        self.unname(id, now);
        Ok(())
    }

    /// Removes everything but the root, whatever the limits.
    pub(crate) fn clear(&mut self, now: Timestamp) {
        self.clear_below(ROOT, now);
        self.settle();
    }

    fn clear_below(&mut self, id: Id, now: Timestamp) {
        if self.node(id).directory().entries.is_empty() {
            return;
        }
        let directory = self.touched(id, now);
        directory.next = 0;
        for entry in std::mem::take(&mut directory.entries).into_values() {
            if self.node(entry.node).is_directory() {
                self.clear_below(entry.node, now);
            }
            self.unname(entry.node, now);
        }
    }

    pub(super) fn rename(&mut self, old: &At, new: &At, now: Timestamp) -> Result<(), Error> {
        self.base(old)?;
        self.base(new)?;
        let mut ends = Vec::new();
        for at in [old, new] {
            let last = self.parent(at)?;
            if !matches!(last.name, Name::Normal(_)) {
                self.look_up(&last)?;
            }
            ends.push(last);
        }
        let [from, to] = <[Last; 2]>::try_from(ends).expect("two of two");
        if [&from, &to].iter().any(|last| !matches!(last.name, Name::Normal(_))) {
            return Err(Error::Busy);
        }
        let Found::Node(id) = self.look_up(&from)? else { return Err(Error::NoEntry) };
        let target = self.look_up(&to)?;
        if self.node(to.directory).directory().removed {
            return Err(Error::NoEntry);
        }
        let is_directory = self.node(id).is_directory();
        if !is_directory && (from.slash || to.slash) {
            return Err(Error::NotDirectory);
        }
        if is_directory && self.is_within(to.directory, id) {
            return Err(Error::Invalid);
        }
        if let Found::Node(target) = target
            && self.is_within(from.directory, target)
        {
            return Err(Error::NotEmpty);
        }
        if let Found::Node(target) = target
            && target != id
        {
            match (is_directory, &self.node(target).body) {
                (true, Body::Directory(directory)) if !directory.entries.is_empty() => {
                    return Err(Error::NotEmpty);
                }
                (false, Body::Directory(_)) => return Err(Error::IsDirectory),
                (true, Body::File(_) | Body::Symlink(_)) => return Err(Error::NotDirectory),
                _ => {}
            }
        }
        self.mutable(old)?;
        self.mutable(new)?;
        match target {
            Found::Node(target) if target == id => return Ok(()),
            Found::Node(target) => {
                self.replace(&to, id, now);
                self.leave(&from, now);
                self.unname(target, now);
            }
            Found::Nothing if from.directory == to.directory => {
                self.rename_entry(&from, &to, now)?
            }
            Found::Nothing => {
                self.enter(&to, id, now)?;
                self.leave(&from, now);
            }
        }
        if is_directory {
            self.node_mut(from.directory).links -= 1;
            self.node_mut(to.directory).links += 1;
            self.node_mut(id).directory_mut().parent = Some(to.directory);
        }
        self.node_mut(id).changed = now;
        Ok(())
    }

    pub(super) fn list(&self, slot: Slot) -> Result<Vec<(String, Kind)>, Error> {
        let open = self.opened(slot)?;
        let Body::Directory(directory) = &self.node(open.node).body else {
            return Err(Error::NotDirectory);
        };
        let entry = |(name, entry): (&String, &Entry)| (name.clone(), self.node(entry.node).kind());
        Ok(directory.entries.iter().map(entry).collect())
    }

    /// Refuses a place for a new name if something has it, or nothing can.
    fn vacant(&self, last: &Last) -> Result<(), Error> {
        match self.look_up(last)? {
            Found::Node(_) => Err(Error::Exist),
            Found::Nothing if self.node(last.directory).directory().removed => Err(Error::NoEntry),
            Found::Nothing => Ok(()),
        }
    }

    /// Makes a node with its first name.
    pub(super) fn make(&mut self, last: &Last, body: Body, now: Timestamp) -> Result<Id, Error> {
        self.charge_node(&body)?;
        let id = self.fresh();
        self.nodes.insert(id, Node::new(body, now).into());
        self.enter(last, id, now)?;
        Ok(id)
    }

    fn enter(&mut self, last: &Last, node: Id, now: Timestamp) -> Result<(), Error> {
        let name = last.name();
        self.charge_entry(last.directory, name)?;
        let serial = self.fresh();
        let directory = self.touched(last.directory, now);
        let place = directory.next;
        directory.next += 1;
        directory.entries.insert(name.to_owned(), Entry { node, serial, place });
        Ok(())
    }

    fn leave(&mut self, last: &Last, now: Timestamp) {
        let directory = self.touched(last.directory, now);
        let entry = directory.entries.remove(last.name()).expect("it was found");
        if entry.place + 1 == directory.next {
            let places = directory.entries.values().map(|entry| entry.place);
            directory.next = places.max().map_or(0, |last| last + 1);
        }
    }

    /// Gives a node another name in the same place. The new name is made before the old one is
    /// removed.
    fn rename_entry(&mut self, from: &Last, to: &Last, now: Timestamp) -> Result<(), Error> {
        self.charge_metadata(charge::entry(to.name()))?;
        let directory = self.touched(from.directory, now);
        let entry = directory.entries.remove(from.name()).expect("it was found");
        directory.entries.insert(to.name().to_owned(), entry);
        Ok(())
    }

    /// Gives the name to another node.
    fn replace(&mut self, last: &Last, node: Id, now: Timestamp) {
        let directory = self.touched(last.directory, now);
        directory.entries.get_mut(last.name()).expect("it was found").node = node;
    }

    fn touched(&mut self, id: Id, now: Timestamp) -> &mut Directory {
        let node = self.node_mut(id);
        (node.modified, node.changed) = (now, now);
        node.directory_mut()
    }

    /// Removes one name of a node. A directory without a name is removed.
    fn unname(&mut self, id: Id, now: Timestamp) {
        let node = self.node_mut(id);
        node.changed = now;
        if let Body::Directory(directory) = &mut node.body {
            node.links = 0;
            directory.removed = true;
            let parent = directory.parent.expect("the root has no name");
            self.node_mut(parent).links -= 1;
        } else {
            node.links -= 1;
        }
        self.reap(id);
    }

    /// Returns whether `inner` is `outer` or is below it.
    fn is_within(&self, inner: Id, outer: Id) -> bool {
        let mut at = Some(inner);
        while let Some(id) = at {
            if id == outer {
                return true;
            }
            // A removed directory is not in any directory.
            let directory = self.node(id).directory();
            at = directory.parent.filter(|_| !directory.removed);
        }
        false
    }

    pub(super) fn new_file() -> Body {
        Body::File(File::default())
    }
}
