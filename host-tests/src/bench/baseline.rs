//! `tmpfs.wasm` of an earlier commit, which the design's targets are set against: built from the
//! repository when it is asked for the first time, and kept under the target folder.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use xtask::target::{self, Target};
use xtask::workspace;

/// The commit before the filesystem could be embedded.
const COMMIT: &str = "101c67d";

/// Returns the component's bytes, or nothing where the repository does not have the commit.
pub(super) fn component() -> Result<Option<Vec<u8>>> {
    let folder = workspace::target_dir().join("baseline").join(COMMIT);
    let kept = folder.join("tmpfs.wasm");
    if kept.is_file() {
        return Ok(Some(fs::read(kept)?));
    }
    let source = folder.join("source");
    fs::create_dir_all(&source)?;
    let mut git = Command::new("git");
    git.current_dir(workspace::root()).args(["archive", "--format=tar", COMMIT]);
    let archive = git.stderr(Stdio::null()).output();
    let Some(archive) = archive.ok().filter(|archive| archive.status.success()) else {
        return Ok(None);
    };
    let tar = folder.join("source.tar");
    fs::write(&tar, archive.stdout)?;
    let unpacked = Command::new("tar").arg("-xf").arg(&tar).arg("-C").arg(&source).status()?;
    ensure!(unpacked.success(), "unpacking {COMMIT}: {unpacked}");
    eprintln!("building tmpfs of {COMMIT} for wasm");
    let mut cargo = Command::new("cargo");
    cargo.current_dir(&source).args(["rustc", "--locked", "--quiet", "--lib"]);
    cargo.args(["--package", "tmpfs-component", "--features", "streams"]);
    cargo.args(["--crate-type", "cdylib", "--profile", "component"]);
    cargo.arg("--target-dir").arg(folder.join("target"));
    // As that commit's own `cargo xtask build` does.
    let flags = ["-Crelocation-model=static", "-Clink-arg=--compress-relocations"];
    target::ensure(Target::Wasip2)?.apply(&mut cargo, &flags);
    let built = cargo.status()?;
    ensure!(built.success(), "building tmpfs of {COMMIT}: {built}");
    let name = Target::Wasip2.name();
    let made = folder.join("target").join(name).join("component/tmpfs_component.wasm");
    let bytes = fs::read(&made).with_context(|| format!("reading {}", made.display()))?;
    fs::write(&kept, &bytes)?;
    Ok(Some(bytes))
}
