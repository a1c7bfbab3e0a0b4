//! Spooled files: every method in memory and on the disk, the moment of a move, and a move that
//! fails.

use host_tests::script::differences;
use host_tests::{Sandbox, SpooledFileOptions};

/// The answers of CPython 3.13.0. The test `differential` checks that they still hold.
const METHODS: &str = include_str!("cpython/methods.txt");

/// The scripts of the reference's tables, with CPython's answers.
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

#[test]
fn a_spool_tells_whether_it_has_moved_to_the_disk() {
    let sandbox = Sandbox::new();
    let options = SpooledFileOptions { max_size: Some(3), ..SpooledFileOptions::default() };
    let file = sandbox.spooled_temporary_file(Some(options.clone())).unwrap();
    let text = sandbox.spooled_temporary_text_file(Some(options)).unwrap();
    file.write(b"abc").unwrap();
    text.write("abc").unwrap();
    assert_eq!((file.rolled(), text.buffer().unwrap().rolled()), (false, false));
    file.write(b"d").unwrap();
    text.write("d").unwrap();
    assert_eq!((file.rolled(), text.buffer().unwrap().rolled()), (true, true));
    file.close().unwrap();
    assert!(file.rolled(), "it stays rolled after a close");
    assert!(!sandbox.temporary_file(None).unwrap().rolled());
}
