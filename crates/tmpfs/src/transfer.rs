//! Sinks and sources: the other side of a read or write, whatever memory it lies in. Each byte is
//! moved once, between the page and the other side.

use alloc::vec::Vec;

/// Takes the bytes of a read, in their order.
pub trait Sink {
    /// Takes bytes.
    fn put(&mut self, bytes: &[u8]);

    /// Takes so many zeros.
    fn put_zeros(&mut self, length: usize);
}

/// Gives the bytes of a write, in their order. It is never asked for more than the write has.
pub trait Source {
    /// Returns whether the next `length` bytes, of which there is one at least, are all zero.
    fn is_zero(&self, length: usize) -> bool;

    /// Passes over `length` bytes.
    fn skip(&mut self, length: usize);

    /// Fills `bytes` with the next ones.
    fn fill(&mut self, bytes: &mut [u8]);

    /// Appends the next `length` bytes to `bytes`, which has the capacity for them.
    fn append_to(&mut self, bytes: &mut Vec<u8>, length: usize) {
        let held = bytes.len();
        bytes.resize(held + length, 0);
        self.fill(&mut bytes[held..]);
    }
}

/// A sink that is filled from its beginning.
impl Sink for &mut [u8] {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let (filled, rest) = core::mem::take(self).split_at_mut(bytes.len());
        filled.copy_from_slice(bytes);
        *self = rest;
    }

    #[inline]
    fn put_zeros(&mut self, length: usize) {
        let (filled, rest) = core::mem::take(self).split_at_mut(length);
        filled.fill(0);
        *self = rest;
    }
}

/// A source that is used up from its beginning.
impl Source for &[u8] {
    #[inline]
    fn is_zero(&self, length: usize) -> bool {
        let bytes = &self[..length];
        let (blocks, rest) = bytes.as_chunks::<64>();
        let any = |bytes: &[u8]| bytes.iter().fold(0, |any, byte| any | byte);
        bytes[0] == 0 && blocks.iter().all(|block| any(block) == 0) && any(rest) == 0
    }

    #[inline]
    fn skip(&mut self, length: usize) {
        *self = &self[length..];
    }

    #[inline]
    fn fill(&mut self, bytes: &mut [u8]) {
        let (next, rest) = self.split_at(bytes.len());
        bytes.copy_from_slice(next);
        *self = rest;
    }

    #[inline]
    fn append_to(&mut self, bytes: &mut Vec<u8>, length: usize) {
        let (next, rest) = self.split_at(length);
        bytes.extend_from_slice(next);
        *self = rest;
    }
}

/// A source of nothing but zeros, as many as are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zeros;

impl Source for Zeros {
    fn is_zero(&self, _: usize) -> bool {
        true
    }

    fn skip(&mut self, _: usize) {}

    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}
