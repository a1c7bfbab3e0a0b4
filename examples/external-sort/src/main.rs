//! `external-sort`: sorts the lines of a file, as a component or for the machine itself.

use std::io::{self, Write as _};
use std::process::ExitCode;

use external_sort::{Progress, Summary};

mod arguments;
#[cfg(target_family = "wasm")]
mod component;
#[cfg(not(target_family = "wasm"))]
mod machine;

#[cfg(target_family = "wasm")]
use component as platform;
#[cfg(not(target_family = "wasm"))]
use machine as platform;

use arguments::Arguments;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    match platform::sort(&arguments, tell) {
        Ok(Summary { lines, bytes, files }) => {
            let text =
                format!("sorted {lines} lines, {bytes} bytes, with {files} temporary files\n");
            let _ = io::stderr().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("external-sort: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One line at a time: a host that listens gets it whole.
fn tell(progress: Progress) -> io::Result<()> {
    io::stderr().write_all(format!("{progress}\n").as_bytes())
}
