//! Errors without backtraces: wasmtime takes one for each refusal of the filesystem where the
//! environment asks for it, which makes a refusal five times as dear as it is for anybody else.

use std::env;
use std::process::{Command, ExitStatus};

use anyhow::{Context as _, Result};

/// The variable that errors go by, before the one for panics.
const VARIABLE: &str = "RUST_LIB_BACKTRACE";

/// Starts this program anew without backtraces, where there would be some; `None` where there
/// are none. A variable cannot be changed safely once a program runs.
pub(crate) fn without(arguments: &[String]) -> Result<Option<ExitStatus>> {
    let asked = |name: &str| env::var_os(name).is_some_and(|value| value != "0");
    if env::var_os(VARIABLE).is_some_and(|value| value == "0")
        || !(asked(VARIABLE) || asked("RUST_BACKTRACE"))
    {
        return Ok(None);
    }
    let mut again = Command::new(env::current_exe()?);
    let status = again.args(arguments).env(VARIABLE, "0").status();
    Ok(Some(status.context("starting without backtraces")?))
}
