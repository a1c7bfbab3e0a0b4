//! Exchanges a directory for a link that leads up, between each look at a name and its use.

use std::collections::BTreeSet;

use host_tests_programs::hostile::{create, enter, open, root, told};
use wasip2::filesystem::types::{Descriptor, PathFlags};

fn main() {
    let root = root();
    root.create_directory_at("d").unwrap();
    drop(create(&root, "d/file").unwrap());
    root.symlink_at("..", "s").unwrap();
    let mut answers = BTreeSet::new();
    for _ in 0..1000 {
        let seen = root.stat_at(PathFlags::empty(), "d").unwrap().type_;
        let before = enter(&root, "d").unwrap();
        exchange(&root);
        answers.insert(format!(
            "{seen:?}: opened {}, entered {}, below {}, up {}, made {}, from before {}, up {}",
            told(&open(&root, "d")),
            told(&enter(&root, "d")),
            told(&open(&root, "d/file")),
            told(&open(&root, "d/..")),
            told(&create(&root, "d/new")),
            told(&open(&before, "file")),
            told(&open(&before, "..")),
        ));
        exchange(&root);
    }
    println!("{answers:#?}");
}

/// Exchanges the names of the directory and the link.
fn exchange(root: &Descriptor) {
    for (old, new) in [("d", "aside"), ("s", "d"), ("aside", "s")] {
        root.rename_at(old, root, new).unwrap();
    }
}
