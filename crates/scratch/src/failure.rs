//! Failures of the command: a line and a status.

use std::process::ExitCode;

use crate::told::{shown, tell};

/// A failure, with its line.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments or the program are refused: status 2.
    Refused(String),
    /// The machine or the installation is at fault: status 1.
    Broken(String),
}

impl Failure {
    pub(crate) fn report(self) -> ExitCode {
        let (words, status) = match self {
            Self::Refused(words) => (words, 2),
            Self::Broken(words) => (words, 1),
        };
        tell(&format!("error: {}\n", shown(&words)));
        ExitCode::from(status)
    }
}
