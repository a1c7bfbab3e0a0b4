//! Changes since a template, of trees that a program made to be told at length.

use wasmtime_scratch::{Error, Limits, Space};

#[test]
fn changes_of_a_tree_whose_paths_take_more_than_256_mib_are_refused() {
    let limits = Limits { path: u32::MAX, ..Limits::default() };
    let space = Space::builder().limits(limits).build().unwrap();
    let template = space.snapshot().unwrap();
    let names = |depth| vec!["d".repeat(255); depth].join("/");
    // The path of the n-th directory has 256 * n - 1 bytes.
    let (most, mut depth, mut sum) = (256 << 20, 0, 0);
    while sum + 256 * (depth + 1) - 1 <= most {
        depth += 1;
        sum += 256 * depth - 1;
    }
    space.create_dir_all(&names(depth)).unwrap();
    assert_eq!(space.changes_since(&template).unwrap().len(), depth);
    space.create_dir_all(&names(depth + 1)).unwrap();
    let refused = space.changes_since(&template).map(|changes| changes.len());
    assert_eq!(refused, Err(Error::InsufficientMemory));
    space.reset_to(&template).unwrap();
    assert_eq!(space.changes_since(&template), Ok(Vec::new()));
    space.audit().unwrap();
}
