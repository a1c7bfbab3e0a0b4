//! Making new files and directories under names that nobody can foresee: `mkstemp`, `mkdtemp`,
//! `mktemp`.

use alloc::string::String;

use crate::error::{ErrorCode, Result};
use crate::file::open::BinaryFile;
use crate::host::candidate::Candidate;
use crate::host::place::{self, Place};
use crate::make::defaults;
use crate::options::NameOptions;

/// Makes a file that is open for reading and writing, without a buffer, and returns it with
/// its absolute path. The file is the caller's to remove.
///
/// # Errors
///
/// The filesystem's refusal, with the path; [`ErrorCode::Exist`] where all of
/// [`tmp_max`](crate::tmp_max) names are taken; a value error for a prefix or suffix with a
/// separator, `..` or NUL.
///
/// # Security
///
/// The name is new (`O_EXCL`) and no link is followed in its last component. The mode bits are
/// the host's: WASI has none.
pub fn mkstemp(options: NameOptions<'_>) -> Result<(BinaryFile, String)> {
    let nul = "open: embedded null character in path";
    let (descriptor, place) = Candidate::file(&defaults::parts(options, nul)?).create_file()?;
    let path = String::from(place.path());
    Ok((BinaryFile::made(descriptor, place), path))
}

/// Makes a directory and returns its absolute path. It is the caller's to remove.
///
/// # Errors
///
/// As [`mkstemp`].
pub fn mkdtemp(options: NameOptions<'_>) -> Result<String> {
    create_directory(options).map(|place| place::abspath(place.path()))
}

/// Returns a path at which nothing was when it looked: not absolute where `dir` is not, and
/// nothing is made. Another may take the name before the caller does, so prefer [`mkstemp`].
///
/// # Errors
///
/// [`ErrorCode::Exist`] where all names are taken; a value error as for [`mkstemp`]. Whatever
/// else keeps the path from being looked at counts as free, as in CPython.
pub fn mktemp(options: NameOptions<'_>) -> Result<String> {
    // CPython binds the default when it is imported: `template` does not change it later.
    let options = NameOptions { prefix: options.prefix.or(Some("tmp")), ..options };
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

/// A new directory. An error shows the path as joined, relative where `dir` is.
pub(crate) fn create_directory(options: NameOptions<'_>) -> Result<Place> {
    let parts = defaults::parts(options, "mkdir: embedded null character in path")?;
    Candidate::directory(&parts).create_directory()
}
