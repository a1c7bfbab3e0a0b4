//! Toolchains of other languages, as Python's package index has them. What they make is kept beside
//! them under the target folder, named by all that it was made of.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsStr;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::{LazyLock, Mutex, PoisonError};

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as PREVIEW1,
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as ADAPTER,
};
use wit_component::ComponentEncoder;
use xtask::packages::{self, Failure, Package, home};
use xtask::workspace;

/// Wheels for Linux and macOS, on x86-64 and on 64-bit ARM.
const ZIG: Package = Package {
    requirement: "ziglang==0.17.1",
    hashes: &[
        "ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54",
        "b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e",
        "4e0b4b9c02b8d0d220e9948010f860b62ff11d96abb39762eca5fa2ef3f7bc97",
        "09953b6af7f64168b915180a42774f520f92d86ef6331b28e33915c7e1f0bb23",
    ],
};

const COMPONENTIZE: Package = Package {
    requirement: "componentize-py==0.25.1",
    hashes: &[
        "8623cd8cab8453cb0cd8bf03f3c7103420d06f2f3d360186a280a70a1ca5e89f",
        "7b6a87c520358166843af0daa86d2312d7af4cbcbbf1e598951085cf7f2991ca",
        "65fbc4a94df1de8acf7da50a1f5ed1711230188844e53e6332d99029be4e0afa",
        "a556991534cc496207a9d2ca733c4b0f17ed38ef56a8d6b5f1847fdf1225dd1b",
    ],
};

/// The world of a Python program: everything that a command has in WASI 0.2.
const WORLD: &str = "wasi:cli/command@0.2.12";
const WIT: [&str; 6] = ["io", "clocks", "random", "filesystem", "sockets", "cli"];

/// Compiles a program of `foreign/c` by zig for preview 1, and makes it a component by the adapter.
/// Returns its file, or the reason why zig cannot be had.
pub(crate) fn c(source: &str) -> Result<PathBuf, String> {
    let module = read(&c_module(source)?);
    let inputs = [module.clone(), ADAPTER.into()];
    Ok(kept(Path::new(source), &inputs, |_| {
        let mut encoder = ComponentEncoder::default();
        let adapted = encoder.module(&module).and_then(|it| it.adapter(PREVIEW1, ADAPTER));
        adapted.expect("zig makes modules of preview 1");
        encoder.encode().expect("the adapter has what the module imports")
    }))
}

/// Compiles a program of `foreign/c` by zig to a module of preview 1. Returns its file, or the
/// reason why zig cannot be had.
pub(crate) fn c_module(source: &str) -> Result<PathBuf, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| install(&ZIG));
    let packages = PACKAGES.as_ref().map_err(String::clone)?;
    let source = foreign().join("c").join(source);
    let inputs = [ZIG.requirement.into(), read(&source)];
    Ok(kept(&source, &inputs, |folder| {
        let (core, cache) = (folder.join("core.wasm"), home().join("zig-cache"));
        let mut zig = python(packages);
        zig.args(["-m", "ziglang", "cc", "--target=wasm32-wasi", "-O1"]).arg(&source);
        zig.arg("-o").arg(&core);
        // zig builds the C library when it is asked for the first time.
        zig.env("ZIG_GLOBAL_CACHE_DIR", &cache).env("ZIG_LOCAL_CACHE_DIR", &cache);
        run(&mut zig).unwrap_or_else(|said| panic!("zig: {said}"));
        read(&core)
    }))
}

/// Makes a component of a program of `foreign/python`, with CPython in it, by componentize-py.
/// Returns its file, or the reason why that cannot be had.
pub(crate) fn cpython(source: &str) -> Result<PathBuf, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| install(&COMPONENTIZE));
    let packages = PACKAGES.as_ref().map_err(String::clone)?;
    let source = foreign().join("python").join(source);
    let wit = WIT.map(|package| workspace::root().join(format!("wit/deps/{package}.wit")));
    let mut inputs = vec![COMPONENTIZE.requirement.into(), read(&source)];
    inputs.extend(wit.iter().map(|file| read(file)));
    Ok(kept(&source, &inputs, |folder| {
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

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// What is made of the inputs, unless it was made before. Another process that makes it at the same
/// time makes the same.
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

/// Returns the folder with a package of Python's index, or the reason why it cannot be had here.
fn install(package: &Package) -> Result<PathBuf, String> {
    packages::python(package).map_err(|failure| match failure {
        Failure::Absent(reason) => reason,
        Failure::Broken(_) => panic!("{failure}"),
    })
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
