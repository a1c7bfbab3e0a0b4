//! `cargo xtask bench [--quick] [FILTER ...]`: measures, and prints which targets are met.

use std::process::ExitCode;

use bench::run;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
