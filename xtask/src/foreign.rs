//! The tests that need other toolchains: all of them, and none is passed over.

use std::env::consts::EXE_EXTENSION;
use std::path::PathBuf;

use anyhow::Result;

use crate::{command, workspace};

/// The files of tests whose programs other toolchains make.
pub const TESTS: [&str; 1] = ["memory_foreign"];

/// The variable with which a test that cannot run fails, instead of being named.
pub const REQUIRED: &str = "FOREIGN_REQUIRED";

/// The workspace of the example of an embedder of wasmer, apart from ours, seen from the root.
const WASMER: &str = "examples/wasmer-host/Cargo.toml";

/// Builds the example of an embedder of wasmer, and returns its program.
///
/// # Errors
/// It cannot be built.
pub fn wasmer_host() -> Result<PathBuf> {
    let target = workspace::target_dir().join("wasmer");
    let mut cargo = workspace::cargo("build");
    command::run(cargo.args(["--manifest-path", WASMER, "--target-dir"]).arg(&target))?;
    Ok(target.join("debug/wasmer-host").with_extension(EXE_EXTENSION))
}

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
