//! Unlinks each file that it makes, drops the descriptor, and goes on writing through the stream
//! until it is refused. When all streams are dropped, it does so again.

use host_tests_programs::hostile::{create, failure, names, root};

fn main() {
    let root = root();
    for _ in 0..2 {
        let (mut streams, mut written) = (Vec::new(), 0);
        let refusal = loop {
            let file = create(&root, "ghost").unwrap();
            let stream = file.write_via_stream(0).unwrap();
            root.unlink_file_at("ghost").unwrap();
            drop(file);
            let mut pieces = 0..16;
            let refused = pieces.find_map(|_| {
                let refused = stream.blocking_write_and_flush(&[1; 4096]).err();
                written += if refused.is_none() { 4096 } else { 0 };
                refused
            });
            if let Some(refused) = refused {
                break failure(&refused);
            }
            streams.push(stream);
        };
        println!("{written} bytes without a name, then {refusal}");
        assert!(names(&root).is_empty());
    }
}
