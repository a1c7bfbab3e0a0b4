//! Asks for its directories again and again, and keeps all that it gets.

use host_tests_programs::hostile::create;
use wasip2::filesystem::preopens::get_directories;

fn main() {
    let mut held = Vec::new();
    for _ in 0..2 {
        held.clear();
        while let Some((root, _)) = get_directories().pop() {
            held.push(root);
        }
        println!("{} times", held.len());
    }
    for _ in 0..10_000 {
        assert!(get_directories().is_empty());
    }
    held.pop();
    create(&held[0], "file").unwrap();
}
