//! Reading and writing pieces of files, by position and in streams.

use alloc::vec::Vec;

use tmpfs::{Handle, Result};

use crate::convert::now;
use crate::rt;
use crate::state::{change, look};

/// The bytes of a piece that can be moved even if memory is used up. The allocator's reserve has
/// room for one piece on its way in and one on its way out.
pub(crate) const PIECE: usize = 64 << 10;

/// The most bytes of one answer. Holes cost nothing, so reading them must not take memory without
/// limit.
const MOST: u64 = 1 << 20;

/// Reads at most `length` bytes from `offset` on.
pub(crate) fn read(handle: Handle, offset: u64, length: u64) -> Result<Vec<u8>> {
    let size = look(|space| {
        // Check first that the file may be read at all.
        space.read_at(handle, offset, &mut [])?;
        Ok(space.stat(handle)?.size)
    })?;
    let length = length.min(size.saturating_sub(offset)).min(MOST);
    let mut bytes = buffer(usize::try_from(length).expect("BUG: it was cut"));
    let read = look(|space| space.read_at(handle, offset, &mut bytes))?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Returns `length` zeros, or fewer if there is no memory for them.
fn buffer(length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let refused = length > PIECE && rt::refusing(|| bytes.try_reserve_exact(length)).is_err();
    bytes.resize(if refused { PIECE } else { length }, 0);
    bytes
}

/// Writes from `offset` on, and returns the number of bytes written.
pub(crate) fn write(handle: Handle, offset: u64, bytes: &[u8]) -> Result<u64> {
    let now = now();
    let written = change(|space| space.write_at(handle, offset, bytes, now))?;
    Ok(u64::try_from(written).expect("BUG: a length fits 64 bits"))
}

/// Writes all bytes, or returns the error. Bytes that were written before it stay.
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

/// The position of a stream's next write.
#[cfg(feature = "streams")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Position {
    At(u64),
    /// The end of the file at that moment.
    End,
}
