//! Asks for as many bytes as a number can say, by each way to read.

use host_tests_programs::hostile::{create, root};
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

const BYTES: usize = 100_000;

fn main() {
    let root = root();
    let file = create(&root, "file").unwrap();
    let content: Vec<u8> = (0..=250).cycle().take(BYTES).collect();
    file.write(&content, 0).unwrap();

    let (mut read, mut end) = (Vec::new(), false);
    while !end {
        let (piece, is_end) = file.read(u64::MAX, u64::try_from(read.len()).unwrap()).unwrap();
        read.extend(piece);
        end = is_end;
    }
    assert!(read == content);
    for read in [InputStream::read, InputStream::blocking_read] {
        let stream = file.read_via_stream(0).unwrap();
        let mut all: Vec<u8> = Vec::new();
        until_the_end(&stream, |stream| {
            let piece = read(stream, u64::MAX)?;
            all.extend(&piece);
            Ok(u64::try_from(piece.len()).unwrap())
        });
        assert!(all == content);
    }
    for skip in [InputStream::skip, InputStream::blocking_skip] {
        let stream = file.read_via_stream(0).unwrap();
        println!("skipped {}", until_the_end(&stream, |stream| skip(stream, u64::MAX)));
    }
    for (splice, name) in [
        (OutputStream::splice as fn(&OutputStream, &InputStream, u64) -> _, "spliced"),
        (OutputStream::blocking_splice, "spliced-blocking"),
    ] {
        let copy = create(&root, name).unwrap();
        let (source, sink) = (file.read_via_stream(0).unwrap(), copy.write_via_stream(0).unwrap());
        let moved = until_the_end(&source, |source| {
            sink.subscribe().block();
            splice(&sink, source, u64::MAX)
        });
        sink.blocking_flush().unwrap();
        println!("{name} {moved} to {}", copy.stat().unwrap().size);
    }
    file.set_size(1 << 40).unwrap();
    let holes = file.read_via_stream(1 << 30).unwrap();
    for _ in 0..100 {
        assert!(!file.read(u64::MAX, 1 << 20).unwrap().0.is_empty());
        assert!(!holes.blocking_read(u64::MAX).unwrap().is_empty());
    }
}

/// Returns the sum of what `step` moves before the stream is closed.
fn until_the_end(
    stream: &InputStream,
    mut step: impl FnMut(&InputStream) -> Result<u64, StreamError>,
) -> u64 {
    let mut sum = 0;
    loop {
        stream.subscribe().block();
        match step(stream) {
            Ok(moved) => sum += moved,
            Err(StreamError::Closed) => return sum,
            Err(error) => panic!("{error:?}"),
        }
    }
}
