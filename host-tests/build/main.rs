//! The generated parts of the harness and its tests.

use std::path::Path;
use std::{env, io};

mod calls;
mod identifiers;
mod programs;
mod suites;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build");
    let output = env::var_os("OUT_DIR").expect("cargo sets it for build scripts");
    calls::write(Path::new(&output))?;
    suites::write(Path::new(&output))
}
