//! The command `scratch`.

mod failure;

mod arguments;
mod output;

mod compose;
mod notices;

#[cfg(test)]
#[path = "../../compose/src/hollow.rs"]
mod hollow;

use std::env;
use std::process::ExitCode;

use crate::arguments::Arguments;
use crate::failure::Failure;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run() -> Result<(), Failure> {
    match arguments::parse(env::args_os())? {
        Arguments::Compose(arguments) => compose::run(&arguments),
        Arguments::Notices => notices::print(),
        Arguments::Help(text) => output::print(&text),
    }
}
