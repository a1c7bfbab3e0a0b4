//! All checks that a change must pass, in one command, here and on a server.

use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::components::GUESTS;
use crate::target::{self, Target};
use crate::{command, components, dependencies, distribution, wit, workspace};

/// The checks that [`run`] leaves out or does not stop at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Runs every step, even after a step failed.
    pub keep_going: bool,
    /// Skips the tests, for a caller that has just run them.
    pub skip_tests: bool,
}

struct Step {
    name: &'static str,
    run: fn() -> Result<()>,
}

const STEPS: [Step; 11] = [
    Step { name: "format", run: format },
    Step { name: "vendored WIT", run: wit::check },
    Step { name: "clippy", run: clippy },
    Step { name: "wasm target", run: ensure },
    Step { name: "clippy of the components", run: clippy_component },
    Step { name: "clippy of the guests", run: clippy_guests },
    Step { name: "dependencies", run: dependencies::check },
    Step { name: TESTS, run: tests },
    Step { name: "documentation", run: documentation },
    Step { name: "shipped components", run: components::report },
    Step { name: "packages", run: distribution::package },
];

/// The step that checks layering, import lists and all behaviour.
const TESTS: &str = "tests";

/// Runs the steps, prints the time of each, and lists those that failed.
///
/// # Errors
/// A step failed.
pub fn run(options: Options) -> Result<()> {
    let mut lines = Vec::new();
    let mut failed = Vec::new();
    for step in STEPS.iter().filter(|step| !(options.skip_tests && step.name == TESTS)) {
        eprintln!("ci: {}", step.name);
        let start = Instant::now();
        let outcome = (step.run)();
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        lines.push(format!("{:>7.1} s  {:24} {verdict}", start.elapsed().as_secs_f64(), step.name));
        if let Err(error) = outcome {
            eprintln!("ci: {}: {error:#}", step.name);
            failed.push(step.name);
            if !options.keep_going {
                break;
            }
        }
    }
    eprintln!("{}", lines.join("\n"));
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn format() -> Result<()> {
    command::run(workspace::cargo("fmt").args(["--all", "--check"]))
}

fn clippy() -> Result<()> {
    let mut cargo = workspace::cargo("clippy");
    cargo.args(["--quiet", "--workspace", "--all-targets"]);
    denying_warnings(&mut cargo)
}

fn ensure() -> Result<()> {
    target::ensure(Target::Wasip2).map(drop)
}

fn clippy_component() -> Result<()> {
    for (package, features) in [
        ("wasi-tempfile", "component"),
        ("wasi-tempfile", "audited"),
        ("tmpfs-component", ""),
        ("tmpfs-component", "streams"),
        ("tmpfs-embedded", ""),
        ("tmpfs-embedded", "audit"),
        ("upload", ""),
    ] {
        let mut cargo = workspace::cargo("clippy");
        cargo.args(["--quiet", "--package", package, "--lib"]);
        cargo.args(["--features", features]);
        target::ensure(Target::Wasip2)?.apply(&mut cargo, &[]);
        denying_warnings(&mut cargo)?;
    }
    Ok(())
}

fn clippy_guests() -> Result<()> {
    let mut cargo = workspace::cargo("clippy");
    cargo.args(["--quiet", "--lib", "--bins"]);
    cargo.args(GUESTS.iter().flat_map(|package| ["--package", package]));
    target::ensure(Target::Wasip2)?.apply(&mut cargo, &[]);
    denying_warnings(&mut cargo)
}

pub(crate) fn denying_warnings(clippy: &mut Command) -> Result<()> {
    command::run(clippy.args(["--", "-D", "warnings"]))
}

fn tests() -> Result<()> {
    command::run(workspace::cargo("test").arg("--no-fail-fast"))
}

fn documentation() -> Result<()> {
    let mut cargo = workspace::cargo("doc");
    cargo.args(["--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
    command::run(&mut cargo)
}
