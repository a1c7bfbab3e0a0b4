//! `cargo xtask COMMAND`: dispatches to the library.

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use xtask::target::{self, Target};
use xtask::{ci, components, demo, foreign, harness, peers, wit};

const USAGE: &str = "\
usage: cargo xtask COMMAND
  target [wasip1]              make the wasm target work, from wherever it can be had
  build                        build what ships, into target/components and for crates/scratch
  wit [--check]                refresh the vendored WIT, or compare it
  demo [ARGS]                  run the demonstration
  bench [ARGS]                 run the measurements
  peers [ARGS]                 check the engine's benchmark beside other filesystems, and run it
  peers hosts [ARGS]           the same for the crate for hosts, beside others for wasmtime
  foreign                      check the crates for hosts on other systems, and run all tests that
                               other toolchains make programs for; none may be missing
  ci [--all] [--skip-tests]    check everything; --all goes on after a failure";

fn main() -> ExitCode {
    match run() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let text = |word: std::ffi::OsString| {
        word.into_string().map_err(|word| anyhow!("the argument {word:?} is not UTF-8"))
    };
    let arguments = std::env::args_os().skip(1).map(text).collect::<Result<Vec<_>>>()?;
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    match &*words {
        ["demo", words @ ..] => demonstrate(words),
        words => dispatch(words).map(|()| ExitCode::SUCCESS),
    }
}

/// Checks the arguments of the demonstration before anything is built, and runs it.
fn demonstrate(words: &[&str]) -> Result<ExitCode> {
    match demo::read(words.iter().map(Into::into)) {
        Ok((options, _)) => harness::demo(&options, words).map(|()| ExitCode::SUCCESS),
        Err(status) => Ok(status),
    }
}

fn dispatch(words: &[&str]) -> Result<()> {
    match words {
        ["target"] => ensure(Target::Wasip2),
        ["target", "wasip1"] => ensure(Target::Wasip1),
        ["build"] => components::report(),
        ["wit"] => wit::refresh(),
        ["wit", "--check"] => wit::check(),
        ["bench", arguments @ ..] => harness::bench(arguments),
        ["peers", arguments @ ..] => peers::run(arguments),
        ["foreign"] => foreign::run(),
        ["ci", options @ ..] => check(options),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("{USAGE}"),
    }
}

fn ensure(target: Target) -> Result<()> {
    let ensured = target::ensure(target)?;
    eprintln!("target: {} can be built for", target.name());
    if let Some(line) = ensured.shell_line() {
        println!("{line}");
    }
    Ok(())
}

fn check(words: &[&str]) -> Result<()> {
    let mut options = ci::Options::default();
    for word in words {
        match *word {
            "--all" => options.keep_going = true,
            "--skip-tests" => options.skip_tests = true,
            _ => bail!("{USAGE}"),
        }
    }
    ci::run(options)
}
