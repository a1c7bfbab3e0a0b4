//! A sysroot that holds one target: the standard library compiled from its source, for wasm beside
//! the distribution's C library, or what a check needs of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::debian::Packages;
use crate::lock::Held;
use crate::toolchain::{self, Version};
use crate::{command, workspace};

/// The version of the recipe below. Raise it when the recipe changes, so that older sysroots are
/// not used.
const RECIPE: u32 = 3;

/// Returns the name of the sysroot's folder. It contains the compiler's version, so that a new
/// toolchain gets its own library.
pub(crate) fn folder_name(target: &str, version: &Version) -> String {
    let commit = version.commit.get(..9).unwrap_or(&version.commit);
    format!("{target}-{}-{commit}-{RECIPE}", version.release)
}

/// Builds in `folder`, and returns the finished sysroot there. The caller moves it into place.
/// Without a C library the sysroot is for checks only, and nothing can be linked.
pub(crate) fn build(
    target: &str,
    c_library: Option<&str>,
    version: &Version,
    packages: &Packages,
    folder: &Path,
    held: &Held,
) -> Result<PathBuf> {
    eprintln!("target: building the standard library of Rust {} for {target}", version.release);
    let library = &packages.rust_library;
    let out = folder.join("out");
    // The paths that rustup's own libraries have in their panics, instead of a path of this
    // machine.
    let mut flags = vec![
        "-Zforce-unstable-if-unmarked".to_owned(),
        // Components that ship are optimised across crates, including the standard library.
        "-Cembed-bitcode=yes".to_owned(),
        format!("--remap-path-prefix={}=/rustc/{}/library", library.display(), version.commit),
    ];
    flags.extend(workspace::remap());
    let (subcommand, extension) = match c_library {
        Some(_) => ("build", "rlib"),
        None => ("check", "rmeta"),
    };
    let mut cargo = workspace::cargo(subcommand);
    cargo
        .current_dir(library)
        .args(["--release", "--quiet", "--target", target])
        .args(["--manifest-path", "sysroot/Cargo.toml"])
        .env("CARGO_TARGET_DIR", &out)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .env("__CARGO_DEFAULT_LIB_METADATA", "stablestd");
    held.share(&mut cargo)?;
    command::run(&mut cargo)?;

    let sysroot = folder.join("sysroot");
    let libraries = sysroot.join("lib/rustlib").join(target).join("lib");
    fs::create_dir_all(&libraries)?;
    let compiled = toolchain::files(&out.join(target).join("release/deps"), extension);
    if compiled.is_empty() {
        bail!("the build of the standard library made no libraries");
    }
    for file in compiled {
        copy_into(&libraries, &file)?;
    }
    if let Some(name) = c_library {
        let libc = libraries.join("self-contained");
        fs::create_dir_all(&libc)?;
        for file in ["libc.a", "crt1-command.o", "crt1-reactor.o"] {
            copy_into(&libc, &packages.libc.join(name).join(file))?;
        }
    }
    Ok(sysroot)
}

fn copy_into(folder: &Path, file: &Path) -> Result<()> {
    let name = file.file_name().expect("BUG: a file to copy has a name");
    fs::copy(file, folder.join(name)).with_context(|| format!("copying {}", file.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::folder_name;
    use crate::toolchain::Version;

    fn name(release: &str, commit: &str) -> String {
        let version = Version { release: release.to_owned(), commit: commit.to_owned() };
        folder_name("wasm32-wasip2", &version)
    }

    #[test]
    fn another_compiler_gets_another_sysroot() {
        let this = name("1.95.0", "59807616e1fa2540");
        assert_ne!(this, name("1.95.1", "59807616e1fa2540"));
        assert_ne!(this, name("1.95.0", "0123456789abcdef"));
        assert_eq!(this, name("1.95.0", "59807616e1fa2540"));
    }

    #[test]
    fn a_compiler_without_a_commit_has_a_sysroot_too() {
        assert!(name("1.95.0", "unknown").contains("1.95.0-unknown"));
    }
}
