//! Names of entries, and the tags by which an index finds them.

use alloc::boxed::Box;

use crate::error::Result;
use crate::hash::{self, Seed};
use crate::prices::SHORT;
use crate::text;

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
            _ => text::boxed(name).map(Self::Long),
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
    pub(crate) tag: Tag,
}

/// The bits of a name's hash that an index uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tag(pub(crate) u32);

impl Tag {
    #[inline]
    pub(crate) fn of(seed: Seed, name: &[u8]) -> Self {
        let [a, b, c, d, ..] = hash::hash(seed, name).to_le_bytes();
        Self(u32::from_le_bytes([a, b, c, d]))
    }
}
