//! Making new files and directories under names that nobody can foresee: `mkstemp`, `mkdtemp`,
//! `mktemp`.

use alloc::string::String;

use crate::error::{ErrorCode, Result};
use crate::file::open::BinaryFile;
use crate::host::candidate::Candidate;
use crate::host::place::{self, Place};
use crate::make::defaults;
use crate::options::NameOptions;

/// Makes a file that is open for reading and writing, without a buffer, and returns it with its
/// absolute path. The caller removes the file.
///
/// # Errors
///
/// The filesystem's refusal, with the path; [`ErrorCode::Exist`] where all of
/// [`tmp_max`](crate::tmp_max) names are taken; [`Error::Value`](crate::Error::Value) for a prefix
/// or suffix with a separator, `..` or NUL.
///
/// # Security
///
/// The file is new (`O_EXCL`), and no link is followed in the last component of its path. Its mode
/// bits are the host's, since WASI has none: run the host with umask 077 or lend a directory of
/// mode 0700.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{NameOptions, mkstemp};
///
/// let (log, path) = mkstemp(&NameOptions::new().suffix(".log"))?;
/// log.write(b"unbuffered")?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn mkstemp(options: &NameOptions<'_>) -> Result<(BinaryFile, String)> {
    let nul = "open: embedded null character in path";
    let (descriptor, place) = Candidate::file(&defaults::parts(*options, nul)?).create_file()?;
    let path = String::from(place.path());
    Ok((BinaryFile::made(descriptor, place), path))
}

/// Makes a directory and returns its absolute path. The caller removes the directory.
///
/// # Errors
///
/// As [`mkstemp`].
///
/// # Security
///
/// As [`mkstemp`].
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{NameOptions, mkdtemp};
///
/// let path = mkdtemp(&NameOptions::new().prefix("job-"))?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn mkdtemp(options: &NameOptions<'_>) -> Result<String> {
    create_directory(*options).map(|place| place::abspath(place.path()))
}

/// Returns a path at which nothing was when the function looked, and makes nothing. The path is
/// relative if `dir` is.
///
/// # Errors
///
/// [`ErrorCode::Exist`] where all names are taken; [`Error::Value`](crate::Error::Value) as for
/// [`mkstemp`]. Every other refusal to look at a path counts as free, as in CPython.
///
/// # Security
///
/// Somebody else may take the name before the caller does. Use [`mkstemp`] or
/// [`named_temporary_file`](crate::named_temporary_file).
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{NameOptions, mktemp};
///
/// let path = mktemp(&NameOptions::new().suffix(".sock"))?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn mktemp(options: &NameOptions<'_>) -> Result<String> {
    // CPython binds the default when it is imported: `template` does not change it later.
    let options = NameOptions { prefix: options.prefix.or(Some("tmp")), ..*options };
    let parts = defaults::parts(options, "lstat: embedded null character in path")?;
    let mut candidate = Candidate::directory(&parts);
    candidate.attempt(None, "No usable temporary filename found", &|candidate| match candidate
        .reach()
        .and_then(Place::lstat)
    {
        Ok(_) => Err(ErrorCode::Exist),
        Err(_) => Ok(()),
    })?;
    Ok(candidate.shown())
}

/// Makes a directory. An error shows the path as joined, relative where `dir` is.
pub(crate) fn create_directory(options: NameOptions<'_>) -> Result<Place> {
    let parts = defaults::parts(options, "mkdir: embedded null character in path")?;
    Candidate::directory(&parts).create_directory()
}
