//! Writes to streams at the limits of a small filesystem. A stream must report the failure once and
//! with its code, and then be closed. Everything else must work on. The host sets the limits that
//! are named here.

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags, filesystem_error_code,
};
use wasip2::io::streams::{OutputStream, StreamError};

const BYTES: u64 = 64 << 10;
const FILE_SIZE: u64 = 128 << 10;

fn main() {
    let (root, _) = get_directories().swap_remove(0);
    full(&root);
    too_large(&root);
    spliced(&root);
}

fn create(root: &Descriptor, path: &str) -> Descriptor {
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    root.open_at(PathFlags::empty(), path, new, flags).unwrap()
}

fn code<T: std::fmt::Debug>(outcome: Result<T, StreamError>) -> ErrorCode {
    match outcome {
        Err(StreamError::LastOperationFailed(error)) => {
            assert!(!error.to_debug_string().is_empty());
            filesystem_error_code(&error).expect("it is an error of the filesystem")
        }
        other => panic!("not a failure of the last operation: {other:?}"),
    }
}

/// Asserts that every method answers that the stream is closed, and that waiting for it returns.
fn assert_closed(stream: &OutputStream) {
    stream.subscribe().block();
    let outcomes = [
        stream.check_write().map(drop),
        stream.write(b"x"),
        stream.blocking_write_and_flush(b""),
        stream.flush(),
        stream.blocking_flush(),
        stream.write_zeroes(1),
        stream.blocking_write_zeroes_and_flush(0),
    ];
    assert!(outcomes.iter().all(|it| matches!(it, Err(StreamError::Closed))), "{outcomes:?}");
}

fn full(root: &Descriptor) {
    let file = create(root, "full");
    let stream = file.write_via_stream(0).unwrap();
    let piece = vec![b'x'; 4096];
    let mut written = 0;
    let refusal = loop {
        match stream.blocking_write_and_flush(&piece) {
            Ok(()) => written += 4096,
            refusal => break refusal,
        }
        assert!(written <= BYTES);
    };
    assert_eq!(code(refusal), ErrorCode::InsufficientSpace);
    assert_closed(&stream);
    assert!(written >= BYTES - 4096, "{written}");
    assert_eq!(file.read(written, 0).unwrap().0, vec![b'x'; usize::try_from(written).unwrap()]);

    // A write that does not block reports the failure at the next flush or before, and then the
    // stream is closed, too.
    let stream = file.append_via_stream().unwrap();
    stream.check_write().unwrap();
    let refusal = stream.write(&vec![b'y'; 4 * 4096]).and_then(|()| stream.blocking_flush());
    assert_eq!(code(refusal), ErrorCode::InsufficientSpace);
    assert_closed(&stream);
    // A new stream writes once there is room again.
    file.set_size(0).unwrap();
    file.write_via_stream(0).unwrap().blocking_write_and_flush(&piece).unwrap();
    root.unlink_file_at("full").unwrap();
}

fn too_large(root: &Descriptor) {
    let file = create(root, "large");
    let stream = file.write_via_stream(FILE_SIZE).unwrap();
    assert_eq!(code(stream.blocking_write_and_flush(b"x")), ErrorCode::FileTooLarge);
    assert_closed(&stream);
    let stream = file.write_via_stream(u64::MAX).unwrap();
    assert_eq!(code(stream.blocking_write_and_flush(b"xy")), ErrorCode::FileTooLarge);
    assert_closed(&stream);
    assert_eq!(file.stat().unwrap().size, 0);

    // Zeros take no room, but they count for the file's length. `stream_traps` tests writes of more
    // than is permitted.
    let stream = file.append_via_stream().unwrap();
    let mut left = FILE_SIZE - 1;
    while left > 0 {
        let piece = left.min(stream.check_write().unwrap());
        stream.write_zeroes(piece).unwrap();
        left -= piece;
    }
    stream.blocking_write_zeroes_and_flush(1).unwrap();
    assert_eq!(code(stream.blocking_write_zeroes_and_flush(1)), ErrorCode::FileTooLarge);
    assert_closed(&stream);
    assert_eq!(file.stat().unwrap().size, FILE_SIZE);
    root.unlink_file_at("large").unwrap();
}

fn spliced(root: &Descriptor) {
    let (from, to) = (create(root, "from"), create(root, "to"));
    from.write(&vec![b'f'; 48 << 10], 0).unwrap();
    let (source, sink) = (from.read_via_stream(0).unwrap(), to.write_via_stream(0).unwrap());
    let refusal = (0..12).map(|_| sink.blocking_splice(&source, 4096)).find(Result::is_err);
    assert_eq!(code(refusal.unwrap()), ErrorCode::InsufficientSpace);
    assert_closed(&sink);
    assert!(matches!(sink.splice(&source, 1), Err(StreamError::Closed)));
    // The bytes that the splice had read from the source are lost. The rest is still there.
    assert_eq!(source.blocking_read(1).unwrap(), b"f");
}
