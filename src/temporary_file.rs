//! `TemporaryFile` and `NamedTemporaryFile`: a new file, open, with or without a name.

use wasi::filesystem::types::{Descriptor, ErrorCode};

use crate::closed::Class;
use crate::create::{Candidate, NameOptions};
use crate::error::{Error, Result};
use crate::file::{BinaryFile, Open};
use crate::lifecycle::{self, Lifecycle};
use crate::mode::{Buffering, Mode, TextParameters};
use crate::place::{Place, Refused};
use crate::recycle;
use crate::storage::Storage;

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
    fn check(&self, flavour: Flavour) -> Result<(Mode, Buffering)> {
        let mode = Mode::parse(self.mode, self.parameters())?;
        flavour.check(!mode.text())?;
        Ok((mode, Buffering::parse(self.buffering)))
    }
}

/// What a file is opened for, which in Python only the mode tells.
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

/// Opens a file without a name, which is gone when it is closed: Python's `TemporaryFile`.
///
/// It is made exclusively and unlinked at once. Where the host cannot unlink an open file, it
/// keeps a name that is not told and goes when it is closed or dropped.
///
/// # Errors
///
/// As [`mkstemp`](crate::mkstemp); a value error for a wrong mode, in Python's words.
pub fn temporary_file(options: &FileOptions<'_>) -> Result<BinaryFile> {
    anonymous(options, Flavour::Binary).map(BinaryFile::new)
}

/// Opens a file with a name, to be deleted as `delete` says: Python's `NamedTemporaryFile`.
///
/// # Errors
///
/// As [`temporary_file`].
pub fn named_temporary_file(options: &FileOptions<'_>, delete: Delete) -> Result<BinaryFile> {
    named(options, delete, Flavour::Binary).map(BinaryFile::new)
}

/// A new file without a name.
pub(crate) fn anonymous(options: &FileOptions<'_>, flavour: Flavour) -> Result<Open> {
    let (mode, buffering) = options.check(flavour)?;
    let Anonymous { storage, name } = create_anonymous(options.name)?;
    let lifecycle = match name {
        None => Lifecycle::anonymous(),
        Some((place, refused)) => Lifecycle::hidden(place, refused),
    };
    checked(Open::new(storage, mode, buffering, lifecycle), flavour)
}

/// A new file with a name. Where it is refused in the end, it goes if `delete` does not say never.
pub(crate) fn named(options: &FileOptions<'_>, delete: Delete, flavour: Flavour) -> Result<Open> {
    let (mode, buffering) = options.check(flavour)?;
    let (descriptor, place) = Candidate::file(options.name, NUL)?.create_file()?;
    let mut lifecycle = Lifecycle::named(place);
    lifecycle.set_delete(delete);
    checked(Open::new(Storage::shared(descriptor), mode, buffering, lifecycle), flavour)
}

/// CPython's text for a directory with NUL in it, where `io.open` looks at it first.
const NUL: &str = "embedded null byte";

/// CPython's text for a text file without a buffer.
pub(crate) const UNBUFFERED: &str = "can't have unbuffered text I/O";

/// Refuses a text file without a buffer, which CPython does when the file is made.
fn checked(open: Open, flavour: Flavour) -> Result<Open> {
    match (flavour, open.class) {
        (Flavour::Text, Class::Raw) => Err(Error::value(UNBUFFERED)),
        _ => Ok(open),
    }
}

/// Opens a file without a name and hands out its descriptor: nothing is left to do for us.
///
/// # Errors
///
/// As [`mkstemp`](crate::mkstemp); where the host cannot unlink an open file, its refusal: no
/// object would be there to delete the file later. A file that it does not unlink either once it
/// is closed is left to [`cleanup`](crate::cleanup).
pub fn open_temporary(options: NameOptions<'_>) -> Result<Descriptor> {
    let Anonymous { mut storage, name } = create_anonymous(options)?;
    if let Some((place, refused)) = name {
        drop(storage);
        let error = Error::at(refused.code(), place.path());
        lifecycle::leave(place, refused);
        return Err(error);
    }
    storage.settle().map_err(Error::os)?;
    Ok(storage.into_descriptor())
}

struct Anonymous {
    storage: Storage,
    /// The name that the host would not take away while the file is open.
    name: Option<(Place, Refused)>,
}

/// A file without a name: a spare one, or a new one that is unlinked at once.
fn create_anonymous(options: NameOptions<'_>) -> Result<Anonymous> {
    let candidate = Candidate::file(options, NUL)?;
    let home = candidate.home().cloned();
    if let Some(spare) = home.as_ref().and_then(recycle::take) {
        return Ok(Anonymous { storage: Storage::recycled(spare), name: None });
    }
    let (descriptor, place) = candidate.create_file()?;
    Ok(match place.unlink() {
        Ok(()) => Anonymous { storage: Storage::private(descriptor, home), name: None },
        // Another took the name away, so another knew the file.
        Err(ErrorCode::NoEntry) => Anonymous { storage: Storage::shared(descriptor), name: None },
        Err(code) => {
            let storage = Storage::shared(descriptor);
            let refused = storage
                .file_id()
                .map_or_else(|_| Refused::at(&place, code), |file| Refused::of(file, code));
            Anonymous { storage, name: Some((place, refused)) }
        }
    })
}
