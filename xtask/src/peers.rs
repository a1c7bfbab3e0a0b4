//! The benchmarks of the filesystem engine and of the crate for hosts beside other filesystems in
//! memory. They have workspaces of their own, which no other command builds.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::components::{self, Profile};
use crate::{ci, command, dependencies, messages, workspace};

/// Checks a workspace, then runs its benchmark: that of the crate for hosts where the first word is
/// `hosts`, else that of the engine.
///
/// # Errors
/// It is not formatted, clippy or cargo-deny objects, or the benchmark fails.
pub fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["hosts", arguments @ ..] => hosts(arguments),
        _ => engine(arguments),
    }
}

fn engine(arguments: &[&str]) -> Result<()> {
    let manifest = ["--manifest-path", workspace::PEERS];
    command::run(workspace::cargo("fmt").args(manifest).arg("--check"))?;
    let mut clippy = workspace::cargo("clippy");
    ci::denying_warnings(clippy.args(["--quiet", "--all-targets"]).args(manifest))?;
    dependencies::check_manifest(workspace::PEERS)?;
    let mut cargo = workspace::cargo("run");
    command::run(cargo.arg("--release").args(manifest).arg("--").args(arguments))
}

/// The package of the guests that every host runs.
const GUESTS: &str = "host-tests-bench-guests";

/// The packages that may fail to build, each with the name of the peer that it measures.
const OTHERS: [(&str, &str); 2] =
    [("host-of-eryx-vfs", "eryx-vfs"), ("host-of-vfs-host", "vfs-host")];

fn hosts(arguments: &[&str]) -> Result<()> {
    let manifest = ["--manifest-path", workspace::HOSTS];
    // A peer may declare a newer compiler than it needs, so its declaration is ignored.
    let whole = ["--workspace", "--ignore-rust-version"];
    command::run(workspace::cargo("fmt").args(manifest).args(["--all", "--check"]))?;
    dependencies::check_manifest(workspace::HOSTS)?;

    let mut build = workspace::cargo("build");
    build.args(["--release", "--keep-going", "--message-format", "json"]);
    build.args(whole).args(manifest);
    let output = build.stderr(Stdio::inherit()).output().context("building the hosts")?;
    let said = String::from_utf8(output.stdout)?;
    let artifacts = messages::artifacts(&said)?;
    let program = |name: &str| {
        let mut files = artifacts.iter().flat_map(|it| &it.files);
        files.find(|file| file.file_name().is_some_and(|it| it == name)).map(AsRef::<Path>::as_ref)
    };
    let mut clippy = workspace::cargo("clippy");
    clippy.args(["--quiet", "--all-targets"]).args(whole).args(manifest);
    let mut failed = Vec::new();
    for (package, folder) in OTHERS {
        if program(package).is_none() {
            let message = messages::first_error(&said, folder)?;
            let message = message.unwrap_or_else(|| "see above".to_owned());
            failed.extend(["--failed".to_owned(), package.to_owned(), message]);
            clippy.args(["--exclude", package]);
        }
    }
    ci::denying_warnings(&mut clippy)?;

    let guests = components::programs(GUESTS, Profile::Optimised)?;
    let guests = guests.values().next().and_then(|file| file.parent());
    let driver = program("scratch-peers").context("the benchmark does not build")?;
    let mut driver = Command::new(driver);
    driver.arg("--guests").arg(guests.context("no guests")?).args(failed);
    command::run(driver.args(arguments))
}
