//! Fills the filesystem until it is refused, and goes on: writes, holes and files, a thousand times
//! after the last of them was refused.

use std::collections::BTreeSet;

use host_tests_programs::hostile::{create, root};

fn main() {
    let root = root();
    let piece = vec![b'x'; 64 << 10];
    let (mut refusals, mut codes) = (0, BTreeSet::new());
    let first = create(&root, "first").unwrap();
    first.write(b"stays", 0).unwrap();
    let mut number = 0;
    while refusals < 1000 {
        number += 1;
        let file = match create(&root, &number.to_string()) {
            Ok(file) => file,
            Err(code) => {
                refusals += 1;
                codes.insert(code.name());
                continue;
            }
        };
        let mut at = 0;
        let refused = loop {
            match file.write(&piece, at) {
                Ok(written) => at += written,
                Err(code) => break code,
            }
        };
        codes.insert(refused.name());
        // A hole of any size is free; what is written behind it is not.
        file.set_size((1 << 63) - 1).unwrap();
        codes.extend(file.write(&piece, 1 << 62).err().map(|code| code.name()));
        codes.extend(file.set_size(u64::MAX).err().map(|code| code.name()));
    }
    assert_eq!(first.read(9, 0).unwrap().0, b"stays");
    println!("{codes:?}");
}
