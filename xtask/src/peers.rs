//! The benchmark of the filesystem engine beside other filesystems in memory. It has a workspace of
//! its own, which no other command builds.

use anyhow::Result;

use crate::{ci, command, dependencies, workspace};

/// Checks the workspace, then runs the benchmark.
///
/// # Errors
/// It is not formatted, clippy or cargo-deny objects, or the benchmark fails.
pub fn run(arguments: &[&str]) -> Result<()> {
    let manifest = ["--manifest-path", workspace::PEERS];
    command::run(workspace::cargo("fmt").args(manifest).arg("--check"))?;
    let mut clippy = workspace::cargo("clippy");
    ci::denying_warnings(clippy.args(["--quiet", "--all-targets"]).args(manifest))?;
    dependencies::check_manifest(workspace::PEERS)?;
    let mut cargo = workspace::cargo("run");
    command::run(cargo.arg("--release").args(manifest).arg("--").args(arguments))
}
