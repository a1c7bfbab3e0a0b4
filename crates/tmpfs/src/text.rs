//! Text on the heap. Its allocation can fail.

use alloc::{boxed::Box, string::String, vec::Vec};

use crate::error::{Error, Result};

/// Returns a copy of `text` on the heap.
pub(crate) fn boxed(text: &str) -> Result<Box<str>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(text.len()).map_err(|_| Error::InsufficientSpace)?;
    bytes.extend_from_slice(text.as_bytes());
    // A string whose length equals its capacity is boxed without another allocation.
    let text = String::from_utf8(bytes).expect("BUG: it was text before");
    Ok(text.into_boxed_str())
}
