//! The bytes of files, page by page.

use std::rc::Rc;

use tmpfs::{Error, Timestamp, Usage};

use super::charge::Page;
use super::{Body, Id, Model, charge};
use crate::operation::Slot;

const PAGE: u64 = tmpfs::PAGE as u64;

/// A file: stored pages, of which the first can be small. The rest reads as zeros.
#[derive(Clone, Debug, Default)]
pub(crate) struct File {
    pub(super) size: u64,
    pub(super) pages: charge::Pages,
}

impl File {
    fn byte(&self, offset: u64) -> u8 {
        let page = self.pages.get(&(offset / PAGE));
        page.and_then(|page| page.bytes.get(index(offset % PAGE))).copied().unwrap_or(0)
    }

    /// The bytes from `offset` on.
    fn read(&self, offset: u64, length: usize) -> Vec<u8> {
        let end = self.size.min(offset.saturating_add(length as u64));
        (offset..end.max(offset)).map(|offset| self.byte(offset)).collect()
    }

    /// Writes within one page, in a space that is based on `layer` templates.
    fn write(&mut self, offset: u64, piece: &[u8], layer: u32) {
        let (number, at) = (offset / PAGE, index(offset % PAGE));
        let zero = piece.iter().all(|byte| *byte == 0);
        if zero && (piece.len() as u64 == PAGE || !self.pages.contains_key(&number)) {
            self.pages.remove(&number);
            return;
        }
        let held = self.pages.entry(number).or_default();
        held.layer = layer;
        let page = Rc::make_mut(&mut held.bytes);
        page.resize(page.len().max(capacity(number, at + piece.len())), 0);
        page[at..at + piece.len()].copy_from_slice(piece);
    }

    /// Returns the page that has to change if the file ends at `size`, and the position in it.
    fn cut_page(&self, size: u64) -> Option<(&Page, usize)> {
        let at = index(size % PAGE);
        let page = self.pages.get(&(size / PAGE)).filter(|page| page.bytes.len() > at)?;
        (size < self.size && at > 0).then_some((page, at))
    }

    fn cut(&mut self, size: u64, layer: u32, wasteful: bool) {
        self.pages.retain(|number, _| number * PAGE < size);
        if let Some((page, at)) = self.cut_page(size) {
            let mut page = page.clone();
            let bytes = Rc::make_mut(&mut page.bytes);
            // Only a page that a space owns can stay as it is.
            if !wasteful || page.layer < layer {
                bytes.truncate(capacity(size / PAGE, at));
            }
            bytes.iter_mut().skip(at).for_each(|byte| *byte = 0);
            self.pages.insert(size / PAGE, Page { layer, ..page });
        }
        self.size = size;
    }
}

/// Returns the stored bytes of a page that reaches to `end`: for the beginning of a file a power of
/// two from 64 to 4096, and beyond that multiples of 4096.
fn capacity(number: u64, end: usize) -> usize {
    if number == 0 && end <= 4096 {
        end.next_power_of_two().max(64)
    } else {
        end.next_multiple_of(4096)
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).expect("less than a page")
}

impl Model {
    pub(super) fn read(&self, slot: Slot, offset: u64, length: usize) -> Result<Vec<u8>, Error> {
        let open = self.opened(slot)?;
        if !open.flags.read {
            return Err(Error::BadDescriptor);
        }
        match &self.node(open.node).body {
            Body::File(file) => Ok(file.read(offset, length)),
            _ => Err(Error::IsDirectory),
        }
    }

    /// Writes at `offset`, or at the end.
    pub(super) fn write(
        &mut self,
        slot: Slot,
        offset: Option<u64>,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<usize, Error> {
        let open = self.opened(slot)?;
        if !open.flags.write {
            return Err(Error::BadDescriptor);
        }
        if bytes.is_empty() {
            return Ok(0);
        }
        let offset = offset.unwrap_or_else(|| self.node(open.node).size());
        let room = self.largest().saturating_sub(offset).min(bytes.len() as u64);
        let room = usize::try_from(room).expect("no more than there is");
        if room == 0 {
            return Err(Error::FileTooLarge);
        }
        let mut done = 0;
        while done < room {
            let at = offset + done as u64;
            let piece = index(PAGE - at % PAGE).min(room - done);
            match self.write_piece(open.node, at, &bytes[done..done + piece]) {
                Ok(()) => done += piece,
                Err(error) if done == 0 => return Err(error),
                Err(_) => break,
            }
        }
        let node = self.node_mut(open.node);
        (node.modified, node.changed) = (now, now);
        Ok(done)
    }

    /// Writes a whole piece, or nothing.
    fn write_piece(&mut self, id: Id, offset: u64, piece: &[u8]) -> Result<(), Error> {
        let mut file = self.file(id).clone();
        let before = charge::of_file(&file, self.layer);
        file.write(offset, piece, self.layer);
        file.size = file.size.max(offset + piece.len() as u64);
        let after = charge::of_file(&file, self.layer);
        for (row, owned) in charge::rows(before, after) {
            self.charge_apart(row, owned)?;
        }
        *self.file_mut(id) = file;
        self.settle();
        Ok(())
    }

    pub(super) fn set_size(&mut self, slot: Slot, size: u64, now: Timestamp) -> Result<(), Error> {
        let open = self.opened(slot)?;
        if !open.flags.write {
            return Err(Error::Invalid);
        }
        // Linux' inode_newsize_ok: the limit applies to growth only.
        if size > self.node(open.node).size() && size > self.largest() {
            return Err(Error::FileTooLarge);
        }
        self.cut(open.node, size, now)
    }

    pub(super) fn cut(&mut self, id: Id, size: u64, now: Timestamp) -> Result<(), Error> {
        let (layer, wasteful) = (self.layer, self.wasteful);
        if let Some((page, at)) = self.file(id).cut_page(size)
            && page.layer < layer
        {
            // The copy has at most the size of the page.
            let owned = capacity(size / PAGE, at).min(page.bytes.len()) as u64;
            self.charge_apart(Usage::default(), owned)?;
        }
        self.file_mut(id).cut(size, layer, wasteful);
        let node = self.node_mut(id);
        (node.modified, node.changed) = (now, now);
        Ok(())
    }

    fn file(&self, id: Id) -> &File {
        match &self.node(id).body {
            Body::File(file) => file,
            other => panic!("the model takes {other:?} for a file"),
        }
    }

    fn file_mut(&mut self, id: Id) -> &mut File {
        match &mut self.node_mut(id).body {
            Body::File(file) => file,
            other => panic!("the model takes {other:?} for a file"),
        }
    }

    fn largest(&self) -> u64 {
        self.limits.file_size.min((1 << 63) - 1)
    }
}
