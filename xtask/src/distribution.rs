//! The packages that users install: from this checkout, and as packages of a registry.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::{command, components, workspace};

/// The packages, each after those that it depends on.
const PACKAGES: [&str; 4] = ["tmpfs", "scratch-compose", "scratch-components", "wasi-scratch"];

/// Installs the command `scratch` below a folder as a user does, but without optimisation, and
/// returns its file.
///
/// # Errors
/// A component cannot be built, or cargo fails.
pub fn install(folder: &Path) -> Result<PathBuf> {
    components::supply()?;
    let mut cargo = workspace::cargo("install");
    cargo.args(["--quiet", "--debug", "--no-track", "--path", "crates/scratch", "--root"]);
    command::run(cargo.arg(folder))?;
    Ok(folder.join("bin").join(format!("scratch{}", std::env::consts::EXE_SUFFIX)))
}

/// Packs the packages together, builds each from what was packed, and looks for the components in
/// them. It makes no difference between what is committed and what is not. The components were
/// [supplied](components::report) before.
///
/// # Errors
/// Cargo fails, or the components are not in their package.
pub(crate) fn package() -> Result<()> {
    forget_unpacked()?;
    let mut cargo = workspace::cargo("package");
    cargo.args(["--quiet", "--allow-dirty"]);
    command::run(cargo.args(PACKAGES.iter().flat_map(|package| ["--package", package])))?;
    let mut cargo = workspace::cargo("package");
    cargo.args(["--quiet", "--allow-dirty", "--list", "--package", "scratch-components"]);
    let listed = command::read(&mut cargo)?;
    for component in scratch_compose::Component::ALL {
        for file in ["wasm", "notices.txt"].map(|end| format!("wasm/{}.{end}", component.name())) {
            ensure!(listed.lines().any(|line| line == file), "the package lacks {file}");
        }
    }
    Ok(())
}

/// Removes the packages that an earlier run unpacked. Cargo builds each from what was packed of
/// those before it, which it unpacks once for a version and a folder, however they changed since.
fn forget_unpacked() -> Result<()> {
    let registries = workspace::unpacked().filter(|folder| folder.is_dir());
    for registry in registries.map(fs::read_dir).transpose()?.into_iter().flatten() {
        let registry = registry?.path();
        for package in PACKAGES {
            let folder = registry.join(format!("{package}-{}", env!("CARGO_PKG_VERSION")));
            if folder.is_dir() {
                fs::remove_dir_all(folder)?;
            }
        }
    }
    Ok(())
}
