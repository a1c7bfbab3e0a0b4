//! The names of encodings: `codecs.lookup`.

use alloc::{format, string::String};

use super::{Encoding, Order, shortened};
use crate::error::{Error, Result};

impl Encoding {
    /// The encoding that Python's `io.open` knows by this name.
    pub(crate) fn find(name: &str) -> Result<Self> {
        if name.contains('\0') {
            return Err(Error::value("embedded null character"));
        }
        match &*normalized(name) {
            "utf_8" | "utf8" => Ok(Self::Utf8),
            "utf_8_sig" => Ok(Self::Utf8Sig),
            "utf_16" => Ok(Self::Utf16(None)),
            "utf_16_le" => Ok(Self::Utf16(Some(Order::Little))),
            "utf_16_be" => Ok(Self::Utf16(Some(Order::Big))),
            "utf_32" => Ok(Self::Utf32(None)),
            "ascii" => Ok(Self::Ascii),
            "latin_1" | "latin1" => Ok(Self::Latin1),
            "hex" => Err(Error::Lookup(
                format!(
                    "'{}' is not a text encoding; use codecs.open() to handle arbitrary codecs",
                    shortened(name)
                )
                .into(),
            )),
            _ => Err(Error::Lookup(format!("unknown encoding: {name}").into())),
        }
    }
}

/// In lower case, with one underscore for each run of what is no letter, digit or dot in ASCII.
fn normalized(name: &str) -> String {
    let mut normalized = String::new();
    let mut gap = false;
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || character == '.' {
            if gap && !normalized.is_empty() {
                normalized.push('_');
            }
            normalized.push(character.to_ascii_lowercase());
            gap = false;
        } else {
            gap = true;
        }
    }
    normalized
}
