//! Every operation on every kind of path, and on every pair of them, beside Linux.

use tmpfs::{DescriptorFlags, Follow, NewTimestamp, OpenFlags, Timestamp};

use crate::compare::Both;
use crate::operation::{At, Bytes, Operation, Slot};

const ROOT: Slot = 0;

/// A tree with every kind of node: files `f` and `d/g`, `h`, which is another name of `f`,
/// directories `d` and `e`, which is empty, and links to a file, to directories, to nothing and to
/// themselves.
const LINKS: [(&str, &str); 8] = [
    ("l", "f"),
    ("ld", "d"),
    ("le", "e/"),
    ("lf", "f/"),
    ("ll", "l"),
    ("dang", "nope"),
    ("loop", "loop"),
    ("d/up", "../f"),
];

const PATHS: [&str; 47] = [
    "f",
    "d",
    "e",
    "d/g",
    "h",
    "l",
    "ld",
    "le",
    "lf",
    "ll",
    "dang",
    "loop",
    "d/up",
    "nope",
    "d/nope",
    "nope/x",
    "f/x",
    "l/x",
    "loop/x",
    "f/",
    "d/",
    "e/",
    "l/",
    "ld/",
    "le/",
    "lf/",
    "dang/",
    "loop/",
    "nope/",
    "d/nope/",
    ".",
    "./",
    "..",
    "d/.",
    "d/..",
    "e/..",
    "d/../f",
    "d/../..",
    "ld/g",
    "ld/..",
    "ld/up",
    "",
    "/f",
    "//",
    "d//g",
    "./d/./g",
    "d/../d/../nope",
];

/// Makes the tree on both sides.
fn planted() -> Both {
    let mut both = Both::new("matrix");
    let at = |path: &str| At { directory: ROOT, path: path.to_owned() };
    let mut steps = vec![
        Operation::Root { flags: DescriptorFlags::DIRECTORY },
        Operation::CreateDirectory { at: at("d") },
        Operation::CreateDirectory { at: at("e") },
    ];
    for file in ["f", "d/g"] {
        let open = OpenFlags { create: true, exclusive: true, ..OpenFlags::default() };
        let flags = DescriptorFlags::READ_WRITE;
        steps.push(Operation::Open { at: at(file), follow: Follow::No, open, flags });
        let bytes = Bytes { first: 1, step: 1, length: 10 };
        steps.push(Operation::Write { handle: 1, offset: 0, bytes });
        steps.push(Operation::Close { handle: 1 });
    }
    for (link, target) in LINKS {
        steps.push(Operation::Symlink { target: target.to_owned(), at: at(link) });
    }
    steps.push(Operation::Link { old: at("f"), follow: Follow::No, new: at("h") });
    for step in &steps {
        both.step(step, 0).expect("the tree can be planted");
    }
    both
}

/// Checks that the two trees look the same.
fn look(both: &mut Both) -> Result<(), String> {
    for directory in [".", "d", "e", "nope"] {
        let at = At { directory: ROOT, path: directory.to_owned() };
        let open = OpenFlags { directory: true, ..OpenFlags::default() };
        let flags = DescriptorFlags::READ;
        both.step(&Operation::Close { handle: 1 }, 2)?;
        both.step(&Operation::Open { at, follow: Follow::No, open, flags }, 2)?;
        both.step(&Operation::List { directory: 1 }, 2)?;
    }
    both.step(&Operation::Close { handle: 1 }, 2)?;
    PATHS.iter().take(15).try_for_each(|path| {
        let at = At { directory: ROOT, path: (*path).to_owned() };
        both.step(&Operation::StatAt { at, follow: Follow::No }, 2)
    })
}

/// Takes every step in the tree, and compares the results.
fn all(operations: impl IntoIterator<Item = Operation>) {
    let mut failures = Vec::new();
    let mut both = planted();
    for (at, operation) in operations.into_iter().enumerate() {
        let outcome = both.answer(&operation, 1);
        let changed = matches!(outcome, Ok(Ok(_)));
        let outcome = outcome
            .map(drop)
            .and_then(|()| if changed || at % 64 == 0 { look(&mut both) } else { Ok(()) });
        if changed || outcome.is_err() {
            both = planted();
        }
        failures.extend(outcome.err().map(|failure| format!("{operation:?}:\n{failure}")));
    }
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

fn paths() -> impl Iterator<Item = At> {
    PATHS.into_iter().map(|path| At { directory: ROOT, path: path.to_owned() })
}

fn follows() -> [Follow; 2] {
    [Follow::Yes, Follow::No]
}

#[test]
fn open_at_answers_what_linux_answers_for_every_combination_of_flags() {
    let accesses = [DescriptorFlags::READ, DescriptorFlags::WRITE, DescriptorFlags::READ_WRITE];
    all(paths().flat_map(|at| {
        follows().into_iter().flat_map(move |follow| {
            let at = at.clone();
            accesses.into_iter().flat_map(move |flags| {
                let at = at.clone();
                (0..16).map(move |bits| {
                    let open = OpenFlags {
                        create: bits & 1 != 0,
                        directory: bits & 2 != 0,
                        exclusive: bits & 4 != 0,
                        truncate: bits & 8 != 0,
                    };
                    Operation::Open { at: at.clone(), follow, open, flags }
                })
            })
        })
    }));
}

#[test]
fn rename_at_answers_what_linux_answers_for_every_pair_of_paths() {
    all(paths().flat_map(|old| paths().map(move |new| Operation::Rename { old: old.clone(), new })));
}

#[test]
fn link_at_answers_what_linux_answers_for_every_pair_of_paths() {
    all(paths().flat_map(|old| {
        paths().flat_map(move |new| {
            let old = old.clone();
            follows().into_iter().map(move |follow| Operation::Link {
                old: old.clone(),
                follow,
                new: new.clone(),
            })
        })
    }));
}

#[test]
fn every_other_operation_answers_what_linux_answers_for_every_path() {
    let time = Timestamp { seconds: 5, nanoseconds: 6 };
    all(paths().flat_map(|at| {
        let one = at.clone();
        let followed = follows().into_iter().flat_map(move |follow| {
            let at = one.clone();
            let times = Operation::SetTimesAt {
                at: at.clone(),
                follow,
                accessed: NewTimestamp::Timestamp(time),
                modified: NewTimestamp::NoChange,
            };
            [Operation::StatAt { at: at.clone(), follow }, Operation::HashAt { at, follow }, times]
        });
        [
            Operation::CreateDirectory { at: at.clone() },
            Operation::Symlink { target: "f".to_owned(), at: at.clone() },
            Operation::Symlink {
                target: at.path.clone(),
                at: At { path: "new".into(), ..at.clone() },
            },
            Operation::Readlink { at: at.clone() },
            Operation::Unlink { at: at.clone() },
            Operation::RemoveDirectory { at },
        ]
        .into_iter()
        .chain(followed)
    }));
}
