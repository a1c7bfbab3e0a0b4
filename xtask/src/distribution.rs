//! The packages that users install: from this checkout, and as packages of a registry.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::{command, components, workspace};

/// The packages in the order of their dependencies.
const PACKAGES: [&str; 6] = [
    "tmpfs",
    "tmpfs-start",
    "scratch-compose",
    "scratch-components",
    "wasmtime-scratch",
    "wasi-scratch",
];

/// Installs the command `scratch` below a folder as a user does, and returns its file. It is built
/// without optimisation and without `scratch run`, which would compile wasmtime once more. Cargo
/// also leaves the binary in its target folder. The build therefore has a target folder of its own,
/// so that the workspace's command keeps all its features.
///
/// # Errors
/// A component cannot be built, or cargo fails.
pub fn install(folder: &Path) -> Result<PathBuf> {
    components::supply()?;
    let mut cargo = workspace::cargo("install");
    cargo.args(["--quiet", "--debug", "--no-track", "--no-default-features"]);
    cargo.args(["--path", "crates/scratch", "--root"]);
    cargo.arg(folder).arg("--target-dir").arg(workspace::target_dir().join("installed"));
    command::run(&mut cargo)?;
    Ok(folder.join("bin").join(format!("scratch{}", std::env::consts::EXE_SUFFIX)))
}

/// Packs the packages together, builds each from the packed files, and checks that the components
/// are in them. Uncommitted changes are included. Precondition: the components were
/// [supplied](components::report).
///
/// # Errors
/// Cargo fails, or the components are not in their package.
pub(crate) fn package() -> Result<()> {
    if let Some(unpacked) = workspace::unpacked() {
        forget_unpacked(&unpacked)?;
    }
    let mut cargo = workspace::cargo("package");
    // The packed packages do not have the workspace's profiles, so wasmtime is compiled once more,
    // without debug information since nobody runs it. `scratch run` is left out, since it needs
    // other features of wasmtime's parts and would compile them a third time; the tests compile its
    // source.
    cargo.args(["--quiet", "--allow-dirty", "--config", "profile.dev.debug=false"]);
    cargo.arg("--no-default-features");
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

/// Removes our packages from a folder of unpacked ones. Cargo builds each package from the packed
/// files of those before it. It unpacks these once for a version and a folder, even if they changed
/// since.
fn forget_unpacked(unpacked: &Path) -> Result<()> {
    if !unpacked.is_dir() {
        return Ok(());
    }
    for registry in fs::read_dir(unpacked)? {
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

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::forget_unpacked;

    #[test]
    fn only_our_packages_are_removed_from_the_unpacked() {
        let folder = env::temp_dir().join(format!("unpacked-{}", process::id()));
        let version = env!("CARGO_PKG_VERSION");
        let [ours, theirs] =
            ["tmpfs", "other"].map(|it| folder.join(format!("one/{it}-{version}")));
        for package in [&ours, &theirs] {
            fs::create_dir_all(package.join("src")).unwrap();
        }
        forget_unpacked(&folder).unwrap();
        let left = (ours.exists(), theirs.exists());
        fs::remove_dir_all(&folder).unwrap();
        forget_unpacked(&folder).unwrap();
        assert_eq!(left, (false, true));
    }
}
