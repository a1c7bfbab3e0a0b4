//! Running the programs of the package `host-tests`, which show and measure what we ship.

use std::env;

use anyhow::Result;

use crate::{command, components, workspace};

/// Shows what the components do.
///
/// # Errors
/// A component cannot be built, or the program fails.
pub fn demo(arguments: &[&str]) -> Result<()> {
    run(&["--bin", "demo"], arguments)
}

/// Measures, optimised on both sides of the boundary.
///
/// # Errors
/// As [`demo`].
pub fn bench(arguments: &[&str]) -> Result<()> {
    run(&["--release", "--bin", "bench"], arguments)
}

fn run(options: &[&str], arguments: &[&str]) -> Result<()> {
    components::build_shipped()?;
    let mut cargo = workspace::cargo("run");
    // Files are named from where the user stands.
    cargo.current_dir(env::current_dir()?);
    cargo.arg("--manifest-path").arg(workspace::root().join("Cargo.toml"));
    cargo.args(["--package", "host-tests"]).args(options).arg("--").args(arguments);
    command::run(&mut cargo)
}
