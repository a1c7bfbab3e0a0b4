//! The packages for hosts and the engine's tests, checked for systems that this machine does not
//! have.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::target::{self, Target};
use crate::{command, workspace};

/// The systems: one that is no Unix, two that are Unix and not Linux, and one with Linux's kernel
/// under another C library, which Rust does not call Linux.
const SYSTEMS: [&str; 4] = [
    "x86_64-pc-windows-gnu",
    "aarch64-apple-darwin",
    "x86_64-unknown-freebsd",
    "aarch64-linux-android",
];

const PACKAGES: [&str; 2] = ["wasmtime-scratch", "wasi-scratch"];

/// A replacement for a C compiler. Its output is an empty file, since nothing is linked in a check.
/// It fails at `-?`, by which the crate `cc` recognises Microsoft's compiler.
const COMPILER: &str = r#"#!/bin/sh
[ "$1" != '-?' ] || exit 1
while [ $# -gt 1 ]; do
    [ "$1" != -o ] || : > "$2"
    shift
done
"#;

/// Checks the packages and the engine's tests for each system; warnings are errors.
///
/// # Errors
/// A standard library is not available, or a package does not compile.
pub fn check() -> Result<()> {
    let compiler = compiler()?;
    for system in SYSTEMS {
        eprintln!("foreign: checking {} for {system}", PACKAGES.join(" and "));
        let target = target::ensure(Target::Checked(system))?;
        let name = system.replace('-', "_");
        let packages = PACKAGES.iter().flat_map(|package| ["--package", package]).collect();
        for words in [packages, vec!["--package", "tmpfs", "--tests"]] {
            let mut cargo = workspace::cargo("check");
            target.apply(cargo.arg("--quiet").args(words), &["-Dwarnings"]);
            cargo.env(format!("CC_{name}"), &compiler).env(format!("AR_{name}"), "ar");
            command::run(&mut cargo)?;
        }
    }
    Ok(())
}

/// Writes the replacement for a C compiler, and returns its file.
fn compiler() -> Result<PathBuf> {
    let file = workspace::target_dir().join("no-compiler.sh");
    fs::write(&file, COMPILER)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    }
    Ok(file)
}
