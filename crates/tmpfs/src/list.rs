//! Lists on the heap, whose allocation can be refused.

use alloc::vec::Vec;

use crate::error::{Error, Result};

/// Appends to a list.
pub(crate) fn push<T>(list: &mut Vec<T>, item: T) -> Result<()> {
    list.try_reserve(1).map_err(|_| Error::InsufficientSpace)?;
    list.push(item);
    Ok(())
}
