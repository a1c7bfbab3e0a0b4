//! Gives a file a name that is no text.
#![expect(unsafe_code, reason = "no safe function makes text that is not UTF-8")]

use std::hint::black_box;

use host_tests_programs::hostile::{create, names, root};

fn main() {
    let root = root();
    drop(create(&root, "file").unwrap());
    println!("{:?}", names(&root));
    let bytes = black_box(vec![b'f', 0xff, 0xfe]);
    // SAFETY: It is no text. Only the host looks at it, which must end the program.
    let garbled = unsafe { str::from_utf8_unchecked(&bytes) };
    drop(create(&root, garbled));
    println!("never reached");
}
