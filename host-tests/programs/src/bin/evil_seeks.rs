//! Reads, writes and cuts at the largest offsets that there are, by methods and by streams.

use host_tests_programs::hostile::{create, root, say};

fn main() {
    let root = root();
    let file = create(&root, "file").unwrap();
    file.write(b"start", 0).unwrap();
    for offset in [1 << 62, (1 << 63) - 2, (1 << 63) - 1, 1 << 63, u64::MAX] {
        println!("-- {offset:#x}");
        say("write", &file.write(b"x", offset));
        say("read", &file.read(u64::MAX, offset));
        say("set-size", &file.set_size(offset));
        println!("{:#x} bytes", file.stat().unwrap().size);
        match file.read_via_stream(offset) {
            Ok(stream) => println!("{} bytes of a stream", stream.read(9).map_or(0, |it| it.len())),
            Err(code) => println!("stream: {}", code.name()),
        }
        let written = file
            .write_via_stream(offset)
            .map(|stream| stream.blocking_write_and_flush(b"yy").map_err(drop));
        println!("written by a stream: {written:?}");
    }
    assert_eq!(file.read(5, 0).unwrap().0, b"start");
}
