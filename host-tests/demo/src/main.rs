//! `cargo xtask demo`: a sort that needs temporary files, run as a component with `tempfile.wasm`
//! under it. It is timed beside the same sort on the machine itself.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

mod command;
mod demonstration;
mod guest;
mod interrupt;
mod limiter;
mod listener;
mod scratch;
mod table;
mod watch;

use interrupt::Interrupt;
use scratch::Scratch;
use xtask::demo::{self, Options};

/// The exit status of a program that Ctrl-C ended, as a shell shows it.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    match demo::read(std::env::args_os().skip(1)) {
        Ok((options, input)) => run(&options, input).unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }),
        Err(status) => status,
    }
}

/// Sorts the input, or without one a text that it makes.
fn run(options: &Options, input: Option<PathBuf>) -> Result<ExitCode> {
    let engine = guest::engine()?;
    let interrupt = Interrupt::listen(&engine)?;
    let scratch = Scratch::make(&options.scratch)?;
    let outcome = demonstration::run(options, input, &engine, &interrupt, &scratch);
    // Remove what the demonstration made, in every case, and before the result is printed.
    let place = scratch.remove().context("removing the scratch directory")?;
    if interrupt.came() {
        eprintln!("interrupted; nothing is left in {}", place.display());
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let table = outcome?;
    println!("{table}");
    Ok(if table.clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
