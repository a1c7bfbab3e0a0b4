//! Lists on the heap. Their allocation can fail.

use alloc::vec::Vec;

use crate::error::{Error, Result};

/// Appends an item to a list.
pub(crate) fn push<T>(list: &mut Vec<T>, item: T) -> Result<()> {
    list.try_reserve(1).map_err(|_| Error::InsufficientSpace)?;
    list.push(item);
    Ok(())
}
