//! The parameters of files: where they are made, how they are opened, when they are deleted.

use crate::error::{Error, Result};
use crate::stream::mode::{Buffering, Mode, TextParameters};

/// Where a new file or directory goes and what its name is made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct NameOptions<'a> {
    /// The name ends with this; nothing where `None`. No separator, `..` or NUL.
    pub suffix: Option<&'a str>,
    /// The name begins with this; [`gettempprefix`](crate::gettempprefix) where `None`. No
    /// separator, `..` or NUL.
    pub prefix: Option<&'a str>,
    /// The directory; [`gettempdir`](crate::gettempdir) where `None`.
    pub dir: Option<&'a str>,
}

/// How a temporary file is opened and named: Python's parameters, with its defaults.
#[derive(Clone, Copy, Debug)]
pub struct FileOptions<'a> {
    /// `w+b` by default. The letter sets only the direction: the file is always new.
    pub mode: &'a str,
    /// The size of the buffer in bytes; 0 for none, negative (the default, -1) for 8192.
    pub buffering: i32,
    /// Text only.
    pub encoding: Option<&'a str>,
    /// Text only.
    pub newline: Option<&'a str>,
    /// Where the file is made and what its name is made of.
    pub name: NameOptions<'a>,
    /// Text only.
    pub errors: Option<&'a str>,
}

impl Default for FileOptions<'_> {
    fn default() -> Self {
        Self {
            mode: "w+b",
            buffering: -1,
            encoding: None,
            newline: None,
            name: NameOptions::default(),
            errors: None,
        }
    }
}

impl<'a> FileOptions<'a> {
    /// The defaults of a text file: mode `w+`.
    pub fn text() -> Self {
        Self { mode: "w+", ..Self::default() }
    }

    pub(crate) fn parameters(&self) -> TextParameters<'a> {
        TextParameters { encoding: self.encoding, errors: self.errors, newline: self.newline }
    }

    /// What `io.open` checks before the file is made.
    pub(crate) fn check(&self, flavour: Flavour) -> Result<(Mode, Buffering)> {
        let mode = Mode::parse(self.mode, self.parameters())?;
        flavour.check(!mode.text())?;
        Ok((mode, Buffering::parse(self.buffering)))
    }
}

/// When a named temporary file is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Delete {
    /// When it is closed, left or dropped: `delete=True`, Python's default.
    #[default]
    OnClose,
    /// When its context is left or it is dropped, not when it is closed: `delete_on_close=False`.
    OnExit,
    /// Not by us: `delete=False`.
    Never,
}

/// How a spooled file is kept and opened: Python's parameters, with its defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpooledOptions<'a> {
    /// How far the position may be after a write, in bytes, before the file moves to the disk. With
    /// 0, the default, no write moves it.
    pub max_size: i64,
    /// The file on the disk. As in Python nothing of it but the parameters of text is looked at
    /// before the file moves there.
    pub file: FileOptions<'a>,
}

/// The type of a file, which in Python only the mode tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    Binary,
    Text,
}

impl Flavour {
    /// Refuses a mode of the other flavour: the object to return is of another type.
    pub(crate) fn check(self, binary: bool) -> Result<()> {
        match (self, binary) {
            (Self::Binary, false) => Err(Error::unsupported(
                "a text mode makes a text file, which another function opens; or add 'b'",
            )),
            (Self::Text, true) => Err(Error::unsupported(
                "a binary mode makes a binary file, which another function opens; or leave out 'b'",
            )),
            _ => Ok(()),
        }
    }
}

/// CPython's text for a text file without a buffer.
pub(crate) const UNBUFFERED: &str = "can't have unbuffered text I/O";
