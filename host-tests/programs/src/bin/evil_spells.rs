//! Gives files and links names that steer terminals, split lines, look like others, or end early.

use host_tests_programs::hostile::{create, names, root, say};

fn main() {
    let root = root();
    let long = ["é".repeat(127), "é".repeat(128), "\u{1f9e8}".repeat(63), "x".repeat(255)];
    let odd = [
        "\u{1b}[2J\u{1b}]0;title\u{7}",
        "\r\n",
        "\t",
        "\u{8}\u{8}",
        "\u{7f}",
        "\u{85}",
        "\u{9b}31m",
        "\u{202e}gpj.exe",
        "\u{feff}",
        "\u{200d}",
        "e\u{301}",
        "é",
        "\u{ffff}",
        "\u{10ffff}",
        " ",
        "-rf",
        "*?[a]",
        "a\\b",
        "C:",
        "CON",
        "~",
        "...",
        "a\0b",
        "\0",
        "a b ",
        "%2e%2e",
        "..\\",
    ];
    for name in odd.into_iter().chain(long.iter().map(String::as_str)) {
        println!("{name:?}");
        let made = create(&root, name);
        say("made", &made);
        say("linked", &root.symlink_at(name, "link"));
        if let Ok(target) = root.readlink_at("link") {
            assert_eq!(target, name);
            root.unlink_file_at("link").unwrap();
        }
        say("moved", &root.rename_at(name, &root, "moved"));
        say("moved back", &root.rename_at("moved", &root, name));
        if made.is_ok() {
            assert!(names(&root).iter().any(|listed| listed == name));
        }
    }
    println!("{:?}", names(&root));
    for name in names(&root) {
        root.unlink_file_at(&name).unwrap();
    }
    assert!(names(&root).is_empty());
}
