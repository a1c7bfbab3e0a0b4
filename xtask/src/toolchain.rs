//! The Rust compiler: its version, and whether it contains a target's standard library.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::command;

/// The version that `rustc -vV` prints.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// The release, such as `1.95.0` or `1.96.0-nightly`.
    pub(crate) release: String,
    /// The whole hash; `unknown` if the compiler was built without git.
    pub(crate) commit: String,
}

pub(crate) fn version() -> Result<Version> {
    let said = command::read(Command::new(rustc()).arg("-vV"))?;
    parse(&said).with_context(|| format!("`rustc -vV` names no release:\n{said}"))
}

/// Returns whether the toolchain contains the target's standard library. An empty folder does not
/// count.
pub(crate) fn holds(target: &str) -> Result<bool> {
    let folder = command::read(Command::new(rustc()).args([
        "--print",
        "target-libdir",
        "--target",
        target,
    ]))?;
    Ok(has_std(Path::new(folder.trim_end())))
}

fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn parse(said: &str) -> Option<Version> {
    let field = |name| said.lines().find_map(|line| line.strip_prefix(name));
    Some(Version {
        release: field("release: ")?.to_owned(),
        commit: field("commit-hash: ").unwrap_or("unknown").to_owned(),
    })
}

fn has_std(folder: &Path) -> bool {
    files(folder, "rlib").iter().any(|file| {
        file.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with("libstd-"))
    })
}

/// Returns the files in a folder with this extension, or none if the folder does not exist.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    files.filter(|file| file.extension().is_some_and(|it| it == extension)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Version, parse};

    #[test]
    fn release_and_commit_are_read_from_what_rustc_says() {
        let said = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\n\
            commit-hash: 59807616e1fa\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\n";
        let version = Version { release: "1.95.0".to_owned(), commit: "59807616e1fa".to_owned() };
        assert_eq!(parse(said), Some(version));
    }

    #[test]
    fn a_compiler_that_names_no_release_is_not_understood() {
        assert_eq!(parse("rustc 1.95.0\n"), None);
    }
}
