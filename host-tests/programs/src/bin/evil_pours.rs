//! Splices a file to its own end, so that the source never ends before the space does.

use host_tests_programs::hostile::{create, failure, root};

fn main() {
    let file = create(&root(), "file").unwrap();
    file.write(&[b'x'; 4096], 0).unwrap();
    let (source, sink) = (file.read_via_stream(0).unwrap(), file.append_via_stream().unwrap());
    let refusal = loop {
        if let Err(refused) = sink.blocking_splice(&source, u64::MAX) {
            break failure(&refused);
        }
    };
    println!("{} bytes, then {refusal}", file.stat().unwrap().size);
    println!("again: {}", failure(&sink.blocking_splice(&source, 1).unwrap_err()));
}
