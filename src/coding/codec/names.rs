//! Encodings by name: Python's `codecs.lookup`.

use alloc::vec::Vec;

use super::single_byte::SingleByte;
use super::utf8::Utf8;
use super::utf16_32::{Order, Utf16Or32, Width};
use super::{Encoding, lookup_error, shortened, tables};
use crate::error::{Error, Result};

/// Returns the encoding of these units, in this order or in that of a mark.
const fn units(width: Width, order: Option<Order>) -> Encoding {
    Encoding::Utf16Or32(Utf16Or32 { width, order })
}

impl Encoding {
    /// Those without a table, in the order of `charmaps.py`.
    const FIXED: [Self; 11] = [
        Self::Utf8(Utf8::Plain),
        Self::Utf8(Utf8::Marked),
        Self::SingleByte(SingleByte::Ascii),
        Self::SingleByte(SingleByte::Latin1),
        // Python's `charmap` without a map.
        Self::SingleByte(SingleByte::Latin1),
        units(Width::Bits16, None),
        units(Width::Bits16, Some(Order::Little)),
        units(Width::Bits16, Some(Order::Big)),
        units(Width::Bits32, None),
        units(Width::Bits32, Some(Order::Little)),
        units(Width::Bits32, Some(Order::Big)),
    ];

    /// Returns the encoding that Python's `io.open` has by this name.
    pub(crate) fn find(name: &str) -> Result<Self> {
        if name.as_bytes().contains(&0) {
            return Err(Error::value("embedded null character"));
        }
        let place = place(name).ok_or_else(|| lookup_error(&["unknown encoding: ", name]))?;
        let tables = Self::FIXED.len()..Self::FIXED.len() + tables::COUNT;
        match Self::FIXED.get(place) {
            Some(fixed) => Ok(*fixed),
            None if tables.contains(&place) => {
                Ok(Self::SingleByte(SingleByte::Table(place - tables.start)))
            }
            None => {
                let [name, cut] = shortened(name);
                let advice = "use codecs.open() to handle arbitrary codecs";
                Err(lookup_error(&["'", name, cut, "' is not a text encoding; ", advice]))
            }
        }
    }
}

/// Returns the index of the line with a name in the list.
fn place(name: &str) -> Option<usize> {
    let dotted = normalized(name, b'.')?;
    // An alias may be written with dots, a module not.
    let dotless = normalized(name, b'_')?;
    tables::NAMES.as_bytes().split(|byte| *byte == b'\n').position(|line| {
        let mut names = line.split(|byte| *byte == b' ');
        names.next() == Some(&dotted) || names.any(|alias| alias == dotted || alias == dotless)
    })
}

/// No name is longer.
const LONGEST: usize = 32;

/// Returns the name in lower case, with one underscore for each row of characters that are no
/// letters, digits or dots, and `dot` for a dot; `None` if no name is like that.
fn normalized(name: &str, dot: u8) -> Option<Vec<u8>> {
    let mut normalized = Vec::with_capacity(LONGEST + 2);
    let mut separate = false;
    for byte in name.bytes() {
        if !byte.is_ascii_alphanumeric() && byte != b'.' {
            separate = !normalized.is_empty();
            continue;
        }
        if separate {
            normalized.push(b'_');
            separate = false;
        }
        normalized.push(if byte == b'.' { dot } else { byte.to_ascii_lowercase() });
        if normalized.len() > LONGEST {
            return None;
        }
    }
    (!normalized.is_empty()).then_some(normalized)
}
