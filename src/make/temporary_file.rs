//! `TemporaryFile` and `NamedTemporaryFile`: a new file, open, with or without a name.

use crate::error::{Error, ErrorCode, Result};
use crate::file::lifecycle::Lifecycle;
use crate::file::open::{BinaryFile, Made, Open};
use crate::host::candidate::Candidate;
use crate::host::descriptor::Descriptor;
use crate::host::place::Place;
use crate::host::recycle;
use crate::host::refused::Refused;
use crate::host::storage::Storage;
use crate::make::defaults;
use crate::mode::{Buffering, Flavour, Mode, UNBUFFERED};
use crate::options::{FileOptions, NameOptions, NamedOptions};
use crate::stream::{Class, Stream};

/// Opens a file without a name, which is gone when it is closed: Python's `TemporaryFile`.
///
/// It is made exclusively and unlinked at once. If the host cannot unlink an open file, the file
/// keeps a name, which nobody is told, until it is closed or dropped.
///
/// # Errors
///
/// As [`mkstemp`](crate::mkstemp); [`Error::Value`](crate::Error::Value) for a wrong mode;
/// [`Error::Unsupported`](crate::Error::Unsupported) for a text mode: see
/// [`temporary_text_file`](crate::text::temporary_text_file).
///
/// # Security
///
/// As [`mkstemp`](crate::mkstemp). Between creation and removal the name exists for a moment.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{FileOptions, temporary_file};
///
/// let file = temporary_file(&FileOptions::new())?;
/// file.write(b"Hello world!")?;
/// file.seek(0, 0)?;
/// assert_eq!(file.read(None)?, b"Hello world!");
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn temporary_file(options: &FileOptions<'_>) -> Result<BinaryFile> {
    anonymous(options, Flavour::Binary).map(open)
}

/// Opens a file with a name, which is deleted as the options say: Python's `NamedTemporaryFile`.
///
/// # Errors
///
/// As [`temporary_file`].
///
/// # Security
///
/// As [`mkstemp`](crate::mkstemp).
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{NamedOptions, named_temporary_file};
///
/// let file = named_temporary_file(&NamedOptions::new().suffix(".txt"))?;
/// file.write(b"draft")?;
/// file.flush()?; // others who open it by its name see the bytes
/// println!("{}", file.name().unwrap_or_default());
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn named_temporary_file(options: &NamedOptions<'_>) -> Result<BinaryFile> {
    named(options, Flavour::Binary).map(open)
}

/// Makes a file without a name.
pub(crate) fn anonymous(options: &FileOptions<'_>, flavour: Flavour) -> Result<Made> {
    let (mode, buffering) = options.check(flavour)?;
    let Anonymous { storage, name } = create_anonymous(options.name)?;
    let lifecycle = match name {
        None => Lifecycle::anonymous(),
        Some((place, refused)) => Lifecycle::hidden(place, refused),
    };
    checked(storage, (mode, buffering), lifecycle, flavour)
}

/// Makes a file with a name. If a later check fails, the file is deleted unless `delete` is
/// `Never`.
pub(crate) fn named(options: &NamedOptions<'_>, flavour: Flavour) -> Result<Made> {
    let file = &options.file;
    let (mode, buffering) = file.check(flavour)?;
    let (descriptor, place) = candidate(file.name)?.create_file()?;
    let mut lifecycle = Lifecycle::named(place);
    lifecycle.set_delete(options.deletion());
    checked(Storage::shared(descriptor), (mode, buffering), lifecycle, flavour)
}

/// Returns the candidate for a new file. For a directory with NUL in it the error is that of
/// `io.open`.
fn candidate(options: NameOptions<'_>) -> Result<Candidate> {
    Ok(Candidate::file(&defaults::parts(options, "embedded null byte")?))
}

/// Opens the stream of a new file. Refuses a text file without a buffer, as CPython does once the
/// file is made.
fn checked(
    storage: Storage,
    (mode, buffering): (Mode, Buffering),
    lifecycle: Lifecycle,
    flavour: Flavour,
) -> Result<Made> {
    let made = Made { stream: Stream::new(storage, buffering, mode), mode, lifecycle };
    match (flavour, made.stream.class()) {
        (Flavour::Text, Class::Raw) => {
            made.discard();
            Err(Error::value(UNBUFFERED))
        }
        _ => Ok(made),
    }
}

fn open(made: Made) -> BinaryFile {
    BinaryFile::new(Open::of(made))
}

/// Opens a file without a name and returns its descriptor. `BinaryFile::from` makes a file of it.
///
/// # Errors
///
/// As [`mkstemp`](crate::mkstemp); the host's refusal to unlink an open file, since no object would
/// be left to delete the file later. If the host refuses to unlink the closed file too,
/// [`cleanup`](crate::cleanup::cleanup) tries again.
///
/// # Security
///
/// As [`temporary_file`].
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{NameOptions, open_temporary};
///
/// let descriptor = open_temporary(&NameOptions::new())?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn open_temporary(options: &NameOptions<'_>) -> Result<Descriptor> {
    let Anonymous { mut storage, name } = create_anonymous(*options)?;
    if let Some((place, refused)) = name {
        drop(storage);
        let error = Error::at(refused.code(), place.path());
        Lifecycle::hidden(place, refused).abandon();
        return Err(error);
    }
    storage.settle().map_err(Error::os)?;
    Ok(storage.into_descriptor())
}

struct Anonymous {
    storage: Storage,
    /// The name that the host did not remove while the file is open; `None` if it did.
    name: Option<(Place, Refused)>,
}

/// Makes a file without a name: a spare one, or a new one that is unlinked at once.
fn create_anonymous(options: NameOptions<'_>) -> Result<Anonymous> {
    let candidate = candidate(options)?;
    let home = candidate.home().cloned();
    if let Some(spare) = home.as_ref().and_then(recycle::take) {
        return Ok(Anonymous { storage: Storage::recycled(spare), name: None });
    }
    let (descriptor, place) = candidate.create_file()?;
    Ok(match place.unlink() {
        Ok(()) => Anonymous { storage: Storage::private(descriptor, home), name: None },
        // Somebody else removed the name, so somebody else knew the file.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::place;
    use crate::lock::taken;
    use crate::make::defaults::{set_tempdir, tempdir};
    use crate::stream::memory::Memory;

    #[test]
    fn a_named_file_takes_two_locks() {
        // No host: the file is refused where it would be made. A file in memory takes its place
        // then, since every file enters the register in the same way.
        place::grant_nothing();
        set_tempdir(Some("/tmp"));
        assert_eq!(tempdir().as_deref(), Some("/tmp"));
        let options = NamedOptions::new().suffix(".txt");
        let (refused, looking) = taken::by(|| named_temporary_file(&options));
        assert_eq!(refused.unwrap_err().code(), Some(ErrorCode::NotPermitted));
        // The module variables.
        assert_eq!(looking, 1);

        let stream = Stream::Memory(Memory::new(0));
        let made = Made { stream, mode: Mode::READ_WRITE, lifecycle: Lifecycle::anonymous() };
        let (file, entering) = taken::by(|| open(made));
        // The register.
        assert_eq!(entering, 1);
        assert_eq!(file.closed(), Ok(false));
    }
}
