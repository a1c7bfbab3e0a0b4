//! Building the wasm files: the components that ship, and the guests of tests and benchmarks.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context as _, Result, anyhow, bail};
use scratch_compose::{Component, binary};

use crate::target::{self, Target};
use crate::{command, lock, messages, notices, workspace};

/// The profiles in which guests are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// For components that ship or are measured: the workspace's profile `component`, stripped.
    Optimised,
    /// For tests: with assertions and overflow checks, and with names for traps. It has no
    /// link-time optimisation, which would take minutes for dozens of programs.
    Checked,
}

impl Profile {
    fn apply(self, cargo: &mut Command) {
        match self {
            Self::Optimised => cargo.args(["--profile", "component"]),
            // A little optimisation makes binaries several times smaller. The time is regained at
            // once, since the runtime compiles each of them.
            Self::Checked => cargo
                .args(["--profile", "checked"])
                .args(["--config", "profile.checked.inherits='dev'"])
                .args(["--config", "profile.checked.opt-level=1"])
                .args(["--config", "profile.checked.debug=false"])
                .args(["--config", "profile.checked.strip='debuginfo'"]),
        };
    }

    /// Returns the linker's arguments beyond the profile. Nothing here is loaded as a shared
    /// library, so nothing needs to be relocatable, and addresses can take as few bytes as
    /// possible.
    fn rustflags(self) -> &'static [&'static str] {
        match self {
            Self::Optimised => &["-Crelocation-model=static", "-Clink-arg=--compress-relocations"],
            Self::Checked => &[],
        }
    }

    /// Returns the folder for guests of this profile. Components that ship have a folder of their
    /// own.
    fn guests(self) -> &'static str {
        match self {
            Self::Optimised => "guests/optimised",
            Self::Checked => "guests/checked",
        }
    }
}

/// The part of a package that becomes a component or a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The library, as a reactor. Its crate type is set here and not in its manifest, since cargo
    /// would then link a `cdylib` for every package that merely depends on it.
    Library,
    /// The library, as a core module: the linker's output before it becomes a component.
    Module,
    Binaries,
}

/// A component or a module that ships.
struct Shipped {
    name: &'static str,
    package: &'static str,
    part: Part,
    features: &'static [&'static str],
}

/// The module that ships. It is embedded in programs, and not composed with them.
const EMBEDDED: &str = "tmpfs-embedded";

const SHIPPED: [Shipped; 8] = [
    Shipped {
        name: "tempfile",
        package: "wasi-tempfile",
        part: Part::Library,
        features: &["component"],
    },
    Shipped {
        name: "tempfile-audited",
        package: "wasi-tempfile",
        part: Part::Library,
        features: &["audited"],
    },
    Shipped { name: "tmpfs-lite", package: "tmpfs-component", part: Part::Library, features: &[] },
    Shipped {
        name: "tmpfs",
        package: "tmpfs-component",
        part: Part::Library,
        features: &["streams"],
    },
    Shipped { name: EMBEDDED, package: EMBEDDED, part: Part::Module, features: &[] },
    Shipped {
        name: "external-sort",
        package: "external-sort",
        part: Part::Binaries,
        features: &[],
    },
    Shipped {
        name: "external-sort-std",
        package: "external-sort",
        part: Part::Binaries,
        features: &[],
    },
    Shipped { name: "upload", package: "upload", part: Part::Library, features: &[] },
];

/// The packages of programs that run inside wasm.
pub(crate) const GUESTS: [&str; 3] =
    ["external-sort", "host-tests-bench-guests", "host-tests-programs"];

/// Builds the shipped component of this name, and returns its file under `target/components`. The
/// notices of the third parties whose software it contains are written beside it, to
/// `NAME.notices.txt`.
///
/// # Errors
/// There is no such component, the target is not available, or cargo fails.
pub fn build(name: &str) -> Result<PathBuf> {
    let shipped = SHIPPED.iter().find(|shipped| shipped.name == name);
    let shipped = shipped.with_context(|| {
        let names = SHIPPED.map(|shipped| shipped.name).join(", ");
        format!("no component is named {name}; there are {names}")
    })?;
    let mut built = build_job(&Job {
        package: shipped.package,
        part: shipped.part,
        features: shipped.features,
        profile: Profile::Optimised,
        folder: "components",
        name: Some(name),
    })?;
    built.remove(name).with_context(|| format!("{} builds no {name}.wasm", shipped.package))
}

/// Builds every shipped component.
///
/// # Errors
/// Those of [`build`].
pub fn build_shipped() -> Result<BTreeMap<&'static str, PathBuf>> {
    SHIPPED.iter().map(|shipped| Ok((shipped.name, build(shipped.name)?))).collect()
}

/// Builds the binaries of a guest package, and returns their files by name.
///
/// # Errors
/// The target is not available, or cargo fails.
pub fn programs(package: &str, profile: Profile) -> Result<BTreeMap<String, PathBuf>> {
    build_job(&Job::guest(package, Part::Binaries, profile))
}

/// Builds the library of a guest package as a component without a `main`.
///
/// # Errors
/// The target is not available, or cargo fails.
pub fn reactor(package: &str, profile: Profile) -> Result<PathBuf> {
    let built = build_job(&Job::guest(package, Part::Library, profile))?;
    built.into_values().next().with_context(|| format!("{package} builds no library"))
}

/// Builds the embedded filesystem for tests: in the profile of guests, and with the functions that
/// recount its charges.
///
/// # Errors
/// The target is not available, or cargo fails.
pub fn embedded_for_tests() -> Result<PathBuf> {
    let built = build_job(&Job {
        features: &["audit"],
        name: Some(EMBEDDED),
        ..Job::guest(EMBEDDED, Part::Module, Profile::Checked)
    })?;
    built.into_values().next().with_context(|| format!("{EMBEDDED} builds no module"))
}

/// Builds the files that `scratch compose` puts under programs, and copies them with their notices
/// to `crates/components/wasm`, from where the command takes them.
///
/// # Errors
/// Those of [`build`].
pub fn supply() -> Result<()> {
    Component::ALL.iter().try_for_each(|component| hand_over(&build(component.name())?))
}

/// Copies a built component and its notices to the folder from which the command takes them.
fn hand_over(wasm: &Path) -> Result<()> {
    let folder = workspace::root().join("crates/components/wasm");
    for file in [wasm.with_extension("notices.txt"), wasm.to_path_buf()] {
        let name = file.file_name().expect("BUG: a component is a file");
        publish(&read(&file)?, &folder.join(name))?;
    }
    Ok(())
}

/// Builds every shipped component, supplies the command with its own, and prints a line for each:
/// name, bytes, number of imported interfaces.
///
/// # Errors
/// Those of [`build`].
pub fn report() -> Result<()> {
    for Shipped { name, part, .. } in SHIPPED {
        let wasm = build(name)?;
        if Component::ALL.iter().any(|component| component.name() == name) {
            hand_over(&wasm)?;
        }
        let bytes = read(&wasm)?;
        let imports = match part {
            Part::Module => "core module".to_owned(),
            Part::Library | Part::Binaries => {
                format!("{:>3} imports", binary::imports(&bytes)?.len())
            }
        };
        println!("{name:24} {:>8} bytes {imports}", bytes.len());
    }
    println!("in {}", workspace::target_dir().join("components").display());
    Ok(())
}

/// One call of cargo, and the folder for its components.
struct Job<'a> {
    package: &'a str,
    part: Part,
    features: &'a [&'a str],
    profile: Profile,
    /// The folder, relative to the target folder.
    folder: &'a str,
    /// The name of a library's component. Binaries have names of their own.
    name: Option<&'a str>,
}

impl<'a> Job<'a> {
    fn guest(package: &'a str, part: Part, profile: Profile) -> Self {
        let name = (part == Part::Library).then_some(package);
        Self { package, part, features: &[], profile, folder: profile.guests(), name }
    }

    fn cargo(&self) -> Command {
        let (subcommand, part) = match self.part {
            Part::Library | Part::Module => ("rustc", "--lib"),
            Part::Binaries => ("build", "--bins"),
        };
        let mut cargo = workspace::cargo(subcommand);
        cargo.arg(part);
        cargo.args(["--quiet", "--package", self.package]);
        cargo.args(["--message-format", "json-render-diagnostics"]);
        if self.part != Part::Binaries {
            cargo.args(["--crate-type", "cdylib"]);
        }
        if !self.features.is_empty() {
            cargo.arg("--features").arg(self.features.join(","));
        }
        self.profile.apply(&mut cargo);
        if self.profile == Profile::Optimised && self.folder == self.profile.guests() {
            // In a guest the library is optimised for speed, as guests are.
            cargo.args(["--config", "profile.component.package.wasi-tempfile.opt-level=3"]);
        }
        cargo
    }
}

fn build_job(job: &Job<'_>) -> Result<BTreeMap<String, PathBuf>> {
    let mut cargo = job.cargo();
    target::ensure(Target::Wasip2)?.apply(&mut cargo, job.profile.rustflags());
    if job.part == Part::Module {
        // The module becomes a part of every program, so less is inlined and fewer loops are
        // unrolled than for speed alone. The linker must not take it for a command: it would wrap
        // each function in one that also calls the functions for the end of a command, and there
        // are none.
        cargo.args(["--", "-Clink-arg=--skip-wit-component", "-Cllvm-args=-inline-threshold=85"]);
        cargo.arg("-Cllvm-args=-unroll-threshold=30");
        cargo.arg("-Clink-arg=--export=__wasm_call_ctors");
    }

    // The lock is held during the copy, too, since another process could be linking the file that
    // is copied.
    let _held = lock::hold(&workspace::target_dir().join("components.lock"))?;
    eprintln!("building {} for wasm", job.name.unwrap_or(job.package));
    let messages = command::stdout(&mut cargo)?;
    let folder = workspace::target_dir().join(job.folder);
    let mut built = BTreeMap::new();
    for file in wasm_files(&messages, &manifest(job.package)?)? {
        let stem = file.file_stem().and_then(OsStr::to_str).context("a file without a name")?;
        let name = job.name.filter(|_| job.part != Part::Binaries).unwrap_or(stem);
        let mut bytes = read(&file)?;
        if job.profile == Profile::Optimised {
            bytes = binary::strip(&bytes)?;
        }
        let published = folder.join(format!("{name}.wasm"));
        publish(&bytes, &published)?;
        built.insert(name.to_owned(), published);
    }
    if let (Some(name), "components") = (job.name, job.folder) {
        let notices = notices::text(name, &messages)?;
        publish(notices.as_bytes(), &folder.join(format!("{name}.notices.txt")))?;
    }
    if built.is_empty() {
        bail!("the package {} has nothing to build for wasm", job.package);
    }
    Ok(built)
}

/// Returns the wasm files of a package from cargo's messages.
fn wasm_files(messages: &str, manifest: &Path) -> Result<Vec<PathBuf>> {
    let artifacts = messages::artifacts(messages)?.into_iter();
    let files = artifacts.filter(|it| it.manifest == manifest).flat_map(|it| it.files);
    Ok(files.filter(|file| file.extension() == Some(OsStr::new("wasm"))).collect())
}

fn manifest(package: &str) -> Result<PathBuf> {
    let metadata = workspace::metadata(&["--no-deps"])?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let found =
        packages.filter(|it| it["name"] == package).find_map(|it| it["manifest_path"].as_str());
    found.map(PathBuf::from).ok_or_else(|| anyhow!("the workspace has no package {package}"))
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("reading {}", file.display()))
}

/// Writes a file, so that a process that reads it meanwhile sees the old or the new one completely.
/// An identical file is not written again.
fn publish(bytes: &[u8], to: &Path) -> Result<()> {
    if fs::read(to).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let context = || format!("writing {}", to.display());
    fs::create_dir_all(to.parent().expect("BUG: it is published into a folder"))
        .with_context(context)?;
    let partial = to.with_extension(format!("{}.partial", process::id()));
    fs::write(&partial, bytes).with_context(context)?;
    fs::rename(&partial, to).with_context(context)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{env, fs, process};

    use super::{Job, Part, Profile, publish, wasm_files};

    #[test]
    fn only_the_packages_own_wasm_files_are_taken_from_cargos_messages() {
        let messages = [
            r#"{"reason":"compiler-artifact","manifest_path":"/other/Cargo.toml","filenames":["a.wasm"]}"#,
            r#"{"reason":"compiler-artifact","manifest_path":"/ours/Cargo.toml","filenames":["b.wasm","b.d"]}"#,
            r#"{"reason":"build-finished","success":true}"#,
        ];
        let files = wasm_files(&messages.join("\n"), Path::new("/ours/Cargo.toml")).unwrap();
        assert_eq!(files, [Path::new("b.wasm")]);
    }

    #[test]
    fn a_library_becomes_a_reactor_only_when_it_is_built_as_one() {
        let words = |part| {
            let cargo = Job::guest("guest", part, Profile::Checked).cargo();
            cargo.get_args().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        assert!(words(Part::Library).contains(&"cdylib".to_owned()));
        assert!(!words(Part::Binaries).contains(&"cdylib".to_owned()));
    }

    #[test]
    fn a_file_that_is_up_to_date_is_not_written_again() {
        let folder = env::temp_dir().join(format!("xtask-publish-{}", process::id()));
        let file = folder.join("a.wasm");
        publish(b"first", &file).unwrap();
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        let kept = permissions.clone();
        // A mark that a rewritten file would lose.
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions).unwrap();
        publish(b"first", &file).unwrap();
        assert!(fs::metadata(&file).unwrap().permissions().readonly());
        fs::set_permissions(&file, kept).unwrap();
        publish(b"second", &file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"second");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing partial is left");
        fs::remove_dir_all(folder).unwrap();
    }
}
