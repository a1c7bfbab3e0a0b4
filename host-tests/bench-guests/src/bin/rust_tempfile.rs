//! The nearest peer: the crate `tempfile`, inside wasm.

use std::path::Path;
use std::process::ExitCode;

use host_tests_bench_guests::{DIRECTORY, serve};

#[path = "../rust_tempfile.rs"]
mod rust_tempfile;

fn main() -> ExitCode {
    serve(|workload, n| rust_tempfile::run(Path::new(DIRECTORY), workload, n))
}
