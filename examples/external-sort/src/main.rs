//! `external-sort`: sorts the lines of a file, as a component or for the machine itself.

use std::process::ExitCode;

mod arguments;
#[cfg(target_family = "wasm")]
mod component;
#[cfg(not(target_family = "wasm"))]
mod machine;
mod program;

#[cfg(target_family = "wasm")]
use component as platform;
#[cfg(not(target_family = "wasm"))]
use machine as platform;

fn main() -> ExitCode {
    program::run(platform::sort)
}
