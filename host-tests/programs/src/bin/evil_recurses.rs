//! Calls itself until its stack ends, with a call on files and something held at each depth.

use std::hint::black_box;

use host_tests_programs::hostile::{create, open, root};
use wasip2::filesystem::types::Descriptor;

/// The depth down to which each level holds a file.
const HELD: u64 = 100;

fn main() {
    let root = root();
    drop(create(&root, "file").unwrap());
    println!("goes down");
    println!("{} levels", down(&root, 0));
}

fn down(root: &Descriptor, depth: u64) -> u64 {
    let held = (depth < HELD).then(|| open(root, "file").unwrap());
    root.stat().unwrap();
    let levels = if black_box(depth) == u64::MAX { depth } else { down(root, depth + 1) };
    drop(held);
    levels + 1
}
