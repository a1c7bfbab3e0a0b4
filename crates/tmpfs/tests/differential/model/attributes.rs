//! Times.

use tmpfs::{Error, Follow, NewTimestamp, Timestamp};

use super::{Id, Model};
use crate::operation::{At, Slot};

impl Model {
    pub(super) fn set_times(
        &mut self,
        slot: Slot,
        accessed: NewTimestamp,
        modified: NewTimestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        let open = self.opened(slot)?;
        self.set(open.node, open.mutable, [accessed, modified], now)
    }

    pub(super) fn set_times_at(
        &mut self,
        at: &At,
        follow: Follow,
        accessed: NewTimestamp,
        modified: NewTimestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = self.find(at, follow)?;
        self.set(id, self.base(at)?.mutable, [accessed, modified], now)
    }

    fn set(
        &mut self,
        id: Id,
        mutable: bool,
        times: [NewTimestamp; 2],
        now: Timestamp,
    ) -> Result<(), Error> {
        let node = self.node(id);
        let mut old = [node.accessed, node.modified];
        for (old, new) in old.iter_mut().zip(times) {
            match new {
                NewTimestamp::NoChange => {}
                NewTimestamp::Now => *old = now,
                NewTimestamp::Timestamp(time) if time.nanoseconds > 999_999_999 => {
                    return Err(Error::Invalid);
                }
                NewTimestamp::Timestamp(time) => *old = time,
            }
        }
        if !mutable {
            return Err(Error::ReadOnly);
        }
        let node = self.node_mut(id);
        [node.accessed, node.modified] = old;
        if times != [NewTimestamp::NoChange; 2] {
            node.changed = now;
        }
        Ok(())
    }
}
