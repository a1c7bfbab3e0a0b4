//! Vectors of bytes where memory can run out: a refusal, as Python's `MemoryError`, instead of the
//! end of the instance.

use alloc::vec::Vec;

use crate::error::{Error, ErrorCode, Result};

/// Appends, without a copy where nothing is there yet.
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

/// Copies.
pub(crate) fn copy(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut copy = Vec::new();
    reserve(&mut copy, bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}

/// Checks that so many bytes can be allocated. Lists that pass between components are allocated
/// where the canonical ABI has no way to say no; asking before makes an error of what would be a
/// trap.
pub(crate) fn check_room(bytes: usize) -> Result<(), ErrorCode> {
    let mut room = Vec::<u8>::new();
    room.try_reserve_exact(bytes).map_err(|_| ErrorCode::InsufficientMemory)?;
    // Without `black_box`, LLVM removes the unused allocation.
    core::hint::black_box(&room);
    Ok(())
}

/// The length as a position in a file counts.
pub(crate) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("BUG: a length fits 64 bits")
}

/// Finds the first `byte`, as `memchr::memchr`, which without SIMD looks at four bytes at a time
/// and takes a hundred instructions a line more; and which is inlined.
#[inline(never)]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    let wanted = u64::from_le_bytes([byte; 8]);
    for (at, word) in words.iter().enumerate() {
        let zero_where_found = u64::from_le_bytes(*word) ^ wanted;
        let borrow = zero_where_found.wrapping_sub(u64::from_le_bytes([1; 8]));
        let found = borrow & !zero_where_found & u64::from_le_bytes([0x80; 8]);
        if found != 0 {
            // The lowest of them is right, whatever is borrowed above it.
            return Some(8 * at + usize::try_from(found.trailing_zeros() / 8).unwrap_or_default());
        }
    }
    let found = rest.iter().position(|it| *it == byte);
    found.map(|at| text.len() - rest.len() + at)
}
