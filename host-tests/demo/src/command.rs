//! The sort as an ordinary program that the command `scratch run` runs.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::interrupt::Interrupt;

/// The names that the program sees.
const INPUT: &str = "/tmp/text";
const OUTPUT: &str = "/tmp/sorted";

/// The times that the scratch space can hold the text: as it came, in temporary files, and sorted.
const COPIES: u64 = 3;

/// Bytes that temporary files in memory take beyond the text: the unused ends of their last pages.
pub(crate) const SPARE: u64 = 16 << 20;

/// The outcome of a run.
pub(crate) struct Taken {
    /// The most bytes that were in the scratch space.
    pub(crate) most_bytes: u64,
    /// Paths of files that the program left beside the result.
    pub(crate) left: Vec<String>,
}

/// Sorts the file by `scratch run`. The result gets the name `sorted` in a new directory `output`.
pub(crate) fn sort(
    program: &Path,
    input: &Path,
    output: &Path,
    buffer_size: usize,
    interrupt: &Interrupt,
) -> Result<Taken> {
    let bytes = COPIES * fs::metadata(input)?.len() + SPARE;
    let mut scratch = Command::new(env::current_exe()?.with_file_name("scratch"));
    scratch.args(["run", "--changes", "--report=json", "--bytes", &bytes.to_string()]);
    scratch.arg("--seed").arg(pair(input, INPUT)).arg("--collect").arg(pair(OUTPUT, output));
    scratch.arg(program);
    scratch.args(["--memory", &buffer_size.to_string(), INPUT, OUTPUT]);
    // The report is the last line.
    let mut last = None;
    let status = interrupt.run(&mut scratch, |line| {
        if let Some(before) = last.replace(line) {
            eprintln!("  {before}");
        }
    });
    let status = status.context("running scratch (`cargo xtask demo --run` makes it)")?;
    interrupt.check()?;
    let last = last.unwrap_or_default();
    if !status.success() {
        bail!("scratch run ended with {status}: {last}");
    }
    read(&last).with_context(|| format!("reading the report of scratch run: {last}"))
}

/// Returns the argument `FROM::TO`.
fn pair(from: impl AsRef<OsStr>, to: impl AsRef<OsStr>) -> OsString {
    [from.as_ref(), to.as_ref()].join(OsStr::new("::"))
}

fn read(report: &str) -> Result<Taken> {
    let report: Value = serde_json::from_str(report)?;
    let most_bytes = report["high_water"]["bytes"].as_u64().context("no bytes")?;
    let changes = report["changes"].as_array().context("no changes")?;
    let paths = changes.iter().filter_map(|change| change["path"].as_str());
    // The directory itself changes with what is made in it.
    let left = paths.filter(|path| ![OUTPUT, "/tmp"].contains(path)).map(str::to_owned);
    Ok(Taken { most_bytes, left: left.collect() })
}
