//! The methods that a file refuses: those of the other direction, and all of them once it is closed
//! or detached. The texts are CPython 3.13's. They differ by class and method.

use crate::error::{Error, Result};
use crate::mode::Mode;
use crate::stream::Class;

/// A method of a binary file, where the answer depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Enter,
    Flush,
    Peek,
    Read,
    Read1,
    Readinto,
    Readinto1,
    Readline,
    Readlines,
    Seek,
    Truncate,
    Write,
    Writelines,
    /// `tell`, `isatty`, `readable`, `writable`, `seekable`.
    Ask,
}

/// The state of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Closed,
    Detached,
}

/// Refuses `method` where a file of this class, mode and state does.
pub(crate) fn check(method: Method, class: Class, mode: Mode, state: State) -> Result<()> {
    let refused = refused(method, class, mode);
    if let Some((text, Refused::InAnyState)) = refused {
        return Err(Error::unsupported(text));
    }
    match (state, class) {
        (State::Open, _) => {}
        (State::Closed, Class::Raw) => return Err(Error::value(closed_raw(method))),
        (State::Closed, Class::Buffered) => {
            return Err(Error::value(closed_buffered(method, mode)));
        }
        (State::Closed, Class::Spooled) => return Err(Error::value(closed_spooled(method))),
        (State::Detached, _) => return Err(Error::value(DETACHED)),
    }
    refused.map_or(Ok(()), |(text, _)| Err(Error::unsupported(text)))
}

enum Refused {
    /// CPython's class does not have the method.
    InAnyState,
    /// It has it, and asks whether the file is open first.
    WhileOpen,
}

fn refused(method: Method, class: Class, mode: Mode) -> Option<(&'static str, Refused)> {
    let reads = !mode.readable();
    let writes = !mode.writable();
    match (class, method) {
        (Class::Raw, Method::Read1) => Some(("read1", Refused::InAnyState)),
        (Class::Raw, Method::Peek) => Some(("peek", Refused::InAnyState)),
        (Class::Raw, Method::Readinto1) => Some(("readinto1", Refused::InAnyState)),
        (Class::Raw, Method::Read | Method::Readinto | Method::Readline) if reads => {
            Some(("File not open for reading", Refused::WhileOpen))
        }
        (Class::Raw, Method::Write | Method::Truncate) if writes => {
            Some(("File not open for writing", Refused::WhileOpen))
        }
        (Class::Spooled, Method::Peek) => Some(("peek", Refused::InAnyState)),
        // `readinto1` of the base class calls `read1`.
        (Class::Buffered, Method::Read1 | Method::Readinto1) if reads => {
            Some(("read1", Refused::InAnyState))
        }
        (Class::Buffered, Method::Peek) if reads => Some(("peek", Refused::InAnyState)),
        (Class::Buffered, Method::Read | Method::Readinto | Method::Readline) if reads => {
            Some(("read", Refused::InAnyState))
        }
        (Class::Buffered, Method::Write) if writes => Some(("write", Refused::InAnyState)),
        (Class::Buffered, Method::Truncate) if writes => Some(("truncate", Refused::WhileOpen)),
        _ => None,
    }
}

const CLOSED: &str = "I/O operation on closed file";
pub(crate) const CLOSED_STOP: &str = "I/O operation on closed file.";

/// The ValueError of entering the context of a closed spooled file.
pub(crate) const ENTER_CLOSED: &str = "Cannot enter context with closed file";

/// The ValueError of every method of a buffered file after `detach`.
pub(crate) const DETACHED: &str = "raw stream has been detached";

fn closed_raw(method: Method) -> &'static str {
    match method {
        Method::Enter | Method::Flush | Method::Readlines | Method::Writelines => CLOSED_STOP,
        _ => CLOSED,
    }
}

fn closed_spooled(method: Method) -> &'static str {
    match method {
        Method::Enter => ENTER_CLOSED,
        _ => CLOSED_STOP,
    }
}

fn closed_buffered(method: Method, mode: Mode) -> &'static str {
    match method {
        // A BufferedReader has nothing to flush, and the method of its base class.
        Method::Flush if !mode.writable() => CLOSED_STOP,
        Method::Enter | Method::Readlines | Method::Writelines => CLOSED_STOP,
        Method::Flush => "flush of closed file",
        Method::Peek => "peek of closed file",
        Method::Read | Method::Read1 => "read of closed file",
        Method::Readinto | Method::Readinto1 => "readinto of closed file",
        Method::Readline => "readline of closed file",
        Method::Seek => "seek of closed file",
        Method::Truncate => "truncate of closed file",
        Method::Write => "write to closed file",
        Method::Ask => CLOSED,
    }
}
