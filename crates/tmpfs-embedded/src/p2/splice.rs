//! `wasi:io/streams`: moving bytes from one stream to another, as far as both permit. At least one
//! of them is of this module.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use alloc::vec::Vec;

use crate::p2::abi::{OURS, Out, lowered};
use crate::p2::held::{change, look};
use crate::p2::host;
use crate::p2::streams::{Result, answer, told};
use crate::program::Piece;
use crate::streams::{Failure, PERMIT};

lowered! {
    "wasi:io/streams#[method]output-stream.splice"
    fn splice(_caller, stream: u32, source: u32, length: u64, out: u32) {
        splice_pieces(stream, source, length, false, out);
    }

    "wasi:io/streams#[method]output-stream.blocking-splice"
    fn blocking_splice(_caller, stream: u32, source: u32, length: u64, out: u32) {
        splice_pieces(stream, source, length, true, out);
    }
}

fn splice_pieces(stream: u32, source: u32, length: u64, blocking: bool, out: u32) {
    let out = Out::number(out);
    if blocking && stream & OURS == 0 {
        host::wait_to_write(stream);
    }
    let moved = splice_piece(stream, source, length, blocking);
    answer(out, moved, |area, at, moved| area.store64(at, moved));
}

fn splice_piece(stream: u32, source: u32, length: u64, blocking: bool) -> Result<u64> {
    if source & OURS != 0 {
        // The streams are checked even if no bytes are to be moved.
        look(|held| {
            held.reader(source);
        });
    }
    let permitted = if stream & OURS == 0 {
        host::check_write(stream)?
    } else {
        look(|held| held.writer(stream).1.check_write()).map_err(told)?
    };
    let permitted = permitted.min(length).min(PERMIT);
    if permitted == 0 {
        return Ok(0);
    }
    let bytes = if source & OURS == 0 {
        host::read(source, permitted, blocking)?
    } else {
        read(source, permitted).map_err(told)?
    };
    let moved = u64::try_from(bytes.len()).expect("BUG: memory has 32 bits");
    if stream & OURS == 0 {
        host::write(stream, &bytes)?;
    } else {
        let now = host::now();
        let written = change(|held| {
            let (space, writer) = held.writer(stream);
            writer.write(space, moved, &Piece::Ours(&bytes), now)
        });
        written.map_err(told)?;
    }
    Ok(moved)
}

/// Reads a piece of a file. The allocator's reserve has room for it.
fn read(source: u32, length: u64) -> core::result::Result<Vec<u8>, Failure> {
    look(|held| {
        let (space, reader) = held.reader(source);
        let left = reader.left(space, length)?;
        let left = usize::try_from(left).expect("BUG: it was cut");
        let mut bytes = alloc::vec![0; left];
        reader.read(space, left, &mut bytes.as_mut_slice())?;
        Ok(bytes)
    })
}
