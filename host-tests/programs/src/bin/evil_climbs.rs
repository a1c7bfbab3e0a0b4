//! Moves directories and files over those that they lie in, and into themselves, from each depth.

use host_tests_programs::hostile::{create, enter, names, root, say};
use wasip2::filesystem::types::Descriptor;

const DEPTH: usize = 8;

fn main() {
    let root = root();
    let mut chain: Vec<Descriptor> = vec![enter(&root, ".").unwrap()];
    for depth in 0..DEPTH {
        chain[depth].create_directory_at("d").unwrap();
        drop(create(&chain[depth], "file").unwrap());
        let next = enter(&chain[depth], "d").unwrap();
        chain.push(next);
    }
    let path = |depth: usize| ["d"; DEPTH][..depth].join("/");
    for low in 1..=DEPTH {
        for high in 1..=DEPTH {
            let (from, to) = (path(low), path(high));
            say(&format!("{low} over {high}"), &root.rename_at(&from, &root, &to));
            let (parent, above) = (&chain[low - 1], &chain[high - 1]);
            say("by what it holds", &parent.rename_at("d", above, "d"));
            say("a file over it", &parent.rename_at("file", above, "d"));
            // Where both are one file, nothing is done.
            if low == high {
                say("onto itself", &parent.rename_at("file", above, "file"));
            } else {
                say("it over a file", &parent.rename_at("d", above, "file"));
            }
        }
    }
    for (depth, held) in chain.iter().enumerate() {
        println!("{depth}: {:?}", names(held));
    }
}
