//! Opens a file until it is refused, keeps all that it got, and asks for more of everything that
//! takes a handle, a hundred thousand times.

use std::collections::BTreeSet;
use std::mem;

use host_tests_programs::hostile::{create, open, root};

fn main() {
    let root = root();
    let file = create(&root, "file").unwrap();
    file.write(b"content", 0).unwrap();
    let mut held = Vec::new();
    let mut codes = BTreeSet::new();
    while let Ok(again) = open(&root, "file") {
        held.push(again);
    }
    println!("opened {} times", held.len());
    for _ in 0..20_000 {
        codes.extend(open(&root, "file").map(mem::forget).err().map(|code| code.name()));
        codes.extend(file.read_via_stream(0).map(mem::forget).err().map(|code| code.name()));
        codes.extend(file.write_via_stream(0).map(mem::forget).err().map(|code| code.name()));
        codes.extend(file.append_via_stream().map(mem::forget).err().map(|code| code.name()));
        codes.extend(root.read_directory().map(mem::forget).err().map(|code| code.name()));
    }
    println!("{codes:?}");
    assert_eq!(held[held.len() / 2].read(9, 0).unwrap().0, b"content");
    // Given back, they can be had again.
    let before = held.len();
    held.clear();
    while let Ok(again) = open(&root, "file") {
        held.push(again);
    }
    assert_eq!(held.len(), before);
    mem::forget(held);
}
