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

/// Measures, optimised on both sides of the boundary; with `ENGINE` the filesystem engine beside its
/// peers; both where no workload is named.
///
/// # Errors
/// As [`demo`].
pub fn bench(arguments: &[&str]) -> Result<()> {
    if let [first, rest @ ..] = arguments
        && first.eq_ignore_ascii_case("engine")
    {
        return bench_engine(rest);
    }
    run(&["--release", "--bin", "bench"], arguments)?;
    let everything = arguments.iter().all(|argument| argument.starts_with("--"));
    if everything { bench_engine(arguments) } else { Ok(()) }
}

fn bench_engine(arguments: &[&str]) -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args(["run", "--release", "--locked", "--manifest-path", workspace::PEERS, "--"]);
    command::run(cargo.args(arguments))
}

fn run(options: &[&str], arguments: &[&str]) -> Result<()> {
    components::build_shipped()?;
    let mut cargo = workspace::cargo();
    // Files are named from where the user stands.
    cargo.current_dir(env::current_dir()?);
    cargo.arg("run").arg("--manifest-path").arg(workspace::root().join("Cargo.toml"));
    cargo.args(["--package", "host-tests"]).args(options).arg("--").args(arguments);
    command::run(&mut cargo)
}
