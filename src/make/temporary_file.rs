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
use crate::options::{
    Buffering, FileOptions, Flavour, Mode, NameOptions, NamedOptions, UNBUFFERED,
};
use crate::stream::{Class, Stream};

/// Opens a file without a name, which is gone when it is closed: Python's `TemporaryFile`.
///
/// It is made exclusively and unlinked at once. Where the host cannot unlink an open file, it
/// keeps a name that is not told and goes when it is closed or dropped.
///
/// # Errors
///
/// As [`mkstemp`](crate::mkstemp); a value error for a wrong mode, in Python's words.
pub fn temporary_file(options: &FileOptions<'_>) -> Result<BinaryFile> {
    anonymous(options, Flavour::Binary).map(open)
}

/// Opens a file with a name, to be deleted as the options say: Python's `NamedTemporaryFile`.
///
/// # Errors
///
/// As [`temporary_file`].
pub fn named_temporary_file(options: &NamedOptions<'_>) -> Result<BinaryFile> {
    named(options, Flavour::Binary).map(open)
}

/// A new file without a name.
pub(crate) fn anonymous(options: &FileOptions<'_>, flavour: Flavour) -> Result<Made> {
    let (mode, buffering) = options.check(flavour)?;
    let Anonymous { storage, name } = create_anonymous(options.name)?;
    let lifecycle = match name {
        None => Lifecycle::anonymous(),
        Some((place, refused)) => Lifecycle::hidden(place, refused),
    };
    checked(storage, (mode, buffering), lifecycle, flavour)
}

/// A new file with a name. If a later check fails, the file is deleted unless `delete` is `Never`.
pub(crate) fn named(options: &NamedOptions<'_>, flavour: Flavour) -> Result<Made> {
    // Without `..`: an option that nobody reads is an error here.
    let NamedOptions { file, delete } = options;
    let (mode, buffering) = file.check(flavour)?;
    let (descriptor, place) = candidate(file.name)?.create_file()?;
    let mut lifecycle = Lifecycle::named(place);
    lifecycle.set_delete(*delete);
    checked(Storage::shared(descriptor), (mode, buffering), lifecycle, flavour)
}

/// A new name for a file. `io.open` is the first to look at a directory with NUL in it.
fn candidate(options: NameOptions<'_>) -> Result<Candidate> {
    Ok(Candidate::file(&defaults::parts(options, "embedded null byte")?))
}

/// A new file. Refuses one of text without a buffer, which CPython does when the file is made.
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
        Lifecycle::hidden(place, refused).abandon();
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
    let candidate = candidate(options)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::place;
    use crate::lock::taken;
    use crate::make::defaults::{set_tempdir, tempdir};
    use crate::stream::memory::Memory;

    #[test]
    fn a_named_file_takes_two_locks() {
        // No host: the file is refused where it would be made. Then one in memory stands for it,
        // since what is made of a file is the same for each.
        place::grant_nothing();
        set_tempdir(Some("/tmp"));
        assert_eq!(tempdir().as_deref(), Some("/tmp"));
        let name = NameOptions { suffix: Some(".txt"), ..NameOptions::default() };
        let file = FileOptions { name, ..FileOptions::default() };
        let options = NamedOptions { file, ..NamedOptions::default() };
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
