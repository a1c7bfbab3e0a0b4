//! Writes zeros far beyond the limit, and then hides a byte in each page of them until it is
//! refused.

use host_tests_programs::hostile::{create, root};

/// Four times the largest piece of one read.
const ZEROS: u64 = 64 << 20;

/// The bytes of a page of the filesystem.
const PAGE: u64 = 16 << 10;

fn main() {
    let file = create(&root(), "file").unwrap();
    let stream = file.write_via_stream(0).unwrap();
    let mut size = 0;
    while size < ZEROS {
        let piece = stream.check_write().unwrap().min(ZEROS - size);
        stream.write_zeroes(piece).unwrap();
        stream.blocking_flush().unwrap();
        size += piece;
    }
    println!("{} zeros", file.stat().unwrap().size);
    let mut hidden = 0;
    let refusal = loop {
        match file.write(&[1], hidden * PAGE) {
            Ok(_) => hidden += 1,
            Err(code) => break code.name(),
        }
    };
    println!("{hidden} bytes hidden, then {refusal}");
    let (mut at, mut found) = (0, 0);
    while at < ZEROS {
        let piece = file.read(1 << 20, at).unwrap().0;
        found += piece.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        at += u64::try_from(piece.len()).unwrap();
    }
    assert_eq!(found, hidden);
}
