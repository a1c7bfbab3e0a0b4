//! The components of an earlier commit, to be compared with those of today.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::{command, workspace};

/// Returns whether the repository has a commit.
#[must_use]
pub fn has(commit: &str) -> bool {
    full_name(commit).is_ok()
}

fn full_name(commit: &str) -> Result<String> {
    let mut git = Command::new("git");
    git.current_dir(workspace::root()).args(["rev-parse", "--verify", "--quiet"]);
    let name = command::read(git.arg(format!("{commit}^{{commit}}")))
        .with_context(|| format!("{commit} is no commit of this repository"))?;
    Ok(name.trim_end().to_owned())
}

/// Builds the components that ship at a commit, and returns their folder. The checkout is under the
/// target folder, and built components are kept.
///
/// # Errors
/// The repository has no such commit, or it does not build.
pub fn components_of(commit: &str) -> Result<PathBuf> {
    let commit = full_name(commit)?;
    let checkout = workspace::target_dir().join("past").join(&commit);
    if !checkout.join(".git").exists() {
        fs::create_dir_all(&checkout)?;
        let mut git = Command::new("git");
        git.args(["clone", "--quiet", "--shared", "--no-checkout"]);
        command::run(git.arg(workspace::root()).arg(&checkout))?;
    }
    let mut git = Command::new("git");
    git.current_dir(&checkout).args(["checkout", "--quiet", "--detach"]);
    command::run(git.arg(&commit))?;
    let mut cargo = workspace::cargo("run");
    cargo.current_dir(&checkout).env("CARGO_TARGET_DIR", checkout.join("target"));
    command::run(cargo.args(["--package", "xtask", "--", "build"]))?;
    let components = checkout.join("target/components");
    ensure!(components.is_dir(), "{commit} builds no components");
    Ok(components)
}

#[cfg(test)]
mod tests {
    use super::components_of;

    #[test]
    fn a_commit_that_is_not_there_is_named() {
        let error = components_of("no-such-commit").unwrap_err().to_string();
        assert_eq!(error, "no-such-commit is no commit of this repository");
    }
}
