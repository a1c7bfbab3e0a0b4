//! The programs that show and measure what ships: the demonstration and the benchmark.

use std::env;

use anyhow::Result;

use crate::{command, components, workspace};

/// Shows what the components do, with only those built that it runs.
///
/// # Errors
/// A component cannot be built, or the program fails.
pub fn demo(arguments: &[&str]) -> Result<()> {
    let has = |option| arguments.contains(&option);
    let names: &[&str] = match (has("--memory"), has("--through")) {
        (false, _) => &["external-sort", "tempfile"],
        (true, false) => &["external-sort-std", "tmpfs-embedded"],
        (true, true) => &["external-sort", "tempfile", "tmpfs"],
    };
    for name in names {
        components::build(name)?;
    }
    run(&["--bin", "demo"], arguments)
}

/// Measures, optimised on both sides of the boundary.
///
/// # Errors
/// As [`demo`].
pub fn bench(arguments: &[&str]) -> Result<()> {
    components::build_shipped()?;
    run(&["--release", "--bin", "bench"], arguments)
}

/// Runs a binary of the default members. No package is named: cargo then takes the features that
/// all of them ask for, as `cargo test` does, and wasmtime is compiled once for both.
fn run(options: &[&str], arguments: &[&str]) -> Result<()> {
    let mut cargo = workspace::cargo("run");
    // Files are named from where the user stands.
    cargo.current_dir(env::current_dir()?);
    cargo.arg("--manifest-path").arg(workspace::root().join("Cargo.toml"));
    cargo.args(options).arg("--").args(arguments);
    command::run(&mut cargo)
}
