//! Exits in a destructor, in the middle of an append, while it holds streams, pollables and a
//! listing that were never used.

use std::process;

use host_tests_programs::hostile::{create, root};
use wasip2::filesystem::types::{Descriptor, DirectoryEntryStream};
use wasip2::io::poll::Pollable;
use wasip2::io::streams::{InputStream, OutputStream};

/// The things that are held at the end.
struct Last {
    append: OutputStream,
    _held: (Pollable, InputStream, DirectoryEntryStream, Descriptor),
}

impl Drop for Last {
    fn drop(&mut self) {
        let permit = self.append.check_write().unwrap();
        self.append.write(&vec![b'y'; usize::try_from(permit).unwrap()]).unwrap();
        println!("exits");
        process::exit(7);
    }
}

fn main() {
    let root = root();
    let file = create(&root, "file").unwrap();
    for _ in 0..100 {
        file.append_via_stream().unwrap().blocking_write_and_flush(b"whole").unwrap();
    }
    println!("{} bytes", file.stat().unwrap().size);
    let reader = file.read_via_stream(0).unwrap();
    let held = (reader.subscribe(), reader, root.read_directory().unwrap(), root);
    drop(Last { append: file.append_via_stream().unwrap(), _held: held });
    println!("never reached");
}
