//! The packages for hosts, checked for systems that this machine does not have.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::target::{self, Target};
use crate::{command, workspace};

/// The systems: one that is no Unix, and one that is a Unix and not Linux.
const SYSTEMS: [&str; 2] = ["x86_64-pc-windows-gnu", "aarch64-apple-darwin"];

const PACKAGES: [&str; 2] = ["wasmtime-scratch", "wasi-scratch"];

/// A stand-in for a C compiler: it makes the file that it is asked for, with nothing in it. What is
/// only checked is not linked. The question with which it fails is one for Microsoft's compiler.
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
/// A standard library cannot be had, or a package does not compile.
pub fn check() -> Result<()> {
    for system in SYSTEMS {
        eprintln!("foreign: checking {} for {system}", PACKAGES.join(" and "));
        let mut cargo = workspace::cargo("check");
        cargo.arg("--quiet").args(PACKAGES.iter().flat_map(|package| ["--package", package]));
        target::ensure(Target::Checked(system))?.apply(&mut cargo, &["-Dwarnings"]);
        let name = system.replace('-', "_");
        cargo.env(format!("CC_{name}"), compiler()?).env(format!("AR_{name}"), "ar");
        command::run(&mut cargo)?;
    }
    Ok(())
}

/// Writes the stand-in, and returns its file.
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
