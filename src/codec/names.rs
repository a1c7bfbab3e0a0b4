//! Encodings by name: Python's `codecs.lookup`.

use alloc::{format, string::String};

use super::charmap::Charmap;
use super::{Encoding, Order, shortened, tables};
use crate::error::{Error, Result};

impl Encoding {
    /// Those without a table, in the order of `charmaps.py`.
    const FIXED: [Self; 11] = [
        Self::Utf8,
        Self::Utf8Sig,
        Self::Ascii,
        Self::Latin1,
        // Python's `charmap` without a map.
        Self::Latin1,
        Self::Utf16(None),
        Self::Utf16(Some(Order::Little)),
        Self::Utf16(Some(Order::Big)),
        Self::Utf32(None),
        Self::Utf32(Some(Order::Little)),
        Self::Utf32(Some(Order::Big)),
    ];

    /// The encoding that Python's `io.open` has by this name.
    pub(crate) fn find(name: &str) -> Result<Self> {
        if name.contains('\0') {
            return Err(Error::value("embedded null character"));
        }
        let Some(place) = place(name) else {
            return Err(Error::Lookup(format!("unknown encoding: {name}").into()));
        };
        let fixed = Self::FIXED.get(place).copied();
        let charmap = || Some(place - Self::FIXED.len()).filter(|place| *place < tables::COUNT);
        fixed.or_else(|| charmap().map(|place| Self::Charmap(Charmap(place)))).ok_or_else(|| {
            let name = shortened(name);
            let advice = "use codecs.open() to handle arbitrary codecs";
            Error::Lookup(format!("'{name}' is not a text encoding; {advice}").into())
        })
    }
}

/// The place of a name's line in the list.
fn place(name: &str) -> Option<usize> {
    let name = normalized(name);
    // An alias may be written with dots, a module not.
    let dotless = name.replace('.', "_");
    tables::NAMES.lines().position(|line| {
        let mut names = line.split(' ');
        names.next() == Some(&*name) || names.any(|alias| alias == name || alias == dotless)
    })
}

/// The name in lower case, with one underscore for whatever separates letters, digits and dots.
fn normalized(name: &str) -> String {
    let mut normalized = String::new();
    for part in name.split(|character: char| !character.is_ascii_alphanumeric() && character != '.')
    {
        if !part.is_empty() {
            if !normalized.is_empty() {
                normalized.push('_');
            }
            normalized.push_str(part);
        }
    }
    normalized.make_ascii_lowercase();
    normalized
}
