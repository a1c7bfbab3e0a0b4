//! Follows symbolic links that lead round in circles, and links that stand for ever more links.

use host_tests_programs::hostile::{create, open, root, say};
use wasip2::filesystem::types::PathFlags;

fn main() {
    let root = root();
    drop(create(&root, "file").unwrap());
    let link = |target: &str, path: &str| root.symlink_at(target, path).unwrap();
    link("self", "self");
    link("pong", "ping");
    link("ping", "pong");
    link("self/../file", "through");
    for number in 0..100 {
        link(&format!("chain{}", number + 1), &format!("chain{number}"));
    }
    link("file", "chain100");
    // Each stands for a thousand of the one below: a billion of the first.
    link(".", "level0");
    for level in 1..4 {
        let below = format!("level{}/", level - 1);
        link(&below.repeat(500), &format!("level{level}"));
    }
    for path in ["self", "ping", "pong", "through", "chain0", "level1", "level2", "level3"] {
        say(path, &open(&root, path));
        say("stat", &root.stat_at(PathFlags::SYMLINK_FOLLOW, path));
        say("a file below", &open(&root, &format!("{path}/file")));
    }
    for number in 0..20_000 {
        assert!(open(&root, "ping").is_err(), "{number}");
        assert!(open(&root, "level3").is_err(), "{number}");
    }
}
