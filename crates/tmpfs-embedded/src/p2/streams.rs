//! `wasi:io/streams`: streams of files. Calls for streams of the host come here only for splices.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use crate::p2::abi::{MOST, Out, lowered, put_list};
use crate::p2::held::{Held, Resource, change, drop, look};
use crate::p2::host::{self, StreamError};
use crate::program::{Area, Caller, Piece, index, trap};
use crate::streams::Failure;

/// The result of a function of a stream.
pub(crate) type Result<T> = core::result::Result<T, StreamError>;

lowered! {
    "wasi:io/streams#[method]input-stream.read"
    fn read(caller, stream: u32, length: u64, out: u32) {
        read_list(caller, stream, length, out);
    }

    "wasi:io/streams#[method]input-stream.blocking-read"
    fn blocking_read(caller, stream: u32, length: u64, out: u32) {
        read_list(caller, stream, length, out);
    }

    "wasi:io/streams#[method]input-stream.skip"
    fn skip(_caller, stream: u32, length: u64, out: u32) {
        skip_bytes(stream, length, out);
    }

    "wasi:io/streams#[method]input-stream.blocking-skip"
    fn blocking_skip(_caller, stream: u32, length: u64, out: u32) {
        skip_bytes(stream, length, out);
    }

    "wasi:io/streams#[method]input-stream.subscribe"
    fn subscribe_input(_caller, stream: u32) -> u32 {
        subscribe(|held| { held.reader(stream); })
    }

    "wasi:io/streams#[resource-drop]input-stream"
    fn drop_input(_caller, stream: u32) {
        drop(stream, |resource| matches!(resource, Resource::Reader(_)));
    }

    "wasi:io/streams#[method]output-stream.check-write"
    fn check_write(_caller, stream: u32, out: u32) {
        let out = Out::number(out);
        let permitted = look(|held| held.writer(stream).1.check_write());
        answer(out, permitted.map_err(told), |area, at, permitted| area.store64(at, permitted));
    }

    "wasi:io/streams#[method]output-stream.write"
    fn write(_caller, stream: u32, from: u32, length: u32, out: u32) {
        let bytes = Area::new(from, length, 1).bytes();
        put(stream, u64::from(length), Piece::Program(bytes), false, out);
    }

    "wasi:io/streams#[method]output-stream.blocking-write-and-flush"
    fn blocking_write(_caller, stream: u32, from: u32, length: u32, out: u32) {
        let bytes = Area::new(from, length, 1).bytes();
        put(stream, u64::from(length), Piece::Program(bytes), true, out);
    }

    "wasi:io/streams#[method]output-stream.write-zeroes"
    fn write_zeroes(_caller, stream: u32, length: u64, out: u32) {
        put(stream, length, Piece::Zeros, false, out);
    }

    "wasi:io/streams#[method]output-stream.blocking-write-zeroes-and-flush"
    fn blocking_write_zeroes(_caller, stream: u32, length: u64, out: u32) {
        put(stream, length, Piece::Zeros, true, out);
    }

    "wasi:io/streams#[method]output-stream.flush"
    fn flush(_caller, stream: u32, out: u32) {
        flushed(stream, out);
    }

    "wasi:io/streams#[method]output-stream.blocking-flush"
    fn blocking_flush(_caller, stream: u32, out: u32) {
        flushed(stream, out);
    }

    "wasi:io/streams#[method]output-stream.subscribe"
    fn subscribe_output(_caller, stream: u32) -> u32 {
        subscribe(|held| { held.writer(stream); })
    }

    "wasi:io/streams#[resource-drop]output-stream"
    fn drop_output(_caller, stream: u32) {
        drop(stream, |resource| matches!(resource, Resource::Writer(_)));
    }
}

/// Makes the place of a `result<_, stream-error>`, or of one with a list as its content.
fn small(out: u32) -> Out {
    Out::new(out, 12, 4)
}

/// Writes a result, or the error of a stream.
pub(crate) fn answer<T>(out: Out, outcome: Result<T>, put: impl FnOnce(Area, u32, T)) {
    match outcome {
        Ok(value) => out.put(Ok(value), put),
        Err(StreamError([case, error])) => out.fail_with(case, error),
    }
}

/// Returns the words of a failure: a resource with the reason, or the end of the stream.
pub(crate) fn told(failure: Failure) -> StreamError {
    let error = match failure {
        Failure::Closed => return StreamError::CLOSED,
        Failure::Failed(error) => error,
        Failure::Trap => trap(),
    };
    change(|held| match held.table.reserve() {
        Ok(room) => StreamError([0, held.put(room, Resource::Error(error))]),
        // If there is no memory for the reason, report the end of the stream.
        Err(_) => StreamError::CLOSED,
    })
}

/// Reads into a list of the program. The length is known before the program allocates the list, and
/// stays the same, since no other code runs in between.
fn read_list(caller: Caller, stream: u32, length: u64, out: u32) {
    let out = small(out);
    let left = look(|held| {
        let (space, reader) = held.reader(stream);
        reader.left(space, length.min(MOST))
    });
    let read = left.and_then(|left| {
        let left = u32::try_from(left).expect("BUG: it was cut");
        let list = caller.allocate(left, 1);
        look(|held| {
            let (space, reader) = held.reader(stream);
            reader.read(space, index(left), &mut list.bytes())
        })?;
        Ok(list)
    });
    answer(out, read.map_err(told), |area, at, list| put_list(area, at, list, list.length()));
}

fn skip_bytes(stream: u32, length: u64, out: u32) {
    let out = Out::number(out);
    let skipped = look(|held| {
        let (space, reader) = held.reader(stream);
        reader.skip(space, length)
    });
    answer(out, skipped.map_err(told), |area, at, skipped| area.store64(at, skipped));
}

fn put(stream: u32, length: u64, source: Piece<'_>, blocking: bool, out: u32) {
    let out = small(out);
    let now = host::now();
    let written = change(|held| {
        let (space, writer) = held.writer(stream);
        if blocking {
            writer.blocking_write(space, length, &source, now)
        } else {
            writer.write(space, length, &source, now)
        }
    });
    answer(out, written.map_err(told), |_, _, ()| {});
}

fn flushed(stream: u32, out: u32) {
    let out = small(out);
    let flushed = look(|held| held.writer(stream).1.flush());
    answer(out, flushed.map_err(told), |_, _, ()| {});
}

/// Hands out a pollable that is ready. Traps if there is no memory, since the function has no
/// error.
fn subscribe(check: impl FnOnce(&mut Held)) -> u32 {
    change(|held| {
        check(held);
        match held.table.reserve() {
            Ok(room) => held.put(room, Resource::Pollable),
            Err(_) => trap(),
        }
    })
}
