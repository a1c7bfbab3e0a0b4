//! The packages for hosts, checked for systems that this machine does not have.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::target::{self, Target};
use crate::{command, workspace};

/// The systems: one that is no Unix, and one that is a Unix and not Linux.
const SYSTEMS: [&str; 2] = ["x86_64-pc-windows-gnu", "aarch64-apple-darwin"];

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

/// Checks the packages for each system; warnings are errors.
///
/// # Errors
/// A standard library is not available, or a package does not compile.
pub fn check() -> Result<()> {
    let compiler = compiler()?;
    for system in SYSTEMS {
        eprintln!("foreign: checking {} for {system}", PACKAGES.join(" and "));
        let mut cargo = workspace::cargo("check");
        cargo.arg("--quiet").args(PACKAGES.iter().flat_map(|package| ["--package", package]));
        target::ensure(Target::Checked(system))?.apply(&mut cargo, &["-Dwarnings"]);
        let name = system.replace('-', "_");
        cargo.env(format!("CC_{name}"), &compiler).env(format!("AR_{name}"), "ar");
        command::run(&mut cargo)?;
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
