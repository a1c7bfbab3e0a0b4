//! The ways in which a program ends, and the status of each.

use std::time::Duration;

use crate::told::{shown, tell};

/// The way in which a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It returned or exited by itself, with this status.
    Exit(u8),
    /// It trapped, for this reason.
    Trap(String),
    /// The command stopped it.
    Stopped(Stop),
}

/// The reason to stop a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It ran for as long as `--timeout` allows.
    Timeout(Duration),
    /// The command received a signal with this number and name.
    #[cfg_attr(not(unix), expect(dead_code, reason = "none is caught there"))]
    Signal(u8, &'static str),
}

/// The status of timeout(1) after a timeout.
const TIMEOUT: u8 = 124;

/// The number that a shell adds to the number of a signal that ended a program.
pub(super) const SIGNAL: u8 = 128;

/// The number of SIGABRT.
const ABORT: u8 = 6;

impl Ending {
    /// Returns the status with which the command ends.
    pub(super) fn status(&self) -> u8 {
        match self {
            Self::Exit(status) => *status,
            Self::Trap(_) => SIGNAL + ABORT,
            Self::Stopped(Stop::Timeout(_)) => TIMEOUT,
            Self::Stopped(Stop::Signal(number, _)) => SIGNAL + number,
        }
    }

    /// Returns a word for the ending, for the report.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Exit(_) => "exit",
            Self::Trap(_) => "trap",
            Self::Stopped(Stop::Timeout(_)) => "timeout",
            Self::Stopped(Stop::Signal(..)) => "signal",
        }
    }

    /// Prints the reason if the program did not end by itself.
    pub(super) fn tell(&self) {
        let words = match self {
            Self::Exit(_) => return,
            Self::Trap(reason) => format!("the program trapped: {}", shown(reason)),
            Self::Stopped(Stop::Timeout(time)) => {
                format!("the program ran for {time:?}, as long as --timeout allows")
            }
            Self::Stopped(Stop::Signal(_, name)) => format!("ended by {name}"),
        };
        tell(&format!("error: {words}\n"));
    }
}
