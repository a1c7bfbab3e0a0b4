//! Files that tools of Python's package index make for tests. They are kept beside the tools under
//! the target folder, and named by all their inputs.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsStr;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::{LazyLock, Mutex, PoisonError};

use xtask::packages::{self, Failure, Package, home};
use xtask::workspace;

/// Returns the folder with the programs of other languages.
#[must_use]
pub fn foreign() -> &'static Path {
    static FOREIGN: LazyLock<PathBuf> =
        LazyLock::new(|| workspace::root().join("host-tests/foreign"));
    &FOREIGN
}

/// Reads a file.
///
/// # Panics
/// It cannot be read.
#[must_use]
pub fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Makes something of the inputs, unless it was made before, and returns its file. Another process
/// that makes it at the same time makes the same.
///
/// # Panics
/// `make` does, or a file cannot be written.
pub fn kept(source: &Path, inputs: &[Vec<u8>], make: impl FnOnce(&Path) -> Vec<u8>) -> PathBuf {
    static MAKING: Mutex<()> = Mutex::new(());
    // A panic while making leaves a partial folder, which is never taken for what is made there.
    let _held = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let name = source.file_stem().and_then(OsStr::to_str).expect("a program's name is text");
    let file = home().join(format!("{}.wasm", named(name, inputs)));
    if !file.exists() {
        let folder = partial(&file);
        let bytes = make(&folder);
        let whole = folder.join("whole.wasm");
        fs::write(&whole, bytes).expect("writing what was made");
        fs::rename(whole, &file).expect("keeping what was made");
        fs::remove_dir_all(folder).expect("removing the partial folder");
    }
    file
}

/// Does the same for a folder.
///
/// # Panics
/// As [`kept`].
pub fn kept_folder(name: &str, inputs: &[Vec<u8>], make: impl FnOnce(&Path)) -> PathBuf {
    let folder = home().join(named(name, inputs));
    if !folder.exists() {
        let partial = partial(&folder);
        make(&partial);
        if let Err(error) = fs::rename(&partial, &folder) {
            // Another process may have been faster.
            assert!(folder.exists(), "keeping what was made: {error}");
            fs::remove_dir_all(partial).expect("removing the partial folder");
        }
    }
    folder
}

/// Names what is made of the inputs.
fn named(name: &str, inputs: &[Vec<u8>]) -> String {
    let mut hasher = DefaultHasher::new();
    inputs.hash(&mut hasher);
    format!("{name}-{:016x}", hasher.finish())
}

/// Makes the folder in which a thing is made.
fn partial(kept: &Path) -> PathBuf {
    let folder = kept.with_extension(format!("{}.partial", process::id()));
    fs::create_dir_all(&folder).expect("making a folder to make things in");
    folder
}

/// Returns the folder with a package of Python's index, or the reason why it cannot be had here.
///
/// # Errors
/// As said.
///
/// # Panics
/// It is not what its hashes say.
pub fn installed(package: &Package) -> Result<PathBuf, String> {
    packages::python(package).map_err(|failure| match failure {
        Failure::Absent(reason) => reason,
        Failure::Broken(_) => panic!("{failure}"),
    })
}

/// Returns Python, to run a tool of packages.
#[must_use]
pub fn python(packages: &Path) -> Command {
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", packages);
    python
}

/// Runs a tool quietly.
///
/// # Errors
/// It fails; then with what it said.
pub fn run(tool: &mut Command) -> Result<(), String> {
    let output = tool.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{}\n{said}", output.status)) }
}
