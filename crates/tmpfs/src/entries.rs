//! Entries that are added to directories, changed and removed. Link counts are changed elsewhere.

use crate::error::Result;
use crate::id::Id;
use crate::layer::{self, Stock};
use crate::name::{Name, NewName, Tag};
use crate::node::{Entry, Home, Node};
use crate::pages::PageStore;
use crate::stat::Timestamp;

/// An entry that can be removed from its directory without an error: the space owns the directory
/// and everything on the way to the entry.
pub(crate) struct Leaving {
    directory: Id<Node>,
    entry: Id<Entry>,
    /// The tag of the entry's name.
    tag: Tag,
}

impl<S: PageStore> Stock<S> {
    /// Returns the entry of that name in a directory.
    #[inline]
    pub(crate) fn find(&self, directory: Id<Node>, tag: Tag, name: &str) -> Option<Id<Entry>> {
        self.layer.index_find(&self.directory(directory).index, tag, name.as_bytes())
    }

    fn insert_entry(
        &mut self,
        name: &str,
        place: u64,
        epoch: u32,
        node: Id<Node>,
    ) -> Result<Id<Entry>> {
        let entry = || Ok(Entry { name: Name::new(name)?, place, epoch, node });
        self.insert_new(layer::entry_cost(name.len()), entry)
    }

    /// Adds an entry to a directory that has none of that name. Precondition: the directory and the
    /// node may be changed. After an error nothing has changed.
    pub(crate) fn enter(
        &mut self,
        directory: Id<Node>,
        name: NewName<'_>,
        node: Id<Node>,
        now: Timestamp,
    ) -> Result<()> {
        let (entered, held) = self.change_directory(directory, |stock, held| {
            let place = held.next;
            let count = held.count.checked_add(1).ok_or_else(|| stock.quota.no_room())?;
            let next = place.checked_add(1).ok_or_else(|| stock.quota.no_room())?;
            let entry = stock.insert_entry(name.text, place, held.epoch, node)?;
            let entered = stock.map_set(&mut held.order, place, entry).and_then(|()| {
                stock.index_insert(&mut held.index, name.tag, entry).inspect_err(|_| {
                    let removed = stock.map_remove(&mut held.order, place);
                    removed.expect("BUG: what was just set is the space's own");
                })
            });
            entered.inspect_err(|_| stock.remove(entry))?;
            (held.count, held.next) = (count, next);
            Ok(entry)
        });
        if entered.is_ok() {
            held.times.touch(now);
        }
        let entry = entered?;
        self.set_home(node, directory, entry);
        Ok(())
    }

    /// Records a name that a node was given.
    #[inline]
    fn set_home(&mut self, node: Id<Node>, directory: Id<Node>, entry: Id<Entry>) {
        if S::TEMPLATES {
            self.node_mut(node).set_home(Some(Home { directory, entry }));
        }
    }

    /// Makes sure that an entry can be removed from its directory. The tag is that of the entry's
    /// name.
    pub(crate) fn prepare_to_leave(
        &mut self,
        directory: Id<Node>,
        entry: Id<Entry>,
        tag: Tag,
    ) -> Result<Leaving> {
        // Without a base the space owns every row.
        if self.layer.base().is_some() {
            self.own_node(directory)?;
            let place = self.get(entry).place;
            let (own, _) = self.change_directory(directory, |stock, held| {
                stock.map_own(&mut held.order, place)?;
                stock.index_own(&mut held.index, tag)
            });
            own?;
        }
        Ok(Leaving { directory, entry, tag })
    }

    /// Removes an entry.
    pub(crate) fn leave(&mut self, leaving: Leaving, now: Timestamp) {
        let Leaving { directory, entry, tag } = leaving;
        let place = self.get(entry).place;
        let ((), node) = self.change_directory(directory, |stock, held| {
            stock.map_remove(&mut held.order, place).expect("BUG: it was prepared");
            stock.index_remove(&mut held.index, tag, entry).expect("BUG: it was prepared");
            stock.remove(entry);
            held.count -= 1;
            // Release the places after the last entry, so that temporary entries do not make the
            // map higher. The new epoch tells a running listing that later entries at these places
            // are new. When the epochs are used up, no place is used again.
            if place + 1 == held.next
                && let Some(epoch) = held.epoch.checked_add(1)
            {
                held.epoch = epoch;
                held.next = stock.layer.map_last(&held.order).map_or(0, |last| last + 1);
            }
        });
        node.times.touch(now);
    }

    /// Gives an entry another name at the same place of the listing. Precondition: the directory
    /// has no entry of that name. After an error nothing has changed.
    pub(crate) fn rename_entry(
        &mut self,
        leaving: Leaving,
        name: NewName<'_>,
        now: Timestamp,
    ) -> Result<()> {
        let Leaving { directory, entry, tag } = leaving;
        let Entry { place, epoch, node, .. } = *self.get(entry);
        let new = self.insert_entry(name.text, place, epoch, node)?;
        let (entered, held) = self.change_directory(directory, |stock, held| {
            let entered = stock.index_insert(&mut held.index, name.tag, new);
            entered.inspect_err(|_| stock.remove(new))?;
            stock.map_set(&mut held.order, place, new).expect("BUG: it was prepared");
            stock.index_remove(&mut held.index, tag, entry).expect("BUG: it was prepared");
            stock.remove(entry);
            Ok(())
        });
        if entered.is_ok() {
            held.times.touch(now);
            self.set_home(node, directory, new);
        }
        entered
    }

    /// Makes an entry the name of another node. Precondition: that node may be changed. After an
    /// error nothing has changed.
    pub(crate) fn replace(
        &mut self,
        leaving: Leaving,
        node: Id<Node>,
        now: Timestamp,
    ) -> Result<()> {
        let Leaving { directory, entry, tag } = leaving;
        let own = self.own(entry)?;
        if own != entry {
            let place = self.get(own).place;
            let (replaced, _) = self.change_directory(directory, |stock, held| {
                stock.map_set(&mut held.order, place, own)?;
                stock.index_replace(&mut held.index, tag, entry, own)
            });
            replaced.expect("BUG: it was prepared");
        }
        self.get_mut(own).node = node;
        self.node_mut(directory).times.touch(now);
        self.set_home(node, directory, own);
        Ok(())
    }

    /// Makes a node and its first name. After an error nothing has changed.
    pub(crate) fn make(
        &mut self,
        directory: Id<Node>,
        name: NewName<'_>,
        insert: impl FnOnce(&mut Self) -> Result<Id<Node>>,
        now: Timestamp,
    ) -> Result<Id<Node>> {
        self.own_node(directory)?;
        let node = insert(self)?;
        self.enter(directory, name, node, now).inspect_err(|_| self.remove_node(node))?;
        Ok(node)
    }
}
