//! Takes all the memory that there is, and then fills the filesystem with what is left to it.

use std::collections::BTreeSet;
use std::hint::black_box;

use host_tests_programs::hostile::{create, root};

fn main() {
    let root = root();
    let file = create(&root, "file").unwrap();
    file.write(b"stays", 0).unwrap();
    // The answers of the calls below need room in the program's own memory.
    let room = black_box(vec![0_u8; 1 << 20]);
    while grow() {}
    drop(room);
    let mut codes = BTreeSet::new();
    for number in 0..2000 {
        match create(&root, &number.to_string()) {
            Ok(file) => codes.extend(file.write(&[1; 4096], 0).err().map(|code| code.name())),
            Err(code) => drop(codes.insert(code.name())),
        }
    }
    println!("{codes:?}");
    assert_eq!(file.read(9, 0).unwrap().0, b"stays");
    for number in 0..100 {
        let _ = root.unlink_file_at(&number.to_string());
    }
    file.write(b"again", 0).unwrap();
    assert_eq!(file.read(9, 0).unwrap().0, b"again");
}

/// Grows the program's memory by a page. Returns false at its limit.
fn grow() -> bool {
    #[cfg(target_family = "wasm")]
    return std::arch::wasm32::memory_grow::<0>(1) != usize::MAX;
    #[cfg(not(target_family = "wasm"))]
    unimplemented!("memory that a host can limit")
}
