//! The engine's side of a step.

use tmpfs::{Cursor, Error, Handle, Result, Sink, Source, Space, Timestamp};

use crate::allocator::guarded;
use crate::operation::{Answer, At, Operation, Outcome, SLOTS, Slot};

/// A space, and the handles of a sequence.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) space: Space,
    slots: [Handle; SLOTS],
    open: [bool; SLOTS],
}

impl Engine {
    /// Makes an engine. `closed` is a handle that is closed, or of another space.
    pub(crate) fn new(space: Space, closed: Handle) -> Self {
        Self { space, slots: [closed; SLOTS], open: [false; SLOTS] }
    }

    pub(crate) fn handle(&self, slot: Slot) -> Handle {
        self.slots[slot]
    }

    pub(crate) fn apply(&mut self, operation: &Operation, now: Timestamp) -> Outcome {
        match operation {
            Operation::Root { flags } => self.opened(|space| space.root(*flags)),
            Operation::Open { at, follow, open, flags } => {
                let directory = self.handle(at.directory);
                self.opened(|space| space.open_at(directory, *follow, &at.path, *open, *flags, now))
            }
            Operation::Close { handle } => {
                let handle = self.handle(*handle);
                guarded(|| self.space.close(handle))?;
                for (slot, open) in self.slots.iter().zip(&mut self.open) {
                    *open &= *slot != handle;
                }
                Ok(Answer::Done)
            }
            Operation::Write { handle, offset, bytes } => {
                let (handle, bytes) = (self.handle(*handle), bytes.make());
                guarded(|| self.space.write_at(handle, *offset, &bytes, now)).map(Answer::Count)
            }
            Operation::Append { handle, bytes } => {
                let (handle, bytes) = (self.handle(*handle), bytes.make());
                let mut pieces = Pieces(bytes.clone());
                let append = || self.space.append_from(handle, bytes.len(), &mut pieces, now);
                guarded(append).map(Answer::Count)
            }
            Operation::SetSize { .. }
            | Operation::CreateDirectory { .. }
            | Operation::Link { .. }
            | Operation::Symlink { .. }
            | Operation::Unlink { .. }
            | Operation::RemoveDirectory { .. }
            | Operation::Rename { .. }
            | Operation::SetTimes { .. }
            | Operation::SetTimesAt { .. } => {
                guarded(|| self.change(operation, now)).map(|()| Answer::Done)
            }
            _ => self.ask(operation),
        }
    }

    fn change(&mut self, operation: &Operation, now: Timestamp) -> Result<()> {
        match operation {
            Operation::SetSize { handle, size } => {
                self.space.set_size(self.handle(*handle), *size, now)
            }
            Operation::CreateDirectory { at } => {
                let (directory, path) = self.at(at);
                self.space.create_directory_at(directory, path, now)
            }
            Operation::Link { old, follow, new } => {
                let (old, old_path) = self.at(old);
                let (new, new_path) = self.at(new);
                self.space.link_at(old, *follow, old_path, new, new_path, now)
            }
            Operation::Symlink { target, at } => {
                let (directory, path) = self.at(at);
                self.space.symlink_at(target, directory, path, now)
            }
            Operation::Unlink { at } => {
                let (directory, path) = self.at(at);
                self.space.unlink_file_at(directory, path, now)
            }
            Operation::RemoveDirectory { at } => {
                let (directory, path) = self.at(at);
                self.space.remove_directory_at(directory, path, now)
            }
            Operation::Rename { old, new } => {
                let (old, old_path) = self.at(old);
                let (new, new_path) = self.at(new);
                self.space.rename_at(old, old_path, new, new_path, now)
            }
            Operation::SetTimes { handle, accessed, modified } => {
                self.space.set_times(self.handle(*handle), *accessed, *modified, now)
            }
            Operation::SetTimesAt { at, follow, accessed, modified } => {
                let (directory, path) = self.at(at);
                self.space.set_times_at(directory, *follow, path, *accessed, *modified, now)
            }
            other => panic!("{other:?} is no mere change"),
        }
    }

    /// Does an operation that changes nothing.
    fn ask(&self, operation: &Operation) -> Outcome {
        let space = &self.space;
        match operation {
            Operation::Flags { handle } => space.flags(self.handle(*handle)).map(Answer::Flags),
            Operation::Kind { handle } => space.kind(self.handle(*handle)).map(Answer::Kind),
            Operation::Read { handle, offset, length } => {
                let mut bytes = vec![0xa5; *length];
                let count = space.read_at(self.handle(*handle), *offset, &mut bytes)?;
                let mut pieces = Pieces::default();
                let moved = space.read_into(self.handle(*handle), *offset, *length, &mut pieces)?;
                assert_eq!((moved, pieces.0.as_slice()), (count, &bytes[..count]));
                assert!(bytes[count..].iter().all(|byte| *byte == 0xa5), "bytes past the count");
                bytes.truncate(count);
                Ok(Answer::Bytes(bytes))
            }
            Operation::Readlink { at } => {
                let (directory, path) = self.at(at);
                space.readlink_at(directory, path).map(|text| Answer::Text(text.to_owned()))
            }
            Operation::Stat { handle } => space.stat(self.handle(*handle)).map(Answer::Stat),
            Operation::StatAt { at, follow } => {
                let (directory, path) = self.at(at);
                space.stat_at(directory, *follow, path).map(Answer::Stat)
            }
            Operation::Same { one, other } => {
                let (one, other) = (self.handle(*one), self.handle(*other));
                space.is_same_object(one, other).map(Answer::Same)
            }
            Operation::Hash { handle } => {
                space.metadata_hash(self.handle(*handle)).map(Answer::Hash)
            }
            Operation::HashAt { at, follow } => {
                let (directory, path) = self.at(at);
                space.metadata_hash_at(directory, *follow, path).map(Answer::Hash)
            }
            Operation::List { directory } => self.list(self.handle(*directory)),
            other => panic!("{other:?} is no question"),
        }
    }

    fn list(&self, directory: Handle) -> Outcome {
        let mut cursor = Cursor::default();
        let mut names = Vec::new();
        while let Some(entry) = self.space.list(directory, &mut cursor)? {
            names.push((entry.name.to_owned(), entry.kind));
        }
        let mut place = 0;
        for (name, kind) in &names {
            let mut kept = Cursor::resume(place);
            let entry = self.space.list(directory, &mut kept)?;
            let entry = entry.map(|entry| (entry.name, entry.kind));
            assert_eq!(entry, Some((name.as_str(), *kind)), "resumed at {place}");
            place = kept.place();
        }
        assert_eq!(self.space.list(directory, &mut Cursor::resume(place)), Ok(None));
        names.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(Answer::Names(names))
    }

    fn at<'a>(&self, at: &'a At) -> (Handle, &'a str) {
        (self.handle(at.directory), &at.path)
    }

    /// Opens something, and puts the handle into the lowest slot without an open handle.
    fn opened(&mut self, open: impl FnOnce(&mut Space) -> Result<Handle, Error>) -> Outcome {
        let Some(slot) = self.open.iter().position(|open| !open) else {
            return Ok(Answer::NoSlot);
        };
        self.slots[slot] = guarded(|| open(&mut self.space))?;
        self.open[slot] = true;
        Ok(Answer::Opened(slot))
    }
}

/// A sink and a source that is no slice.
#[derive(Default)]
struct Pieces(Vec<u8>);

impl Sink for Pieces {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    fn put_zeros(&mut self, length: usize) {
        self.0.resize(self.0.len() + length, 0);
    }
}

impl Source for Pieces {
    fn is_zero(&self, length: usize) -> bool {
        self.0[..length].iter().all(|byte| *byte == 0)
    }

    fn skip(&mut self, length: usize) {
        self.0.drain(..length);
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0[..bytes.len()]);
        self.skip(bytes.len());
    }
}
