//! SQLite, compiled from its own source: journals, transactions, temporary files, and databases on
//! a full filesystem.

use std::fs;
use std::path::PathBuf;

use host_tests::Sandbox;

use super::{FORMS, assert_same, made, merged, on_disk, preview1, run, toolchains, variables};

fn program(test: &str) -> Option<PathBuf> {
    made(&format!("sqlite::{test}"), toolchains::sqlite("database.c"))
}

#[test]
fn through_the_preview1_adapter() {
    let Some(module) = program("through_the_preview1_adapter") else { return };
    assert_same(&toolchains::adapted(&module), 200);
}

#[test]
fn as_a_module_of_preview_1() {
    let Some(module) = program("as_a_module_of_preview_1") else { return };
    let expected = run(&toolchains::adapted(&module), on_disk(), &[]).stdout;
    let module = fs::read(module).unwrap();
    for beside in [false, true] {
        assert_eq!(preview1::run(&merged(&module, beside, &[]), &[]), expected);
    }
}

/// Returns the output of SQLite on a full filesystem, for one of its layers. Code 13 is
/// `SQLITE_FULL`. A statement that fails must leave the data as it was.
fn full(layer: &str) -> String {
    const COUNT: &str = "SELECT count(*), sum(length(text)), sum(n * n) FROM things";
    format!(
        "-- {layer}\n\
        PRAGMA cache_size=10:\n\
        CREATE TABLE things(n INTEGER PRIMARY KEY, text TEXT NOT NULL):\n\
        WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000) \
        INSERT INTO things SELECT n, printf('%0100d', n) FROM c:\n\
        {COUNT}: 1000 100000 333833500\n\
        INSERT INTO things SELECT n + 10000, zeroblob(2000) FROM things: \
        13, database or disk is full\n\
        {COUNT}: 1000 100000 333833500\n\
        PRAGMA integrity_check: ok\n\
        BEGIN:\n\
        UPDATE things SET text = text || zeroblob(2000): 13, database or disk is full\n\
        in a transaction: 0\n\
        ROLLBACK: 1, cannot rollback - no transaction is active\n\
        {COUNT}: 1000 100000 333833500\n\
        in the end: 13, database or disk is full\n\
        a row: 1\n\
        all that were inserted: 1\n\
        PRAGMA integrity_check: ok\n\
        close: 0\n\
        PRAGMA integrity_check: ok\n\
        PRAGMA journal_mode=MEMORY: memory\n\
        DROP TABLE things:\n\
        VACUUM:\n\
        PRAGMA journal_mode=DELETE: delete\n\
        CREATE TABLE smaller(n):\n\
        INSERT INTO smaller VALUES(1), (2):\n\
        SELECT sum(n) FROM smaller: 3\n\
        close: 0\n\
        unlink: 0\n"
    )
}

#[test]
fn where_a_small_filesystem_ends() {
    let Some(module) = program("where_a_small_filesystem_ends") else { return };
    let expected = ["unix-none", "unix-dotfile"].map(full).concat();
    let component = toolchains::adapted(&module);
    for form in FORMS {
        let small = form(Sandbox::builder()).env("TMPFS_BYTES", "1M");
        assert_eq!(run(&component, small, &["full"]).stdout, expected);
    }
    let small = variables(&[("TMPFS_BYTES", "1M")]);
    let module = fs::read(module).unwrap();
    for beside in [false, true] {
        assert_eq!(preview1::run(&merged(&module, beside, &small), &["full"]), expected);
    }
}
