//! Sinks and sources: the caller's side of a read or write. Each byte is copied once, between the
//! page and the caller's memory.

use alloc::vec::Vec;

/// A receiver of the bytes of a read, in their order.
pub trait Sink {
    /// Takes bytes.
    fn put(&mut self, bytes: &[u8]);

    /// Takes `length` zeros.
    fn put_zeros(&mut self, length: usize);
}

/// A supplier of the bytes of a write, in their order. It is never asked for more bytes than the
/// write has.
pub trait Source {
    /// Returns whether the next `length` bytes are all zero. `length` is at least 1.
    fn is_zero(&self, length: usize) -> bool;

    /// Skips `length` bytes.
    fn skip(&mut self, length: usize);

    /// Fills `bytes` with the next bytes.
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

/// A source that is read from its beginning.
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

/// A source of any number of zeros.
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
