//! Stores for the bytes of files: the one part that can be replaced.

use alloc::vec::Vec;
use core::mem;

use crate::error::{Error, Result};
use crate::transfer::{Sink, Source};

/// The bytes of a page at the most.
pub const PAGE: usize = 16 << 10;

/// Keeps pages of bytes. What it has of its own is its business; which pages there are, whose they
/// are and what they are charged is the space's.
///
/// A page has a capacity of at most [`PAGE`] bytes, and reads as zeros where nothing
/// was written.
pub trait PageStore: Send + Sync {
    /// A page, or where it is.
    type Page: Send + Sync;

    /// True where a space with this store can be [frozen](crate::Space::freeze), stand on a
    /// template and share a limit. Where it cannot, all that it holds is its own, and nothing is
    /// compiled that would tell what is not.
    const TEMPLATES: bool = true;

    /// True where stores can [join](Self::join). A space whose stores cannot makes 16 snapshots at
    /// the most.
    const JOINS: bool = false;

    /// A page of `capacity` bytes, all zero.
    ///
    /// # Errors
    /// `InsufficientSpace`, `Io`.
    fn allocate(&mut self, capacity: usize) -> Result<Self::Page>;

    /// Makes a page larger; what it holds stays, also after an error.
    ///
    /// # Errors
    /// `InsufficientSpace`, `Io`.
    fn grow(&mut self, page: &mut Self::Page, capacity: usize) -> Result<()>;

    /// Puts `length` bytes from `at` on into a sink. They lie within the page's capacity.
    ///
    /// # Errors
    /// `Io`; what the sink got before then is not said.
    fn read<K: Sink>(
        &self,
        page: &Self::Page,
        at: usize,
        length: usize,
        sink: &mut K,
    ) -> Result<()>;

    /// Writes the next `length` bytes of a source from `at` on. They lie within the page's
    /// capacity.
    ///
    /// # Errors
    /// `InsufficientSpace`, `Io`; what was written before then is not said.
    fn write<R: Source>(
        &mut self,
        page: &mut Self::Page,
        at: usize,
        length: usize,
        source: &mut R,
    ) -> Result<()>;

    /// Gives a page back. When a space goes, its pages go with the store, and are not given back.
    fn free(&mut self, page: Self::Page);

    /// Releases the memory that is kept for later pages, and returns whether there was any. A space
    /// asks for it when an allocation is refused, and tries again as long as the answer is true.
    fn release(&mut self) -> bool {
        false
    }

    /// Takes over the pages of another store, which are read, written and given back here from now
    /// on. It is called where [`JOINS`](Self::JOINS) is true.
    fn join(&mut self, other: Self)
    where
        Self: Sized,
    {
        drop(other);
    }
}

/// Pages in memory, of a space that can be made a template and share a limit, or not. Of whole
/// pages that are given back a mebibyte is kept for the next ones, as long as the allocator has
/// memory.
#[derive(Debug, Default)]
pub struct MemoryPages<const TEMPLATES: bool = true> {
    spare: Vec<Vec<u8>>,
}

/// The number of whole pages that are kept.
const SPARE: usize = (1 << 20) / PAGE;

impl<const TEMPLATES: bool> PageStore for MemoryPages<TEMPLATES> {
    /// The bytes that were written; the rest is zeros.
    type Page = Vec<u8>;

    const TEMPLATES: bool = TEMPLATES;

    /// Pages are memory, wherever they were allocated.
    const JOINS: bool = true;

    fn allocate(&mut self, capacity: usize) -> Result<Vec<u8>> {
        if capacity == PAGE
            && let Some(page) = self.spare.pop()
        {
            return Ok(page);
        }
        let mut page = Vec::new();
        page.try_reserve_exact(capacity).map_err(|_| Error::InsufficientSpace)?;
        Ok(page)
    }

    fn grow(&mut self, page: &mut Vec<u8>, capacity: usize) -> Result<()> {
        page.try_reserve_exact(capacity - page.len()).map_err(|_| Error::InsufficientSpace)
    }

    #[inline]
    fn read<K: Sink>(&self, page: &Vec<u8>, at: usize, length: usize, sink: &mut K) -> Result<()> {
        let held = page.get(at..).unwrap_or_default();
        let held = &held[..held.len().min(length)];
        if !held.is_empty() {
            sink.put(held);
        }
        if held.len() < length {
            sink.put_zeros(length - held.len());
        }
        Ok(())
    }

    #[inline]
    fn write<R: Source>(
        &mut self,
        page: &mut Vec<u8>,
        at: usize,
        length: usize,
        source: &mut R,
    ) -> Result<()> {
        if page.len() < at {
            page.resize(at, 0);
        }
        let over = length.min(page.len() - at);
        if over > 0 {
            source.fill(&mut page[at..at + over]);
        }
        if over < length {
            source.append_to(page, length - over);
        }
        Ok(())
    }

    fn free(&mut self, mut page: Vec<u8>) {
        let room = self.spare.len() < SPARE && self.spare.try_reserve(1).is_ok();
        if room && page.capacity() >= PAGE {
            page.clear();
            self.spare.push(page);
        }
    }

    // It stays apart from the many that may have to call it.
    #[cold]
    #[inline(never)]
    fn release(&mut self) -> bool {
        !mem::take(&mut self.spare).is_empty()
    }
}
