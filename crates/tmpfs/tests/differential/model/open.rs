//! Handles: opened and closed.

use tmpfs::{DescriptorFlags, Error, Follow, OpenFlags, Timestamp, Usage};

use super::walk::{Found, Name};
use super::{Body, Id, Model, Open, ROOT};
use crate::operation::{Answer, At, Outcome, Slot};

const HANDLE: Usage = Usage { content: 0, metadata: 0, nodes: 0, handles: 1 };

impl Model {
    pub(super) fn root(&mut self, flags: DescriptorFlags) -> Outcome {
        if self.free_slot().is_none() {
            return Ok(Answer::NoSlot);
        }
        if flags.write {
            return Err(Error::IsDirectory);
        }
        self.charge(HANDLE)?;
        Ok(self.hand_out(ROOT, flags, flags.mutate_directory))
    }

    pub(super) fn close(&mut self, slot: Slot) -> Result<(), Error> {
        let open = self.opened(slot)?;
        self.slots[slot] = None;
        self.reap(open.node);
        Ok(())
    }

    /// Opens a path, as fs/namei.c does in `path_openat`, `do_open` and `may_open`.
    pub(super) fn open_at(
        &mut self,
        at: &At,
        follow: Follow,
        open: OpenFlags,
        flags: DescriptorFlags,
        now: Timestamp,
    ) -> Outcome {
        if self.free_slot().is_none() {
            return Ok(Answer::NoSlot);
        }
        let base = self.base(at)?;
        if open.directory && (open.create || open.exclusive || open.truncate) {
            return Err(Error::Invalid);
        }
        // wasmtime opens a file for writing if it may make or truncate it.
        let flags = DescriptorFlags { write: flags.write || open.create || open.truncate, ..flags };
        let changes = flags.write || flags.mutate_directory;
        if changes && !base.mutable {
            return Err(Error::ReadOnly);
        }
        let (id, made) = if open.create {
            self.find_or_make(at, follow, open, now)?
        } else {
            (self.find(at, follow)?, false)
        };
        let node = self.node(id);
        let flags = match &node.body {
            Body::Symlink(_) => return Err(Error::Loop),
            Body::Directory(_) if flags.write => return Err(Error::IsDirectory),
            Body::Directory(_) => DescriptorFlags { mutate_directory: base.mutable, ..flags },
            // wasmtime checks this only after the file was opened.
            Body::File(_) if open.directory => return Err(Error::NotDirectory),
            Body::File(_) => DescriptorFlags { mutate_directory: false, ..flags },
        };
        if !made {
            self.charge(HANDLE)?;
            if open.truncate {
                self.cut(id, 0, now)?;
            }
        }
        Ok(self.hand_out(id, flags, base.mutable))
    }

    fn find_or_make(
        &mut self,
        at: &At,
        follow: Follow,
        open: OpenFlags,
        now: Timestamp,
    ) -> Result<(Id, bool), Error> {
        let mut last = self.parent(at)?;
        let id = loop {
            if last.slash && matches!(last.name, Name::Normal(_)) {
                return Err(Error::IsDirectory);
            }
            let id = match self.look_up(&last)? {
                Found::Node(id) => id,
                Found::Nothing if self.node(last.directory).directory().removed => {
                    return Err(Error::NoEntry);
                }
                Found::Nothing => {
                    self.charge(HANDLE)?;
                    return Ok((self.make(&last, Self::new_file(), now)?, true));
                }
            };
            let follow = follow == Follow::Yes && !open.exclusive;
            let next = if follow { self.follow(&last, id)? } else { None };
            let Some(next) = next else { break id };
            last = next;
        };
        if open.exclusive {
            return Err(Error::Exist);
        }
        if self.node(id).is_directory() {
            return Err(Error::IsDirectory);
        }
        Ok((id, false))
    }

    fn hand_out(&mut self, node: Id, flags: DescriptorFlags, mutable: bool) -> Answer {
        let slot = self.free_slot().expect("asked before");
        self.slots[slot] = Some(Open { node, flags, mutable });
        Answer::Opened(slot)
    }

    fn free_slot(&self) -> Option<Slot> {
        self.slots.iter().position(Option::is_none)
    }
}
