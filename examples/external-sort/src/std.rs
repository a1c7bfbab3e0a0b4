//! `external-sort-std`: the same sort with files of Rust's std, also as a component.

use std::process::ExitCode;

mod arguments;
mod machine;
mod program;

fn main() -> ExitCode {
    program::run(machine::sort)
}
