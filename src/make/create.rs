//! Making new files and directories under names that nobody can foresee: `mkstemp`, `mkdtemp`,
//! `mktemp`, and the one loop that tries names for everything that is made.

use alloc::{borrow::Cow, borrow::ToOwned, format, string::String, sync::Arc};

use crate::error::{Error, ErrorCode, Repr, Result};
use crate::file::binary::BinaryFile;
use crate::file::options::NameOptions;
use crate::host::descriptor::Descriptor;
use crate::host::granted::{self, absolute, abspath};
use crate::host::place::{Place, Preopen};
use crate::host::{audit, names, paths};
use crate::make::gettempdir::gettempdir;
use crate::make::variables::{template, tmp_max};

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
    let (descriptor, place) = Candidate::file(options, nul)?.create_file()?;
    let path = String::from(place.path());
    Ok((BinaryFile::made(descriptor, place), path))
}

/// Makes a directory and returns its absolute path. It is the caller's to remove.
///
/// # Errors
///
/// As [`mkstemp`].
pub fn mkdtemp(options: NameOptions<'_>) -> Result<String> {
    create_directory(options).map(|place| abspath(place.path()))
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
    let mut candidate = Candidate::directory(options, "lstat: embedded null character in path")?;
    candidate.attempt(None, "No usable temporary filename found", |candidate| {
        match candidate.reach().and_then(Place::lstat) {
            Ok(_) => Err(ErrorCode::Exist),
            Err(_) => Ok(()),
        }
    })?;
    Ok(candidate.shown())
}

/// A new directory. An error shows the path as joined, relative where `dir` is.
pub(crate) fn create_directory(options: NameOptions<'_>) -> Result<Place> {
    let mut candidate = Candidate::directory(options, "mkdir: embedded null character in path")?;
    let exhausted = "No usable temporary directory name found";
    candidate.attempt(Some("tempfile.mkdtemp"), exhausted, |candidate| {
        candidate.reach()?.create_directory()
    })?;
    Ok(candidate.place)
}

/// A place whose name has eight characters of chance in it, drawn anew for each attempt.
pub(crate) struct Candidate {
    place: Place,
    /// The system's refusal to follow the way to `place`: the outcome of every attempt.
    no_way: Option<ErrorCode>,
    /// Where in the path of `place` the eight characters begin.
    at: usize,
    /// The directory as CPython joins it with the name.
    dir: String,
}

impl Candidate {
    /// A new file. CPython makes its directory absolute first, so that `..` goes away unseen and
    /// errors show an absolute path. `nul` is CPython's text for a directory with NUL in it.
    pub(crate) fn file(options: NameOptions<'_>, nul: &'static str) -> Result<Self> {
        Self::new(options, nul, abspath, |path| Ok(granted::find(path)))
    }

    /// A new directory. CPython leaves it to the system to follow `dir`.
    fn directory(options: NameOptions<'_>, nul: &'static str) -> Result<Self> {
        Self::new(options, nul, str::to_owned, |path| granted::follow(&path))
    }

    /// A candidate that `options` describe, its directory shown as `directory` makes it, and found
    /// by `find`.
    fn new(
        options: NameOptions<'_>,
        nul: &'static str,
        directory: fn(&str) -> String,
        find: fn(String) -> Result<Place, ErrorCode>,
    ) -> Result<Self> {
        let NameOptions { suffix, prefix, dir } = options;
        let suffix = suffix.unwrap_or_default();
        refuse_separators("suffix", suffix)?;
        let prefix = prefix.map_or_else(|| Cow::Owned(template()), Cow::Borrowed);
        refuse_separators("prefix", &prefix)?;
        let dir = dir.map_or_else(gettempdir, |dir| Ok(String::from(dir)))?;
        paths::refuse_nul(&dir, nul)?;
        let dir = directory(&dir);
        let mut path = paths::join(&absolute(&dir), &prefix);
        path.push_str("________");
        path.push_str(suffix);
        let (place, no_way) = match find(path) {
            Ok(place) => (place, None),
            Err(code) => {
                let name = format!("{prefix}________{suffix}");
                (granted::find(paths::join(&abspath(&dir), &name)), Some(code))
            }
        };
        let at = place.path().len() - suffix.len() - names::LENGTH;
        Ok(Self { place, no_way, at, dir })
    }

    /// The place, if there is a way to it.
    fn reach(&self) -> Result<&Place, ErrorCode> {
        self.no_way.map_or(Ok(&self.place), Err)
    }

    /// Makes a file under a new name: `O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW`.
    pub(crate) fn create_file(mut self) -> Result<(Descriptor, Place)> {
        let exhausted = "No usable temporary file name found";
        let descriptor = self.attempt(Some("tempfile.mkstemp"), exhausted, |candidate| {
            candidate.reach()?.create_new()
        })?;
        Ok((descriptor, self.place))
    }

    /// The preopened directory that the file goes into, if it goes right into one.
    pub(crate) fn home(&self) -> Option<&Arc<Preopen>> {
        self.place.home()
    }

    /// The path as CPython joins it.
    fn shown(&self) -> String {
        paths::join(&self.dir, paths::split(self.place.path()).1)
    }

    /// Makes `attempt` at new names, at most `TMP_MAX` of them, and raises `event` before each.
    fn attempt<T>(
        &mut self,
        event: Option<&str>,
        exhausted: &'static str,
        attempt: impl Fn(&Self) -> Result<T, ErrorCode>,
    ) -> Result<T> {
        let made = names::attempt(tmp_max(), |name| {
            self.place.respell(self.at, name);
            let heard = event.map_or(Ok(()), |event| audit::raise(event, || self.shown()));
            match heard {
                Ok(()) => attempt(self).map(Ok),
                Err(refusal) => Ok(Err(refusal)),
            }
        });
        made.map_err(|code| Error::at(code, self.shown()))?
            .ok_or_else(|| Error::described(ErrorCode::Exist, exhausted))?
    }
}

/// Refuses what would move the name out of its directory. The guest cannot know the host's
/// separator, so both count.
fn refuse_separators(part: &str, value: &str) -> Result<()> {
    let bytes = value.as_bytes();
    let forbidden = bytes.iter().any(|byte| matches!(byte, b'/' | b'\\' | b'\0'));
    if forbidden || bytes.windows(2).any(|pair| pair == b"..") {
        let value = Repr(value);
        return Err(Error::value(format!(
            "{part} must not contain a path separator, '..' or a null character: {value}"
        )));
    }
    Ok(())
}
