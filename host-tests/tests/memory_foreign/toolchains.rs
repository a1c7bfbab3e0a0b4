//! Toolchains of other languages, as Python's package index has them: installed once, under the target
//! folder, where what they make is kept too, named by all that it was made of.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsStr;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as PREVIEW1,
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as ADAPTER,
};
use wit_component::ComponentEncoder;
use xtask::workspace;

const ZIG: &str = "ziglang==0.17.1";
const COMPONENTIZE: &str = "componentize-py==0.25.1";

/// The world of a Python program: everything that a command has in WASI 0.2.
const WORLD: &str = "wasi:cli/command@0.2.12";
const WIT: [&str; 6] = ["io", "clocks", "random", "filesystem", "sockets", "cli"];

/// A program of `foreign/c`, compiled by zig for preview 1 and made a component by the adapter;
/// `None` where there is no zig.
pub(crate) fn c(source: &str) -> Option<PathBuf> {
    static PACKAGES: OnceLock<Option<PathBuf>> = OnceLock::new();
    let packages = PACKAGES.get_or_init(|| install(ZIG)).as_ref()?;
    let source = foreign().join("c").join(source);
    let inputs = [ZIG.into(), read(&source), ADAPTER.into()];
    Some(kept(&source, &inputs, |folder| {
        let (core, cache) = (folder.join("core.wasm"), home().join("zig-cache"));
        let mut zig = python(packages);
        zig.args(["-m", "ziglang", "cc", "--target=wasm32-wasi", "-O1"]).arg(&source);
        zig.arg("-o").arg(&core);
        // zig builds the C library when it is asked for the first time.
        zig.env("ZIG_GLOBAL_CACHE_DIR", &cache).env("ZIG_LOCAL_CACHE_DIR", &cache);
        run(&mut zig).unwrap_or_else(|said| panic!("zig: {said}"));
        let mut encoder = ComponentEncoder::default();
        let adapted = encoder.module(&read(&core)).and_then(|it| it.adapter(PREVIEW1, ADAPTER));
        adapted.expect("zig makes modules of preview 1");
        encoder.encode().expect("the adapter has what the module imports")
    }))
}

/// A program of `foreign/python`, with CPython in it, by componentize-py; `None` where there is none.
pub(crate) fn cpython(source: &str) -> Option<PathBuf> {
    static PACKAGES: OnceLock<Option<PathBuf>> = OnceLock::new();
    let packages = PACKAGES.get_or_init(|| install(COMPONENTIZE)).as_ref()?;
    let source = foreign().join("python").join(source);
    let wit = WIT.map(|package| workspace::root().join(format!("wit/deps/{package}.wit")));
    let mut inputs = vec![COMPONENTIZE.into(), read(&source)];
    inputs.extend(wit.iter().map(|file| read(file)));
    Some(kept(&source, &inputs, |folder| {
        // CPython leaves its caches beside what it imports.
        let copy = folder.join(source.file_name().expect("a program has a name"));
        fs::copy(&source, &copy).expect("copying a program");
        let module = copy.file_stem().expect("a program has a name");
        let made = folder.join("made.wasm");
        let mut tool = python(packages);
        tool.args(["-c", "import sys, componentize_py as it; sys.exit(it.script())"]);
        tool.args(wit.iter().flat_map(|file| [OsStr::new("-d"), file.as_os_str()]));
        tool.args(["-w", WORLD, "componentize", "-p"]).arg(folder).arg(module);
        tool.arg("-o").arg(&made);
        run(&mut tool).unwrap_or_else(|said| panic!("componentize-py: {said}"));
        read(&made)
    }))
}

fn foreign() -> &'static Path {
    static FOREIGN: LazyLock<PathBuf> =
        LazyLock::new(|| workspace::root().join("host-tests/foreign"));
    &FOREIGN
}

/// Where the packages are, and what was made by them.
fn home() -> PathBuf {
    workspace::target_dir().join("foreign")
}

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// What is made of the inputs, unless it was made before. Another process that makes it at the same time
/// makes the same.
fn kept(source: &Path, inputs: &[Vec<u8>], make: impl FnOnce(&Path) -> Vec<u8>) -> PathBuf {
    static MAKING: Mutex<()> = Mutex::new(());
    // Nothing is half made where a test panicked meanwhile, or it is not found.
    let _held = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut hasher = DefaultHasher::new();
    inputs.hash(&mut hasher);
    let name = source.file_stem().and_then(OsStr::to_str).expect("a program's name is text");
    let file = home().join(format!("{name}-{:016x}.wasm", hasher.finish()));
    if !file.exists() {
        let folder = file.with_extension(format!("{}.partial", process::id()));
        fs::create_dir_all(&folder).expect("making a folder to make things in");
        let bytes = make(&folder);
        let whole = folder.join("whole.wasm");
        fs::write(&whole, bytes).expect("writing what was made");
        fs::rename(whole, &file).expect("keeping what was made");
        fs::remove_dir_all(folder).expect("removing what is made no more");
    }
    file
}

/// The folder with a package of Python's index; `None`, and a word about it, where it cannot be had.
fn install(package: &str) -> Option<PathBuf> {
    let folder = home().join(package);
    if folder.exists() {
        return Some(folder);
    }
    let partial = home().join(format!("{package}.{}.partial", process::id()));
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    pip.arg("--target").arg(&partial).arg(package);
    if let Err(said) = run(&mut pip) {
        eprintln!("no {package} here, so nothing is run of what it makes: {said}");
        return None;
    }
    // Another process may have been faster.
    if fs::rename(&partial, &folder).is_err() {
        fs::remove_dir_all(partial).expect("removing a package that is there already");
    }
    Some(folder)
}

fn python(packages: &Path) -> Command {
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", packages);
    python
}

/// Runs a tool quietly; what it said where it failed.
fn run(tool: &mut Command) -> Result<(), String> {
    let output = tool.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{}\n{said}", output.status)) }
}
