//! `external-sort-std`: the same with files of std wherever it runs, as any program has them.

use std::process::ExitCode;

mod arguments;
mod machine;
mod program;

fn main() -> ExitCode {
    program::run(machine::sort)
}
