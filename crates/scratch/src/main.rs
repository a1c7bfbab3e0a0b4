//! The command `scratch`.

mod told;

mod failure;

mod arguments;
mod input;
mod output;

mod compose;
mod notices;
#[cfg(feature = "run")]
mod run;

#[cfg(test)]
#[path = "../../compose/src/hollow.rs"]
mod hollow;

use std::env;
use std::process::ExitCode;

use crate::arguments::Arguments;
use crate::failure::Failure;

fn main() -> ExitCode {
    match run() {
        Ok(status) => status,
        Err(failure) => failure.report(),
    }
}

fn run() -> Result<ExitCode, Failure> {
    let done = match arguments::parse(env::args_os())? {
        Arguments::Compose(arguments) => compose::run(&arguments),
        #[cfg(feature = "run")]
        Arguments::Run(arguments) => return run::run(&arguments),
        Arguments::Notices => notices::print(),
        Arguments::Help(text) => output::print(&text),
    };
    done.map(|()| ExitCode::SUCCESS)
}
