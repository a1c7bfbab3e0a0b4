//! Makes a file for each entry of a directory that it lists, while it lists it.

use std::collections::BTreeSet;

use host_tests_programs::hostile::{create, root};

/// The number of files at the start.
const FIRST: usize = 100;

/// The entries after which a listing has no end.
const ENDLESS: usize = 20_000;

fn main() {
    let root = root();
    for number in 0..FIRST {
        drop(create(&root, &format!("first{number}")).unwrap());
    }
    let entries = root.read_directory().unwrap();
    let (mut listed, mut twice) = (BTreeSet::new(), 0);
    while let Some(entry) = entries.read_directory_entry().unwrap() {
        twice += usize::from(!listed.insert(entry.name));
        let _ = create(&root, &format!("more{}", listed.len()));
        assert!(listed.len() < ENDLESS, "it has no end");
    }
    let first = listed.iter().filter(|name| name.starts_with("first")).count();
    println!("{first} of {FIRST} files, {twice} of them twice");
}
