//! Where things are in this checkout, and a `cargo` that starts afresh.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::command;

/// What an inner cargo may inherit of an outer one's variables: how to reach registries and how
/// to print. Everything else (`CARGO_PKG_*`, `CARGO_ENCODED_RUSTFLAGS`, profiles …) belongs to
/// the outer build and would make the inner one differ with who started it.
const KEPT: [&str; 9] = [
    "CARGO_BUILD_JOBS",
    "CARGO_HOME",
    "CARGO_HTTP_",
    "CARGO_INCREMENTAL",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_SOURCE_",
    "CARGO_TERM_",
];

/// The outer build's variables that do not start with `CARGO`.
const DROPPED: [&str; 5] =
    ["OUT_DIR", "RUSTC_WORKSPACE_WRAPPER", "RUSTDOCFLAGS", "RUSTFLAGS", "CLIPPY_ARGS"];

/// The workspace of the filesystem engine's benchmark, apart from ours, seen from the root.
pub(crate) const PEERS: &str = "crates/tmpfs/peers/Cargo.toml";

/// The folder of the workspace's `Cargo.toml`.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("BUG: the package xtask is a folder of the workspace")
}

/// The workspace's target folder, as cargo would choose it.
#[must_use]
pub fn target_dir() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// A cargo in the workspace's root, free of what an outer cargo left in the environment.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(belongs_to_an_outer_build) {
            command.env_remove(name);
        }
    }
    command.current_dir(root()).env("CARGO_TARGET_DIR", target_dir());
    command
}

/// What `cargo metadata` says, from the lock file as it is.
pub(crate) fn metadata(arguments: &[&str]) -> Result<Value> {
    let mut cargo = cargo();
    cargo.args(["metadata", "--format-version", "1"]).args(arguments);
    serde_json::from_str(&command::read(&mut cargo)?).context("reading what cargo metadata says")
}

/// Flags that keep this machine's folders out of what is compiled: panic messages name the
/// source files of dependencies.
pub(crate) fn remap() -> Option<String> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")))?;
    Some(format!("--remap-path-prefix={}=/registry", home.join("registry/src").display()))
}

fn belongs_to_an_outer_build(name: &str) -> bool {
    DROPPED.contains(&name)
        || name == "CARGO"
        || name.starts_with("CARGO_") && !KEPT.iter().any(|kept| name.starts_with(kept))
}

#[cfg(test)]
mod tests {
    use super::belongs_to_an_outer_build;

    #[test]
    fn flags_and_package_variables_of_an_outer_cargo_do_not_reach_an_inner_one() {
        for name in [
            "CARGO",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_MANIFEST_DIR",
            "CARGO_PKG_NAME",
            "CARGO_PROFILE_COMPONENT_LTO",
            "CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS",
            "RUSTFLAGS",
        ] {
            assert!(belongs_to_an_outer_build(name), "{name}");
        }
    }

    #[test]
    fn an_inner_cargo_still_knows_its_registries_and_its_toolchain() {
        for name in
            ["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_TERM_COLOR", "PATH", "RUSTUP_TOOLCHAIN"]
        {
            assert!(!belongs_to_an_outer_build(name), "{name}");
        }
    }
}
