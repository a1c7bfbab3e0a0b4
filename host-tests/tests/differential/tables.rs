//! The fixed tables: single scripts with CPython's answers, kept as text.

use std::fs;

use host_tests::did_not_run;
use host_tests::script::cases;
use xtask::workspace;

use crate::cpython::{CPython, REFERENCE};
use crate::methods;

macro_rules! table {
    ($name:literal) => {
        ($name, include_str!(concat!("../cpython/", $name)))
    };
}

/// The tables that were written by hand from the reference.
const TABLES: [(&str, &str); 3] = [table!("binary.txt"), table!("text.txt"), table!("spooled.txt")];

/// The table that this test writes if `DIFFERENTIAL_RECORD` is set.
const METHODS: (&str, &str) = table!("methods.txt");

/// Starts the interpreter from which the tables come. Without it, reports that the test did not
/// run.
fn reference(test: &str) -> Option<CPython> {
    let cpython = CPython::start(REFERENCE).filter(|cpython| cpython.version == REFERENCE);
    if cpython.is_none() {
        let reason = format!("no CPython {REFERENCE} here: the tables are taken as they are");
        did_not_run(&format!("differential::tables::{test}"), &reason);
    }
    cpython
}

#[test]
fn the_tables_are_what_cpython_says() {
    let Some(mut cpython) = reference("the_tables_are_what_cpython_says") else { return };
    let mut wrong = String::new();
    for (name, table) in TABLES {
        let cases = cases(table);
        let scripts: Vec<_> = cases.iter().map(|case| case.script.clone()).collect();
        for (case, found) in cases.iter().zip(cpython.run(&scripts)) {
            for (line, (expected, found)) in
                case.script.iter().zip(case.outcomes.iter().zip(&found))
            {
                let missing = found.starts_with("!attribute").then_some("!attribute");
                let found = missing.or(found.split(" | ").next()).unwrap_or_default();
                if expected.as_deref().is_some_and(|expected| expected != found) {
                    wrong += &format!("{name}: {}\n    {line} -> {found}\n", case.title);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_table_of_methods_is_what_cpython_says() {
    let Some(mut cpython) = reference("the_table_of_methods_is_what_cpython_says") else { return };
    let (name, recorded) = METHODS;
    let table = methods::table(&mut cpython);
    if std::env::var_os("DIFFERENTIAL_RECORD").is_some() {
        let file = workspace::root().join("host-tests/tests/cpython").join(name);
        fs::write(file, table).expect("writing the table of methods");
        return;
    }
    assert!(table == recorded, "DIFFERENTIAL_RECORD=1 records {name} anew");
}
