//! Uses a stream as the argument says. In some cases the interface requires a trap.

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};

/// The most bytes of one blocking write.
const BLOCKING: usize = 4096;

fn main() {
    let (root, _) = get_directories().swap_remove(0);
    let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    let file = root.open_at(PathFlags::empty(), "file", new, DescriptorFlags::WRITE).unwrap();
    let stream = file.write_via_stream(0).unwrap();
    let check = || stream.check_write().unwrap();
    let bytes = |length: u64| vec![b'x'; usize::try_from(length).unwrap()];
    match std::env::args().nth(1).expect("a case").as_str() {
        "nothing unasked" => stream.write(&[]).unwrap(),
        "all that is permitted" => {
            let permit = check();
            stream.write(&bytes(permit)).unwrap();
            stream.blocking_flush().unwrap();
            stream.write_zeroes(check()).unwrap();
            stream.blocking_flush().unwrap();
            stream.blocking_write_and_flush(&[b'x'; BLOCKING]).unwrap();
            stream.blocking_write_zeroes_and_flush(4096).unwrap();
            assert_eq!(file.stat().unwrap().size, 2 * permit + 2 * 4096);
        }
        "unasked" => stream.write(b"x").unwrap(),
        "more than permitted" => stream.write(&bytes(check() + 1)).unwrap(),
        "permitted and more" => {
            stream.write(&bytes(check())).unwrap();
            stream.write(b"x").unwrap();
        }
        "zeroes unasked" => stream.write_zeroes(1).unwrap(),
        "more zeroes than permitted" => stream.write_zeroes(check() + 1).unwrap(),
        "zeroes without end" => {
            check();
            stream.write_zeroes(u64::MAX).unwrap();
        }
        "more than one blocking write" => {
            stream.blocking_write_and_flush(&[b'x'; BLOCKING + 1]).unwrap();
        }
        "more than one blocking write of zeroes" => {
            stream.blocking_write_zeroes_and_flush(4097).unwrap();
        }
        other => panic!("unknown case {other}"),
    }
    println!("returned");
}
