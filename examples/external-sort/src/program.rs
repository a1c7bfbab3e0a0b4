//! The program, for any kind of temporary files.

use std::io::{self, Write as _};
use std::process::ExitCode;

use external_sort::{Progress, Summary};

use crate::arguments::{Arguments, USAGE};

/// A function that sorts as the arguments say, and reports its progress.
type Sort = fn(&Arguments, fn(Progress) -> io::Result<()>) -> io::Result<Summary>;

/// Sorts, and prints the result.
pub(crate) fn run(sort: Sort) -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match sort(&arguments, tell) {
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

/// Writes a message of progress in one call, so that a host that listens gets the whole line.
fn tell(progress: Progress) -> io::Result<()> {
    io::stderr().write_all(format!("{progress}\n").as_bytes())
}
