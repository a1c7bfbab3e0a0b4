//! The reasons for which nothing is composed.

use std::{error, fmt};

/// The reason for which nothing is composed, in words of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The program is not a component that the others can be put under.
    Program(String),
    /// A setting or a variable is invalid, or contradicts another one.
    Setting(String),
    /// A file of the seed cannot be read or carried.
    Seed(String),
    /// The limits do not allow what the filesystem is to start with.
    Start(String),
    /// A component that was handed in is not one that ships.
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

/// Joins an error and its causes to one line; some of wac's have several.
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

/// A result with the crate's error.
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
