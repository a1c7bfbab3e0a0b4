//! Makes a directory in a directory until it is refused, and tries from the bottom and the top what
//! a tree of that depth might confuse.

use host_tests_programs::hostile::{create, enter, open, root, say};

fn main() {
    let root = root();
    let mut bottom = enter(&root, ".").unwrap();
    let mut depth = 0;
    let refusal = loop {
        if let Err(code) = bottom.create_directory_at("d") {
            break code;
        }
        bottom = enter(&bottom, "d").unwrap();
        depth += 1;
    };
    println!("{depth} directories, then {}", refusal.name());
    let far_up = "../".repeat(1000);
    say("up from the bottom", &open(&bottom, &far_up));
    say("up and down again", &open(&bottom, &format!("{far_up}d")));
    say("the root of everything", &open(&bottom, "/"));
    say("a file at the bottom", &create(&bottom, "file"));
    say("two thousand down from the top", &open(&root, &"d/".repeat(2000)));
    say("three thousand", &open(&root, &"d/".repeat(3000)));
    say("into itself", &root.rename_at("d", &root, "d/d/d"));
    say("into its bottom", &root.rename_at("d", &bottom, "d"));
    say("away with all of it", &root.remove_directory_at("d"));
}
