//! Building what runs inside wasm: the components that ship, and the guests of tests and benches.

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
            // Little optimisation makes binaries several times smaller, which the runtime that
            // compiles each of them pays back at once.
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
    /// The library, as a reactor. Its crate type is given here and not in its manifest: cargo
    /// would link a `cdylib` for every package that merely depends on it.
    Library,
    /// The library, as a core module: what the linker makes before it is a component.
    Module,
    Binaries,
}

/// A component that ships, or the module.
struct Shipped {
    name: &'static str,
    package: &'static str,
    part: Part,
    features: &'static [&'static str],
}

/// The module that ships, which is put into programs and not under them.
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

/// Builds the shipped component of this name, and gives its file under `target/components`. Beside
/// it lie the notices of the third parties whose software it contains, `NAME.notices.txt`.
///
/// # Errors
/// There is no such component, the target cannot be had, or cargo fails.
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
/// As [`build`].
pub fn build_shipped() -> Result<BTreeMap<&'static str, PathBuf>> {
    SHIPPED.iter().map(|shipped| Ok((shipped.name, build(shipped.name)?))).collect()
}

/// Builds the binaries of a guest package; their files by name.
///
/// # Errors
/// The target cannot be had, or cargo fails.
pub fn programs(package: &str, profile: Profile) -> Result<BTreeMap<String, PathBuf>> {
    build_job(&Job::guest(package, Part::Binaries, profile))
}

/// Builds the library of a guest package as a component without a `main`.
///
/// # Errors
/// The target cannot be had, or cargo fails.
pub fn reactor(package: &str, profile: Profile) -> Result<PathBuf> {
    let built = build_job(&Job::guest(package, Part::Library, profile))?;
    built.into_values().next().with_context(|| format!("{package} builds no library"))
}

/// Builds the embedded filesystem for tests: checked as guests are, and with the functions that
/// recount its books.
///
/// # Errors
/// The target cannot be had, or cargo fails.
pub fn embedded_for_tests() -> Result<PathBuf> {
    let built = build_job(&Job {
        features: &["audit"],
        name: Some(EMBEDDED),
        ..Job::guest(EMBEDDED, Part::Module, Profile::Checked)
    })?;
    built.into_values().next().with_context(|| format!("{EMBEDDED} builds no module"))
}

/// Builds what `scratch compose` puts under programs and into them, and copies it with its notices
/// to `crates/components/wasm`, from where the command takes them.
///
/// # Errors
/// As [`build`].
pub fn supply() -> Result<()> {
    Component::ALL.iter().try_for_each(|component| hand_over(&build(component.name())?))
}

/// Copies a built component and its notices to where the command takes them from.
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
/// As [`build`].
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

/// One call of cargo, and where its components go.
struct Job<'a> {
    package: &'a str,
    part: Part,
    features: &'a [&'a str],
    profile: Profile,
    /// Under the target folder.
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
            // Within a guest the library is compiled as guests are: for speed.
            cargo.args(["--config", "profile.component.package.wasi-tempfile.opt-level=3"]);
        }
        cargo
    }
}

fn build_job(job: &Job<'_>) -> Result<BTreeMap<String, PathBuf>> {
    let mut cargo = job.cargo();
    target::ensure(Target::Wasip2)?.apply(&mut cargo, job.profile.rustflags());
    if job.part == Part::Module {
        // It becomes a part of every program: less is inlined, and fewer loops are unrolled, than
        // where speed alone counts. And the linker is not to take it for a command, each of whose
        // functions it would wrap in one that also calls what runs at the end: there is nothing to
        // run, at the end or at the beginning.
        cargo.args(["--", "-Clink-arg=--skip-wit-component", "-Cllvm-args=-inline-threshold=85"]);
        cargo.arg("-Cllvm-args=-unroll-threshold=30");
        cargo.arg("-Clink-arg=--export=__wasm_call_ctors");
    }

    // Held over the copy too: another process could be linking the file that is copied.
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

/// Returns the wasm files of one package in cargo's messages.
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

/// Whoever reads the file at the same time sees the old one or the new one, whole; what is
/// already there is not written again.
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
        // A mark that only a new file would lose.
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
