//! A compiler of C: zig, as Python's package index has it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use xtask::packages::{Package, home};

use crate::kept::{foreign, installed, kept, python, read, run};

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

/// Compiles a program of `foreign/c`, and these libraries with it, to a module of preview 1.
/// Returns its file, or the reason why zig cannot be had.
///
/// # Errors
/// As said.
///
/// # Panics
/// It is no C, or a file cannot be written.
pub fn module(source: &str, words: &[&OsStr], libraries: &[PathBuf]) -> Result<PathBuf, String> {
    static PACKAGES: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| installed(&ZIG));
    let packages = PACKAGES.as_ref().map_err(String::clone)?;
    let source = foreign().join("c").join(source);
    let mut inputs = vec![ZIG.requirement.into(), read(&source)];
    inputs.extend(words.iter().map(|word| word.as_encoded_bytes().to_vec()));
    inputs.extend(libraries.iter().map(|file| read(file)));
    Ok(kept(&source, &inputs, |folder: &Path| {
        let (core, cache) = (folder.join("core.wasm"), home().join("zig-cache"));
        let mut zig = python(packages);
        zig.args(["-m", "ziglang", "cc", "--target=wasm32-wasi"]).args(words).arg(&source);
        zig.args(libraries).arg("-o").arg(&core);
        // zig builds the C library when it is asked for the first time.
        zig.env("ZIG_GLOBAL_CACHE_DIR", &cache).env("ZIG_LOCAL_CACHE_DIR", &cache);
        run(&mut zig).unwrap_or_else(|said| panic!("zig: {said}"));
        read(&core)
    }))
}
