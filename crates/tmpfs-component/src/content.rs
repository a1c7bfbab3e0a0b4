//! Reading and writing pieces of files, as both positions and streams need it.

use alloc::vec::Vec;

use tmpfs::{Handle, Result};

use crate::convert::now;
use crate::rt;
use crate::state::{change, look};

/// What can be moved also when there is no more memory: the allocator's reserve is for one such
/// piece on its way in, and one on its way out.
pub(crate) const PIECE: usize = 64 << 10;

/// The most bytes of one answer. Holes cost nothing, and must not take memory by being read.
const MOST: u64 = 1 << 20;

/// Reads at most `length` bytes from `offset` on.
pub(crate) fn read(handle: Handle, offset: u64, length: u64) -> Result<Vec<u8>> {
    let size = look(|space| {
        // May it be read at all?
        space.read_at(handle, offset, &mut [])?;
        Ok(space.stat(handle)?.size)
    })?;
    let length = length.min(size.saturating_sub(offset)).min(MOST);
    let mut bytes = buffer(usize::try_from(length).expect("BUG: it was cut"));
    let read = look(|space| space.read_at(handle, offset, &mut bytes))?;
    bytes.truncate(read);
    Ok(bytes)
}

/// So many zeros, or fewer where there is no memory for them.
fn buffer(length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let refused = length > PIECE && rt::refusing(|| bytes.try_reserve_exact(length)).is_err();
    bytes.resize(if refused { PIECE } else { length }, 0);
    bytes
}

/// Writes from `offset` on; how many bytes.
pub(crate) fn write(handle: Handle, offset: u64, bytes: &[u8]) -> Result<u64> {
    let now = now();
    let written = change(|space| space.write_at(handle, offset, bytes, now))?;
    Ok(u64::try_from(written).expect("BUG: a length fits 64 bits"))
}

/// Writes all of it, or tells why not; what was written by then stays.
#[cfg(feature = "streams")]
pub(crate) fn write_all(handle: Handle, at: &mut Position, mut bytes: &[u8]) -> Result<()> {
    let now = now();
    while !bytes.is_empty() {
        let written = change(|space| match at {
            Position::At(offset) => space.write_at(handle, *offset, bytes, now),
            Position::End => space.append(handle, bytes, now),
        })?;
        if let Position::At(offset) = at {
            let length = u64::try_from(written).expect("BUG: a length fits 64 bits");
            *offset = offset.checked_add(length).ok_or(tmpfs::Error::FileTooLarge)?;
        }
        bytes = &bytes[written..];
    }
    Ok(())
}

/// Where a stream writes next.
#[cfg(feature = "streams")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Position {
    At(u64),
    /// Wherever the file ends then.
    End,
}
