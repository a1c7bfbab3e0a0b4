//! Files that are copied into the scratch space and out of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::folder::{Folder, ended};

/// Lists the files below a directory, by path, with their content.
pub(crate) fn files(directory: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let below = self::files(&path).into_iter();
            files.extend(below.map(|(path, text)| (format!("{name}/{path}"), text)));
        } else {
            files.insert(name, fs::read_to_string(path).unwrap());
        }
    }
    files
}

pub(crate) fn table(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// A folder with a tree `data` to seed.
pub(crate) fn seeded() -> Folder {
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("data/deep/empty")).unwrap();
    for (name, text) in [("given", "one"), ("kept", "two"), ("deep/old", "three")] {
        fs::write(folder.path().join("data").join(name), text).unwrap();
    }
    folder
}

#[test]
fn files_are_copied_in_before_and_out_afterwards() {
    let folder = seeded();
    let commands = ["read /tmp/given", "write /tmp/deep/new text", "rm /tmp/kept"];
    let output = folder.run(&["--seed", "data", "--collect", "/tmp::results"], &commands);
    assert!(ended(&output, 0).0.starts_with("read /tmp/given: one\n"), "{output:?}");
    let (results, data) = (folder.path().join("results"), folder.path().join("data"));
    let left = [("deep/new", "text"), ("deep/old", "three"), ("given", "one")];
    assert_eq!(files(&results), table(&left));
    assert!(results.join("deep/empty").is_dir());
    // What was seeded stays as it was.
    assert_eq!(files(&data), table(&[("deep/old", "three"), ("given", "one"), ("kept", "two")]));
    assert_eq!(folder.names(), ["data", "results", "shell.wasm"]);

    // A file keeps its name; both may be elsewhere in the scratch space.
    let options = [
        &["--mount", "/m", "--seed", "data/given", "--seed", "data::/m/input/here"][..],
        &[
            "--seed",
            "data/kept::/m/other",
            "--collect",
            "/m/input::parts",
            "--collect",
            "/m/other::one",
        ],
    ];
    let output = folder.run(&options.concat(), &["ls /m", "ls /m/input/here", "read /m/other"]);
    let printed = "ls /m: [\"given\", \"input\", \"other\"]\n\
        ls /m/input/here: [\"deep\", \"given\", \"kept\"]\nread /m/other: two\n";
    assert_eq!(ended(&output, 0), (printed, ""));
    assert_eq!(files(&folder.path().join("parts"))["here/deep/old"], "three");
    assert_eq!(files(&folder.path().join("one")), table(&[("other", "two")]));
}

#[test]
fn what_cannot_be_collected_is_told_and_is_status_1_after_success() {
    let folder = Folder::new();
    let options = ["--collect", "/tmp/none::results"];
    for (command, status) in [("warn so", 1), ("exit-with 7", 7)] {
        let output = folder.run(&options, &[command]);
        let (_, errors) = ended(&output, status);
        let last = errors.lines().last().unwrap();
        assert!(last.starts_with("error: --collect /tmp/none::results: "), "{errors}");
    }
    // A link that the program planted is refused, and the rest is copied.
    let commands = ["symlink ../etc/passwd /tmp/bad", "write /tmp/good text"];
    let output = folder.run(&["--collect", "/tmp::other"], &commands);
    assert!(ended(&output, 1).1.contains("refused 1, the first bad: "), "{output:?}");
    assert_eq!(files(&folder.path().join("other")), table(&[("good", "text")]));
}

#[test]
fn a_directory_that_is_not_empty_is_filled_if_it_is_forced() {
    let folder = Folder::new();
    let results = folder.path().join("results");
    fs::create_dir(&results).unwrap();
    let options = ["--collect", "/tmp::results", "--force"];
    for text in ["first", "second"] {
        // An empty one needs no force.
        let options = if text == "first" { &options[..2] } else { &options };
        let written = format!("write /tmp/a {text}");
        ended(&folder.run(options, &[&written]), 0);
        fs::write(results.join("mine"), "kept").unwrap();
        assert_eq!(files(&results), table(&[("a", text), ("mine", "kept")]));
    }
}

#[test]
fn a_program_leads_no_collection_out_of_a_directory_that_was_lent() {
    let folder = Folder::new();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("lent/out")).unwrap();
    fs::create_dir_all(at("outside")).unwrap();
    std::os::unix::fs::symlink("../outside", at("lent/link")).unwrap();
    let options = [
        "--dir",
        "lent::/data",
        "--collect",
        "/tmp::lent/out/results",
        "--collect",
        "/tmp::lent/x/",
    ];
    let commands = [
        "write /tmp/planted text",
        "rename /data/out /data/moved",
        "link /data/link /data/x",
        "rename /data/link /data/out",
    ];
    let output = folder.run(&options, &commands);
    assert!(ended(&output, 1).1.contains("the first x: a symbolic link"), "{output:?}");
    assert_eq!(files(&at("outside")), table(&[]));
    assert_eq!(files(&at("lent/moved/results")), table(&[("planted", "text")]));
}
