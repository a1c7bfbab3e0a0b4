//! The program, whatever its temporary files are.

use std::io::{self, Write as _};
use std::process::ExitCode;

use external_sort::{Progress, Summary};

use crate::arguments::{Arguments, USAGE};

/// A sort as the arguments say, which tells its progress.
type Sort = fn(&Arguments, fn(Progress) -> io::Result<()>) -> io::Result<Summary>;

/// Sorts, and tells how it went.
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

/// One line at a time: a host that listens gets it whole.
fn tell(progress: Progress) -> io::Result<()> {
    io::stderr().write_all(format!("{progress}\n").as_bytes())
}
