//! Entries that come to directories, change and leave them.

use crate::entry::{Entry, Name, NewName};
use crate::error::{Error, Result};
use crate::layer::{self, Layer, Stock};
use crate::pages::PageStore;
use crate::stat::Timestamp;

impl<S: PageStore> Layer<S> {
    /// The entry of that name in a directory.
    #[inline]
    pub(crate) fn find(&self, directory: u32, tag: u32, name: &str) -> Option<u32> {
        let index = self.node(directory).directory().expect("BUG: it is a directory").index;
        self.index_find(index, tag, name.as_bytes())
    }
}

impl<S: PageStore> Stock<S> {
    fn insert_entry(&mut self, name: &str, place: u64, epoch: u32, node: u32) -> Result<u32> {
        let entry = || Ok(Entry { name: Name::new(name)?, place, epoch, node });
        self.insert_new(layer::entry_cost(name.len()), entry)
    }

    /// Adds an entry to a directory that has none of that name and may be changed. It counts no
    /// links. After an error nothing has changed.
    pub(crate) fn enter(
        &mut self,
        directory: u32,
        name: NewName<'_>,
        node: u32,
        now: Timestamp,
    ) -> Result<()> {
        let mut held = *self.directory(directory);
        let tag = name.tag;
        let place = held.next;
        let count = held.count.checked_add(1).ok_or(Error::InsufficientSpace)?;
        let next = place.checked_add(1).ok_or(Error::InsufficientSpace)?;
        let entry = self.insert_entry(name.text, place, held.epoch, node)?;
        let entered = self.map_set(&mut held.order, place, entry).and_then(|_| {
            self.index_insert(&mut held.index, tag, entry).inspect_err(|_| {
                let removed = self.map_remove(&mut held.order, place);
                removed.expect("BUG: what was just set is the space's own");
            })
        });
        if entered.is_ok() {
            (held.count, held.next) = (count, next);
        } else {
            self.remove::<Entry>(entry);
        }
        let node = self.node_mut(directory);
        *node.directory_mut() = held;
        if entered.is_ok() {
            node.times.touch(now);
        }
        entered
    }

    /// Makes sure that [`leave`](Self::leave) cannot fail. The tag is that of the entry's name.
    pub(crate) fn prepare_to_leave(&mut self, directory: u32, entry: u32, tag: u32) -> Result<()> {
        if self.layer.base.is_none() {
            // Everything is the space's own.
            return Ok(());
        }
        self.own_node(directory)?;
        let place = self.get::<Entry>(entry).place;
        let mut held = *self.directory(directory);
        let order = self.map_own(&mut held.order, place);
        let index = order.and_then(|()| self.index_own_path(&mut held.index, tag));
        *self.node_mut(directory).directory_mut() = held;
        index
    }

    /// Removes an entry that was [prepared](Self::prepare_to_leave). It counts no links.
    pub(crate) fn leave(&mut self, directory: u32, entry: u32, tag: u32, now: Timestamp) {
        let place = self.get::<Entry>(entry).place;
        let mut held = *self.directory(directory);
        self.map_remove(&mut held.order, place).expect("BUG: it was prepared");
        self.index_remove(&mut held.index, tag, entry).expect("BUG: it was prepared");
        self.remove::<Entry>(entry);
        held.count -= 1;
        // The places behind the last entry are free again, so that entries that come and go do not
        // make the map high. The new epoch tells a listing under way that what comes there is new.
        // Once the epochs are used up, no place is used again.
        if place + 1 == held.next
            && let Some(epoch) = held.epoch.checked_add(1)
        {
            held.epoch = epoch;
            held.next = self.layer.map_last(held.order).map_or(0, |last| last + 1);
        }
        let node = self.node_mut(directory);
        *node.directory_mut() = held;
        node.times.touch(now);
    }

    /// Gives a prepared entry another name, which the directory does not have yet, at the same place
    /// of the listing. After an error nothing has changed.
    pub(crate) fn rename_entry(
        &mut self,
        directory: u32,
        entry: u32,
        old_tag: u32,
        name: NewName<'_>,
        now: Timestamp,
    ) -> Result<()> {
        let Entry { place, epoch, node, .. } = *self.get::<Entry>(entry);
        let mut held = *self.directory(directory);
        let new = self.insert_entry(name.text, place, epoch, node)?;
        let entered = self.index_insert(&mut held.index, name.tag, new);
        if entered.is_ok() {
            self.map_set(&mut held.order, place, new).expect("BUG: it was prepared");
            self.index_remove(&mut held.index, old_tag, entry).expect("BUG: it was prepared");
            self.remove::<Entry>(entry);
        } else {
            self.remove::<Entry>(new);
        }
        let node = self.node_mut(directory);
        *node.directory_mut() = held;
        if entered.is_ok() {
            node.times.touch(now);
        }
        entered
    }

    /// Makes a prepared entry the name of another node. It counts no links. After an error nothing
    /// has changed.
    pub(crate) fn replace(
        &mut self,
        directory: u32,
        entry: u32,
        tag: u32,
        node: u32,
        now: Timestamp,
    ) -> Result<()> {
        let own = self.own::<Entry>(entry)?;
        let place = self.get::<Entry>(own).place;
        let mut held = *self.directory(directory);
        if own != entry {
            self.map_set(&mut held.order, place, own).expect("BUG: it was prepared");
            let replaced = self.index_replace(&mut held.index, tag, entry, own);
            replaced.expect("BUG: it was prepared");
        }
        self.get_mut::<Entry>(own).node = node;
        let node = self.node_mut(directory);
        *node.directory_mut() = held;
        node.times.touch(now);
        Ok(())
    }

    /// Makes a node, and its first name. After an error nothing has changed.
    pub(crate) fn make(
        &mut self,
        directory: u32,
        name: NewName<'_>,
        insert: impl FnOnce(&mut Self) -> Result<u32>,
        now: Timestamp,
    ) -> Result<u32> {
        self.own_node(directory)?;
        let node = insert(self)?;
        self.enter(directory, name, node, now).inspect_err(|_| self.remove_node(node))?;
        Ok(node)
    }
}
