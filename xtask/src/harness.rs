//! The demonstration and the benchmark.

use std::env;

use anyhow::Result;

use crate::demo::Options;
use crate::{command, components, workspace};

/// Runs the demonstration with arguments, from which `options` were read. It builds only the
/// components that the demonstration uses.
///
/// # Errors
/// A component cannot be built, or the program fails.
pub fn demo(options: &Options, arguments: &[&str]) -> Result<()> {
    let names: &[&str] = match (options.in_memory, options.through) {
        _ if options.by_command => &["external-sort-std"],
        (false, _) => &["external-sort", "tempfile"],
        (true, None) => &["external-sort-std", "tmpfs-embedded"],
        (true, Some(_)) => &["external-sort", "tempfile", "tmpfs"],
    };
    for name in names {
        components::build(name)?;
    }
    if options.by_command {
        build_scratch()?;
    }
    run(&["--bin", "demo"], arguments)
}

/// Builds the command `scratch`. The demonstration runs it from the folder of its own program.
///
/// # Errors
/// Cargo fails.
pub fn build_scratch() -> Result<()> {
    command::run(workspace::cargo("build").args(["--quiet", "--bin", "scratch"]))
}

/// Runs the benchmark, with both the host and the guests optimised.
///
/// # Errors
/// Those of [`demo`].
pub fn bench(arguments: &[&str]) -> Result<()> {
    components::build_shipped()?;
    run(&["--release", "--bin", "bench"], arguments)
}

/// Runs a binary of the default members. No package is named, so that cargo uses the features of
/// all members, as `cargo test` does, and compiles wasmtime once for both.
fn run(options: &[&str], arguments: &[&str]) -> Result<()> {
    let mut cargo = workspace::cargo("run");
    // Paths are relative to the user's working directory.
    cargo.current_dir(env::current_dir()?);
    cargo.arg("--manifest-path").arg(workspace::root().join("Cargo.toml"));
    cargo.args(options).arg("--").args(arguments);
    command::run(&mut cargo)
}
