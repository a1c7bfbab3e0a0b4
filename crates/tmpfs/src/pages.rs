//! Stores for the bytes of files. An embedder can replace the store.

use alloc::vec::Vec;
use core::mem;

use crate::error::{Error, Result};
use crate::transfer::{Sink, Source};

/// The greatest size of a page, in bytes.
pub const PAGE: usize = 16 << 10;

/// A store for pages of bytes. The store decides how it keeps them. The space decides which pages
/// exist, who owns them, and what is charged for them.
///
/// A page has a capacity of at most [`PAGE`] bytes. Bytes that were never written read as zeros.
pub trait PageStore: Send + Sync {
    /// A page, or the place where the store keeps it.
    type Page: Send + Sync;

    /// True if a space with this store can be [frozen](crate::Space::freeze), be based on a
    /// template, and share a limit. If it is false, the code for these cases is not compiled, and
    /// the space owns everything that it holds.
    const TEMPLATES: bool = true;

    /// True if stores can [join](Self::join). If it is false, a space makes at most 16 snapshots.
    const JOINS: bool = false;

    /// Allocates a page of `capacity` bytes, all zero.
    ///
    /// # Errors
    /// `InsufficientSpace`, `Io`.
    fn allocate(&mut self, capacity: usize) -> Result<Self::Page>;

    /// Enlarges a page. Its content does not change, also after an error.
    ///
    /// # Errors
    /// `InsufficientSpace`, `Io`.
    fn grow(&mut self, page: &mut Self::Page, capacity: usize) -> Result<()>;

    /// Copies `length` bytes from `at` on into a sink. They are within the page's capacity.
    ///
    /// # Errors
    /// `Io`. The sink may have received any part of the bytes then.
    fn read<K: Sink>(
        &self,
        page: &Self::Page,
        at: usize,
        length: usize,
        sink: &mut K,
    ) -> Result<()>;

    /// Copies the next `length` bytes of a source into the page, from `at` on. They are within the
    /// page's capacity.
    ///
    /// # Errors
    /// `InsufficientSpace`, `Io`. Any part of the bytes may have been written then.
    fn write<R: Source>(
        &mut self,
        page: &mut Self::Page,
        at: usize,
        length: usize,
        source: &mut R,
    ) -> Result<()>;

    /// Frees a page. When a space is dropped, its pages are dropped with the store, without this
    /// call.
    fn free(&mut self, page: Self::Page);

    /// Frees the memory that the store keeps for later pages, and returns whether there was any. A
    /// space calls it when an allocation fails, and tries again as long as it returns true.
    fn release(&mut self) -> bool {
        false
    }

    /// Takes over the pages of another store. From then on they are read, written and freed through
    /// this store. It is called only if [`JOINS`](Self::JOINS) is true.
    fn join(&mut self, other: Self)
    where
        Self: Sized,
    {
        drop(other);
    }
}

/// A store in memory.
///
/// `TEMPLATES` is [`PageStore::TEMPLATES`]. It keeps up to one mebibyte of freed pages of [`PAGE`]
/// bytes for later pages, until an allocation fails.
#[derive(Debug, Default)]
pub struct MemoryPages<const TEMPLATES: bool = true> {
    spare: Vec<Vec<u8>>,
}

/// The number of freed pages that are kept.
const SPARE: usize = (1 << 20) / PAGE;

impl<const TEMPLATES: bool> PageStore for MemoryPages<TEMPLATES> {
    /// The bytes that were written. The rest of the page is zeros.
    type Page = Vec<u8>;

    const TEMPLATES: bool = TEMPLATES;

    /// A page is memory, independent of the store that allocated it.
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

    // A separate function, so that its many callers do not inline it.
    #[cold]
    #[inline(never)]
    fn release(&mut self) -> bool {
        !mem::take(&mut self.spare).is_empty()
    }
}
