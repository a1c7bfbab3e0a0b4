//! Entries of directories: a name, and the node that it names.

use alloc::boxed::Box;

use crate::error::Result;
use crate::hash;
use crate::node;
use crate::prices::SHORT;

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: Name,
    /// Where the listing has it.
    pub(crate) place: u64,
    /// The directory's epoch when the entry came.
    pub(crate) epoch: u32,
    pub(crate) node: u32,
}

impl Entry {
    pub(crate) fn try_clone(&self) -> Result<Self> {
        let Self { place, epoch, node, .. } = *self;
        Ok(Self { name: Name::new(self.name.as_str())?, place, epoch, node })
    }
}

/// A name, which is rarely longer than a few words.
#[derive(Debug)]
pub(crate) enum Name {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Box<str>),
}

impl Name {
    #[inline]
    pub(crate) fn new(name: &str) -> Result<Self> {
        let mut bytes = [0; SHORT];
        match u8::try_from(name.len()) {
            Ok(length) if name.len() <= SHORT => {
                bytes[..name.len()].copy_from_slice(name.as_bytes());
                Ok(Self::Short { length, bytes })
            }
            _ => node::boxed(name).map(Self::Long),
        }
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Short { length, bytes } => &bytes[..usize::from(*length)],
            Self::Long(name) => name.as_bytes(),
        }
    }

    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Short { .. } => str::from_utf8(self.bytes()).expect("BUG: a name is text"),
            Self::Long(name) => name,
        }
    }
}

/// A name for a new entry, with its tag.
#[derive(Clone, Copy)]
pub(crate) struct NewName<'text> {
    pub(crate) text: &'text str,
    pub(crate) tag: u32,
}

/// The bits of a hash that an index uses.
#[inline]
pub(crate) fn tag(seed: hash::Seed, name: &[u8]) -> u32 {
    let [a, b, c, d, ..] = hash::hash(seed, name).to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
