//! Stores for the bytes of files: the one part that can be replaced.

use alloc::vec::Vec;
use core::mem;

use crate::error::{Error, Result};

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

    /// Fills `bytes` from `at` on, which lies within the page's capacity as its end does.
    ///
    /// # Errors
    /// `Io`.
    fn read(&self, page: &Self::Page, at: usize, bytes: &mut [u8]) -> Result<()>;

    /// Writes `bytes` from `at` on, which lies within the page's capacity as its end does.
    ///
    /// # Errors
    /// `InsufficientSpace`, `Io`; what was written before then is not said.
    fn write(&mut self, page: &mut Self::Page, at: usize, bytes: &[u8]) -> Result<()>;

    /// Gives a page back. When a space goes, its pages go with the store, and are not given back.
    fn free(&mut self, page: Self::Page);

    /// Releases the memory that is kept for later pages, and returns whether there was any. A space
    /// asks for it when an allocation is refused, and tries again as long as the answer is true.
    fn release(&mut self) -> bool {
        false
    }
}

/// Pages in memory. Of whole pages that are given back a mebibyte is kept for the next ones, as
/// long as the allocator has memory.
#[derive(Debug, Default)]
pub struct MemoryPages {
    spare: Vec<Vec<u8>>,
}

/// The number of whole pages that are kept.
const SPARE: usize = (1 << 20) / PAGE;

impl PageStore for MemoryPages {
    /// The bytes that were written; the rest is zeros.
    type Page = Vec<u8>;

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

    fn read(&self, page: &Vec<u8>, at: usize, bytes: &mut [u8]) -> Result<()> {
        let held = page.get(at..).unwrap_or_default();
        let held = &held[..held.len().min(bytes.len())];
        let (filled, rest) = bytes.split_at_mut(held.len());
        filled.copy_from_slice(held);
        rest.fill(0);
        Ok(())
    }

    fn write(&mut self, page: &mut Vec<u8>, at: usize, bytes: &[u8]) -> Result<()> {
        if page.len() < at {
            page.resize(at, 0);
        }
        let over = bytes.len().min(page.len() - at);
        page[at..at + over].copy_from_slice(&bytes[..over]);
        page.extend_from_slice(&bytes[over..]);
        Ok(())
    }

    fn free(&mut self, mut page: Vec<u8>) {
        let room = self.spare.len() < SPARE && self.spare.try_reserve(1).is_ok();
        if room && page.capacity() >= PAGE {
            page.clear();
            self.spare.push(page);
        }
    }

    fn release(&mut self) -> bool {
        !mem::take(&mut self.spare).is_empty()
    }
}
