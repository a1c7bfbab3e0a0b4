//! The tests that need other toolchains: all of them, and none is passed over.

use anyhow::Result;

use crate::{command, workspace};

/// The files of tests whose programs other toolchains make.
pub const TESTS: [&str; 1] = ["memory_foreign"];

/// The variable with which a test that cannot run fails, instead of being named.
pub const REQUIRED: &str = "FOREIGN_REQUIRED";

/// Runs the tests.
///
/// # Errors
/// A package cannot be had, or a test fails.
pub fn run() -> Result<()> {
    let mut cargo = workspace::cargo("test");
    cargo.arg("--no-fail-fast").env(REQUIRED, "1");
    cargo.args(TESTS.iter().flat_map(|test| ["--test", test]));
    command::run(&mut cargo)
}
