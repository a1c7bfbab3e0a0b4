//! Moves a directory to and fro above one that it holds open, and works below and above that.

use std::collections::BTreeSet;

use host_tests_programs::hostile::{create, enter, open, root, told};
use wasip2::filesystem::types::PathFlags;

fn main() {
    let root = root();
    for path in ["a", "a/b", "a/b/c", "z"] {
        root.create_directory_at(path).unwrap();
    }
    let (middle, deep) = (enter(&root, "a/b").unwrap(), enter(&root, "a/b/c").unwrap());
    drop(create(&deep, "file").unwrap());
    let mut answers = BTreeSet::new();
    for round in 0..1000 {
        let (from, to) = if round % 2 == 0 { ("a/b", "z/b") } else { ("z/b", "a/b") };
        root.rename_at(from, &root, to).unwrap();
        let (new, old) = (format!("{to}/c/file"), format!("{from}/c/file"));
        answers.extend([
            format!("down: {}", told(&open(&deep, "file"))),
            format!("up: {}", told(&open(&deep, ".."))),
            format!("down and up: {}", told(&open(&middle, "c/../c/file"))),
            format!("the new path: {}", told(&open(&root, &new))),
            format!("the old path: {}", told(&open(&root, &old))),
            format!("what is above into it: {}", told(&root.rename_at(&to[..1], &deep, "in"))),
            format!("itself into it: {}", told(&root.rename_at(to, &middle, "c/in"))),
            format!("the file up: {}", told(&deep.rename_at("file", &root, "file"))),
            format!("the file down: {}", told(&root.rename_at("file", &deep, "file"))),
            format!("away: {}", told(&root.remove_directory_at(to))),
        ]);
    }
    println!("{answers:#?}");
    println!("{} link", deep.stat_at(PathFlags::empty(), "file").unwrap().link_count);
}
