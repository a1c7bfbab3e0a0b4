//! The folders and programs of this checkout, and a `cargo` without the environment of an outer
//! one.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::command;

/// The variables that an inner cargo may inherit from an outer one: those for reaching registries
/// and for printing. All others (`CARGO_PKG_*`, `CARGO_ENCODED_RUSTFLAGS`, profiles …) belong to
/// the outer build. With them, the inner build would depend on the program that started it.
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

/// The workspace of the filesystem engine's benchmark, relative to the root.
pub(crate) const PEERS: &str = "crates/tmpfs/peers/Cargo.toml";

/// The workspace of the benchmark of the crate for hosts, relative to the root.
pub(crate) const HOSTS: &str = "crates/wasmtime-scratch/peers/Cargo.toml";

/// Returns the folder of the workspace's `Cargo.toml`, found when the program runs. Cargo does not
/// recompile a copied checkout, so a folder fixed at compile time would be that of the original.
///
/// # Panics
/// If cargo does not run the program, and neither the program nor the working directory is in a
/// checkout.
#[must_use]
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        // `cargo run` and `cargo test` set it to the folder of a package.
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let places = [package, env::current_exe().ok(), env::current_dir().ok()];
        let found = places.into_iter().flatten().find_map(|place| checkout(&place));
        found.expect("no checkout around this program: run it by cargo, or in the checkout")
    });
    &ROOT
}

/// Returns the innermost checkout of this project that contains a path.
fn checkout(place: &Path) -> Option<PathBuf> {
    let mut folders = place.ancestors();
    let found = folders.find(|folder| folder.join("xtask/Cargo.toml").is_file());
    found.map(Path::to_path_buf)
}

/// Returns the program of this name that cargo built for the running test. Cargo names it again
/// when the test runs; the name at compile time may belong to another checkout.
///
/// # Panics
/// If this is not a test of the package that has the program.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let program = env::var_os(format!("CARGO_BIN_EXE_{name}"));
    program.unwrap_or_else(|| panic!("cargo tells of no program {name}")).into()
}

/// Returns the workspace's target folder, as cargo chooses it.
#[must_use]
pub fn target_dir() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Returns a cargo command for a subcommand in the workspace's root, without the variables of an
/// outer cargo. It fails if the lock file does not fit the manifests.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(belongs_to_an_outer_build) {
            command.env_remove(name);
        }
    }
    command.current_dir(root()).env("CARGO_TARGET_DIR", target_dir());
    command.arg(subcommand);
    // Formatting uses no dependencies, and has no such option.
    if subcommand != "fmt" {
        command.arg("--locked");
    }
    command
}

/// Returns the output of `cargo metadata`, without changing the lock file.
pub(crate) fn metadata(arguments: &[&str]) -> Result<Value> {
    let mut cargo = cargo("metadata");
    cargo.args(["--format-version", "1"]).args(arguments);
    serde_json::from_str(&command::read(&mut cargo)?).context("reading what cargo metadata says")
}

/// Returns flags that keep this machine's folders out of compiled code. Panic messages name the
/// source files of dependencies.
pub(crate) fn remap() -> Option<String> {
    Some(format!("--remap-path-prefix={}=/registry", unpacked()?.display()))
}

/// Returns the folder into which cargo unpacks packages, for each registry.
pub(crate) fn unpacked() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")))?;
    Some(home.join("registry/src"))
}

fn belongs_to_an_outer_build(name: &str) -> bool {
    DROPPED.contains(&name)
        || name == "CARGO"
        || name.starts_with("CARGO_") && !KEPT.iter().any(|kept| name.starts_with(kept))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{env, fs, process};

    use super::{belongs_to_an_outer_build, cargo, checkout};

    #[test]
    fn a_place_belongs_to_the_innermost_checkout_around_it() {
        let outer = env::temp_dir().join(format!("xtask-checkout-{}", process::id()));
        let copy = outer.join("target/copy");
        for checkout in [&outer, &copy] {
            fs::create_dir_all(checkout.join("xtask")).unwrap();
            fs::write(checkout.join("xtask/Cargo.toml"), "").unwrap();
        }
        let found = [copy.join("target/debug/xtask"), copy.clone(), outer.join("host-tests")]
            .map(|place| checkout(&place).unwrap());
        fs::remove_dir_all(&outer).unwrap();
        assert_eq!(found, [copy.clone(), copy, outer]);
        assert_eq!(checkout(Path::new("/")), None);
    }

    #[test]
    fn every_subcommand_that_resolves_dependencies_keeps_to_the_lock_file() {
        let words = |subcommand| {
            let cargo = cargo(subcommand);
            cargo.get_args().map(|it| it.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for subcommand in ["build", "clippy", "doc", "metadata", "run", "rustc", "test"] {
            assert_eq!(words(subcommand), [subcommand, "--locked"]);
        }
        assert_eq!(words("fmt"), ["fmt"]);
    }

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
