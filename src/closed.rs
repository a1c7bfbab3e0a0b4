//! Which methods a file answers: not those of the other direction, and none once it is closed
//! or detached. The texts are CPython 3.13's; they differ by class and method.

use crate::error::{Error, Result};
use crate::mode::Mode;

/// A method of a binary file, where the answer depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Enter,
    Flush,
    Peek,
    Read,
    Read1,
    Readinto,
    Readline,
    Readlines,
    Seek,
    Truncate,
    Write,
    Writelines,
    /// `tell`, `isatty`, `readable`, `writable`, `seekable`.
    Ask,
}

/// Which of CPython's classes a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// `FileIO`.
    Raw,
    /// `BufferedRandom`, `BufferedReader`, `BufferedWriter`.
    Buffered,
}

/// What has become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Closed,
    Detached,
}

/// Refuses `method` where a file of this class, mode and state does.
pub(crate) fn check(method: Method, class: Class, mode: Mode, state: State) -> Result<()> {
    let refused = refused_direction(method, class, mode);
    // A BufferedReader has no `write` at all, closed or not; but it has a `truncate`.
    if let Some(text) = refused
        && class == Class::Buffered
        && method != Method::Truncate
    {
        return Err(Error::unsupported(text));
    }
    match (state, class) {
        (State::Open, _) => {}
        (State::Closed, Class::Raw) => return Err(Error::value(closed_raw(method))),
        (State::Closed, Class::Buffered) => return Err(Error::value(closed_buffered(method))),
        (State::Detached, _) => return Err(Error::value(DETACHED)),
    }
    refused.map_or(Ok(()), |text| Err(Error::unsupported(text)))
}

fn refused_direction(method: Method, class: Class, mode: Mode) -> Option<&'static str> {
    let (refused, raw) = match method {
        Method::Read | Method::Read1 | Method::Readinto | Method::Readline | Method::Peek => {
            (!mode.readable(), "File not open for reading")
        }
        Method::Write | Method::Truncate => (!mode.writable(), "File not open for writing"),
        _ => (false, ""),
    };
    let buffered = match method {
        Method::Read1 => "read1",
        Method::Peek => "peek",
        Method::Write => "write",
        Method::Truncate => "truncate",
        _ => "read",
    };
    refused.then_some(if class == Class::Raw { raw } else { buffered })
}

const CLOSED: &str = "I/O operation on closed file";
const CLOSED_STOP: &str = "I/O operation on closed file.";

/// The ValueError of every method of a buffered file after `detach`.
pub(crate) const DETACHED: &str = "raw stream has been detached";

fn closed_raw(method: Method) -> &'static str {
    match method {
        Method::Enter | Method::Flush | Method::Readlines | Method::Writelines => CLOSED_STOP,
        _ => CLOSED,
    }
}

fn closed_buffered(method: Method) -> &'static str {
    match method {
        Method::Enter | Method::Readlines | Method::Writelines => CLOSED_STOP,
        Method::Flush => "flush of closed file",
        Method::Peek => "peek of closed file",
        Method::Read | Method::Read1 => "read of closed file",
        Method::Readinto => "readinto of closed file",
        Method::Readline => "readline of closed file",
        Method::Seek => "seek of closed file",
        Method::Truncate => "truncate of closed file",
        Method::Write => "write to closed file",
        Method::Ask => CLOSED,
    }
}
