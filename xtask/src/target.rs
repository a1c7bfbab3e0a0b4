//! A target with its standard library: the toolchain's own, rustup's, or one that is built from the
//! distribution's packages in a private folder under `target/`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, anyhow, bail};

use crate::{debian, lock, rustup, sysroot, toolchain, workspace};

/// The targets that guests are built for, and those that hosts are checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// WASI 0.2. Its linker makes components.
    Wasip2,
    /// WASI preview 1. Its linker makes core modules, for runtimes without the component model.
    Wasip1,
    /// Another system. Packages are checked for it, and not linked.
    Checked(&'static str),
}

impl Target {
    /// Returns the name that rustc uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wasip2 => "wasm32-wasip2",
            Self::Wasip1 => "wasm32-wasip1",
            Self::Checked(name) => name,
        }
    }

    /// Returns the name of the target's C library in the distribution's package, or `None` if
    /// nothing is linked for the target.
    fn libc(self) -> Option<&'static str> {
        match self {
            Self::Wasip2 => Some("wasm32-wasip2"),
            // It still calls preview 1 by its older name.
            Self::Wasip1 => Some("wasm32-wasi"),
            Self::Checked(_) => None,
        }
    }
}

/// A target that can be built for, by [`ensure`].
#[derive(Clone, Debug)]
pub struct Ensured {
    target: Target,
    /// The private sysroot; `None` if the toolchain contains the target.
    sysroot: Option<PathBuf>,
}

impl Ensured {
    /// Returns the flags with which rustc finds the target. There are none if the toolchain
    /// contains it.
    #[must_use]
    pub fn rustflags(&self) -> Vec<String> {
        self.sysroot.iter().map(|folder| format!("--sysroot={}", folder.display())).collect()
    }

    /// Returns the line with which a plain cargo in a shell builds for the target, too.
    #[must_use]
    pub fn shell_line(&self) -> Option<String> {
        let name = self.target.name().replace('-', "_").to_uppercase();
        let flags = self.rustflags().join(" ");
        (!flags.is_empty()).then(|| format!("export CARGO_TARGET_{name}_RUSTFLAGS='{flags}'"))
    }

    /// Makes a cargo command build for the target, with `rustflags` beside its own. The flags are
    /// passed in the encoded variable, so that a folder may have a space in its name. With
    /// `--target` they do not affect host code.
    pub fn apply(&self, cargo: &mut Command, rustflags: &[&str]) {
        cargo.args(["--target", self.target.name()]);
        let flags = self.rustflags().into_iter().chain(workspace::remap());
        let flags = flags.chain(rustflags.iter().copied().map(String::from));
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.collect::<Vec<_>>().join("\x1f"));
    }
}

/// Finds or makes the target's standard library. It can be interrupted, and several processes can
/// call it at once.
///
/// # Errors
/// The message says what was tried, and what to do.
pub fn ensure(target: Target) -> Result<Ensured> {
    let name = target.name();
    let version = toolchain::version()?;
    let private =
        workspace::target_dir().join("sysroot").join(sysroot::folder_name(name, &version));
    let found = || -> Result<Option<Ensured>> {
        if toolchain::holds(name)? {
            return Ok(Some(Ensured { target, sysroot: None }));
        }
        let sysroot = private.is_dir().then(|| private.clone());
        Ok(sysroot.map(|folder| Ensured { target, sysroot: Some(folder) }))
    };
    if let Some(ensured) = found()? {
        return Ok(ensured);
    }

    let held = lock::hold(&private.with_file_name(format!("{name}.lock")))?;
    if let Some(ensured) = found()? {
        return Ok(ensured);
    }
    // A target that is only checked is not added to the toolchain.
    let refusal = match target {
        Target::Checked(_) => {
            anyhow!("run `rustup target add {name}` yourself: the target is only checked")
        }
        Target::Wasip2 | Target::Wasip1 => {
            eprintln!("target: {name} is not in the toolchain; asking rustup");
            match rustup::add(name) {
                Ok(()) if toolchain::holds(name)? => {
                    return Ok(Ensured { target, sysroot: None });
                }
                Ok(()) => anyhow!(
                    "it says the target is there, but the toolchain in use has no library of it"
                ),
                Err(refusal) => refusal,
            }
        }
    };
    eprintln!("target: no {name} by rustup ({refusal}); looking into the distribution's packages");

    let building = private.with_file_name(format!("{name}.building"));
    // It was left by an interrupted run, since no other process can use it while the lock is held.
    if building.exists() {
        fs::remove_dir_all(&building)?;
    }
    fs::create_dir_all(&building)?;
    let made = debian::unpack(&version.release, &building).and_then(|packages| {
        sysroot::build(name, target.libc(), &version, &packages, &building, &held)
    });
    let outcome = match made {
        Ok(folder) => fs::rename(folder, &private).map_err(Into::into),
        Err(error) => Err(error),
    };
    fs::remove_dir_all(&building)?;
    if let Err(error) = outcome {
        bail!("{}", advice(name, &version.release, &refusal, &error));
    }
    eprintln!("target: {name} is ready in {}", private.display());
    Ok(Ensured { target, sysroot: Some(private) })
}

fn advice(target: &str, release: &str, rustup: &anyhow::Error, packages: &anyhow::Error) -> String {
    format!(
        "no standard library for {target}\n\
        \x20 rustup: {rustup:#}\n\
        \x20 distribution packages: {packages:#}\n\
        Any one of these helps:\n\
        \x20 - `rustup target add {target}` where rustup's download server can be reached;\n\
        \x20 - a Debian mirror in apt's sources that has rust-src {release} and wasi-libc;\n\
        \x20 - a toolchain of a version whose rust-src the mirror has (named above, if any);\n\
        \x20 - {target}'s libraries of Rust {release}, put into the folder that\n\
        \x20   `rustc --print target-libdir --target {target}` names."
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Ensured, Target, advice};

    #[test]
    fn a_target_of_the_toolchain_needs_no_flags() {
        let ensured = Ensured { target: Target::Wasip2, sysroot: None };
        assert!(ensured.rustflags().is_empty());
        assert_eq!(ensured.shell_line(), None);
    }

    #[test]
    fn a_private_sysroot_reaches_cargo_whole_even_with_a_space_in_its_name() {
        let ensured = Ensured { target: Target::Wasip1, sysroot: Some("a b".into()) };
        let mut cargo = Command::new("cargo");
        ensured.apply(&mut cargo, &[]);
        assert!(cargo.get_args().eq(["--target", "wasm32-wasip1"]));
        let flags = cargo.get_envs().find(|(name, _)| *name == "CARGO_ENCODED_RUSTFLAGS");
        let flags = flags.and_then(|(_, value)| value?.to_str()).unwrap();
        assert_eq!(flags.split('\x1f').next(), Some("--sysroot=a b"));
    }

    #[test]
    fn the_line_for_a_shell_names_the_targets_own_variable() {
        let ensured = Ensured { target: Target::Wasip2, sysroot: Some("dir".into()) };
        let line = "export CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS='--sysroot=dir'";
        assert_eq!(ensured.shell_line().as_deref(), Some(line));
    }

    #[test]
    fn a_failure_tells_what_was_tried_and_what_can_be_done() {
        let said = advice(
            "wasm32-wasip2",
            "1.95.0",
            &anyhow::anyhow!("no network"),
            &anyhow::anyhow!("offers 1.96.1 only"),
        );
        for part in ["no network", "offers 1.96.1 only", "rustup target add wasm32-wasip2"] {
            assert!(said.contains(part), "{part} is missing in:\n{said}");
        }
    }
}
