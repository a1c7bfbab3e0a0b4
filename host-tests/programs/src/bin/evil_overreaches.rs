//! Writes bytes from memory that it does not have, over bytes that it wrote before.
#![expect(unsafe_code, reason = "it says that it has memory which it does not have")]

use std::hint::black_box;
use std::{ptr, slice};

use host_tests_programs::hostile::{create, root};

/// Near the end of what 32 bits can address.
const NOWHERE: usize = 0xffff_0000;

fn main() {
    let file = create(&root(), "file").unwrap();
    file.write(b"stays", 0).unwrap();
    println!("written");
    let beyond = ptr::without_provenance::<u8>(black_box(NOWHERE));
    // SAFETY: There is no such memory. The host must end the program without reading it.
    let beyond = unsafe { slice::from_raw_parts(beyond, 0x8000) };
    let _ = file.write(beyond, 0);
    println!("never reached");
}
