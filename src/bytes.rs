//! Vectors of bytes for a memory that can run out: an error, like Python's `MemoryError`, instead
//! of the end of the instance.

use alloc::vec::Vec;

use crate::error::{Error, ErrorCode, Result};

/// Appends `bytes`, without a copy if the vector is empty.
pub(crate) fn append(all: &mut Vec<u8>, bytes: Vec<u8>) -> Result<()> {
    if all.is_empty() {
        *all = bytes;
    } else {
        reserve(all, bytes.len())?;
        all.extend_from_slice(&bytes);
    }
    Ok(())
}

/// Makes room for `additional` items.
pub(crate) fn reserve<T>(items: &mut Vec<T>, additional: usize) -> Result<()> {
    items.try_reserve(additional).map_err(|_| Error::os(ErrorCode::InsufficientMemory))
}

/// Copies bytes, or fails if no memory is left.
pub(crate) fn copy(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut copy = Vec::new();
    reserve(&mut copy, bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}

/// Checks that so many bytes can be allocated. The canonical ABI allocates lists that pass between
/// components, and a refusal is a trap there; this check makes it an error before.
pub(crate) fn check_room(bytes: usize) -> Result<(), ErrorCode> {
    let mut room = Vec::<u8>::new();
    room.try_reserve_exact(bytes).map_err(|_| ErrorCode::InsufficientMemory)?;
    // Without `black_box`, LLVM removes the unused allocation.
    core::hint::black_box(&room);
    Ok(())
}

/// Returns the length as a number of the type of positions.
pub(crate) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("BUG: a length fits 64 bits")
}

/// Finds the first `byte`. `memchr::memchr` looks at four bytes at a time without SIMD, takes a
/// hundred instructions a line more, and is inlined.
#[inline(never)]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    let wanted = u64::from_le_bytes([byte; 8]);
    for (at, word) in words.iter().enumerate() {
        let zero_where_found = u64::from_le_bytes(*word) ^ wanted;
        let borrow = zero_where_found.wrapping_sub(u64::from_le_bytes([1; 8]));
        let found = borrow & !zero_where_found & u64::from_le_bytes([0x80; 8]);
        if found != 0 {
            // A borrow can only set marks above the lowest one.
            return Some(8 * at + usize::try_from(found.trailing_zeros() / 8).unwrap_or_default());
        }
    }
    let found = rest.iter().position(|it| *it == byte);
    found.map(|at| text.len() - rest.len() + at)
}
