//! The tests that need other toolchains, and the checks for other systems. All of them must run.

use std::env::consts::EXE_EXTENSION;
use std::path::PathBuf;

use anyhow::Result;

use crate::{command, elsewhere, workspace};

/// The test files whose programs are made by other toolchains.
pub const TESTS: [&str; 1] = ["memory_foreign"];

/// The variable that makes a test fail if it cannot run, instead of being reported.
pub const REQUIRED: &str = "FOREIGN_REQUIRED";

/// The workspace of the example that embeds wasmer, relative to the root.
const WASMER: &str = "examples/wasmer-host/Cargo.toml";

/// Builds the example that embeds wasmer, and returns its program.
///
/// # Errors
/// The build fails.
pub fn wasmer_host() -> Result<PathBuf> {
    let target = workspace::target_dir().join("wasmer");
    let mut cargo = workspace::cargo("build");
    command::run(cargo.args(["--manifest-path", WASMER, "--target-dir"]).arg(&target))?;
    Ok(target.join("debug/wasmer-host").with_extension(EXE_EXTENSION))
}

/// Checks the packages for hosts on other systems, and runs the tests.
///
/// # Errors
/// A package is not available, or a check or a test fails.
pub fn run() -> Result<()> {
    elsewhere::check()?;
    let mut cargo = workspace::cargo("test");
    cargo.arg("--no-fail-fast").env(REQUIRED, "1");
    cargo.args(TESTS.iter().flat_map(|test| ["--test", test]));
    command::run(&mut cargo)
}
