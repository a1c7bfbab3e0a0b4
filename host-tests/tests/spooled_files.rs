//! Spooled files: every method in memory and on the disk, when they move, and what a move that
//! fails leaves.

use host_tests::script::differences;

/// What CPython 3.13.0 answered; the test `differential` sees to it that it still does.
const METHODS: &str = include_str!("cpython/methods.txt");

/// Scripts of the reference's tables, with CPython's answers.
const TABLES: &str = include_str!("cpython/spooled.txt");

#[test]
fn every_method_answers_as_in_cpython_whether_in_memory_on_the_disk_closed_or_detached() {
    let wrong = differences(METHODS, |made| made.contains("spooled"));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_tables_of_the_reference_hold() {
    let wrong = differences(TABLES, |_| true);
    assert!(wrong.is_empty(), "{wrong}");
}
