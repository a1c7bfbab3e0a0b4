//! The errors of this crate.

use std::{error, fmt};

/// An error with a message of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The program cannot be read, or its shape does not allow what was asked for.
    Program(String),
    /// A setting or a variable is invalid, or contradicts another one.
    Setting(String),
    /// A file of the seed cannot be read or carried.
    Seed(String),
    /// The limits do not allow the files that the filesystem starts with.
    Start(String),
    /// A component or module that the caller passed is not one that ships.
    Component(String),
}

impl Error {
    pub(crate) fn program(reason: impl Into<anyhow::Error>) -> Self {
        Self::Program(line(&reason.into()))
    }

    pub(crate) fn setting(reason: impl Into<anyhow::Error>) -> Self {
        Self::Setting(line(&reason.into()))
    }

    pub(crate) fn seed(reason: impl Into<anyhow::Error>) -> Self {
        Self::Seed(line(&reason.into()))
    }

    pub(crate) fn start(reason: impl Into<anyhow::Error>) -> Self {
        Self::Start(line(&reason.into()))
    }

    pub(crate) fn component(reason: impl Into<anyhow::Error>) -> Self {
        Self::Component(line(&reason.into()))
    }
}

/// Joins an error and its causes to one line. Some messages of wac have several lines.
fn line(reason: &anyhow::Error) -> String {
    format!("{reason:#}").lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Program(words)
        | Self::Setting(words)
        | Self::Seed(words)
        | Self::Start(words)
        | Self::Component(words)) = self;
        formatter.write_str(words)
    }
}

impl error::Error for Error {}

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::Error;

    #[test]
    fn an_error_and_its_causes_are_one_line() {
        let reason = anyhow!("the cause\n  in two lines").context("it failed");
        assert_eq!(Error::program(reason).to_string(), "it failed: the cause in two lines");
    }
}
