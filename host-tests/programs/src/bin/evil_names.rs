//! Gives one file names of 255 bytes until it is refused, and then makes, moves and unlinks
//! files as fast as it can, a hundred thousand times.

use std::collections::BTreeSet;

use host_tests_programs::hostile::{create, root};
use wasip2::filesystem::types::PathFlags;

fn main() {
    let root = root();
    drop(create(&root, "file").unwrap());
    let name = |number: usize| format!("{number:0>255}");
    let link = |name: &str| root.link_at(PathFlags::empty(), "file", &root, name);
    let mut links = 0;
    let refusal = loop {
        match link(&name(links)) {
            Ok(()) => links += 1,
            Err(code) => break code,
        }
    };
    println!("then {}", refusal.name());
    println!("longer {}", link(&"n".repeat(256)).unwrap_err().name());
    println!("longest {}", link(&"n".repeat(1 << 20)).unwrap_err().name());
    println!("empty {}", link("").unwrap_err().name());
    // Full, every one of them is refused or takes the room of the one before.
    let mut codes = BTreeSet::new();
    for number in 0..50_000 {
        let (old, new) = (name(number % links), name(links + number));
        codes.extend(root.rename_at(&old, &root, &new).err().map(|code| code.name()));
        codes.extend(root.rename_at(&new, &root, &old).err().map(|code| code.name()));
    }
    println!("moved: {codes:?}");
    for number in 0..links {
        root.unlink_file_at(&name(number)).unwrap();
    }
    for number in 0..100_000 {
        let name = name(number);
        drop(create(&root, &name).unwrap());
        root.unlink_file_at(&name).unwrap();
    }
    assert_eq!(root.stat_at(PathFlags::empty(), "file").unwrap().link_count, 1);
}
