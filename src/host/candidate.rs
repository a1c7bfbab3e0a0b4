//! A place for a new file or directory: random names are tried until one is free, and the hooks are
//! asked before each attempt.

use alloc::{borrow::Cow, string::String, sync::Arc};

use crate::error::{Error, ErrorCode, Result};
use crate::host::descriptor::Descriptor;
use crate::host::place::{self, Place, Preopen};
use crate::host::{audit, names, paths};

/// The parts of a new name, and the number of names to try.
pub(crate) struct Parts<'a> {
    pub(crate) prefix: Cow<'a, str>,
    pub(crate) suffix: &'a str,
    pub(crate) dir: Cow<'a, str>,
    pub(crate) attempts: u32,
}

impl Parts<'_> {
    /// Returns a path in `dir`, with a gap for the eight characters.
    fn join(&self, dir: &str) -> String {
        let mut path = paths::join(dir, &self.prefix);
        path.push_str("________");
        path.push_str(self.suffix);
        path
    }
}

/// A place with eight random characters in its name, drawn anew for each attempt.
pub(crate) struct Candidate {
    place: Place,
    /// The system's refusal to follow the way to `place`: the outcome of every attempt.
    no_way: Option<ErrorCode>,
    /// The index of the eight characters in the path of `place`.
    at: usize,
    /// The directory as CPython joins it with the name.
    dir: String,
    attempts: u32,
}

impl Candidate {
    /// Makes the candidate of a new file. CPython makes its directory absolute first, so that `..`
    /// is resolved by its letters and errors show an absolute path.
    pub(crate) fn file(parts: &Parts<'_>) -> Self {
        let dir = place::abspath(&parts.dir);
        Self::new(parts, place::find(parts.join(&dir)), None, dir)
    }

    /// Makes the candidate of a new directory. CPython leaves it to the system to follow `dir`.
    pub(crate) fn directory(parts: &Parts<'_>) -> Self {
        let dir = String::from(&*parts.dir);
        match place::follow(&parts.join(&place::absolute(&dir))) {
            Ok(place) => Self::new(parts, place, None, dir),
            Err(code) => {
                let place = place::find(parts.join(&place::abspath(&dir)));
                Self::new(parts, place, Some(code), dir)
            }
        }
    }

    fn new(parts: &Parts<'_>, place: Place, no_way: Option<ErrorCode>, dir: String) -> Self {
        let at = place.path().len() - parts.suffix.len() - names::LENGTH;
        Self { place, no_way, at, dir, attempts: parts.attempts }
    }

    /// Returns the place, or the refusal to follow the way to it.
    pub(crate) fn reach(&self) -> Result<&Place, ErrorCode> {
        self.no_way.map_or(Ok(&self.place), Err)
    }

    /// Returns the preopened directory in which the file itself will be, if it is one.
    pub(crate) fn home(&self) -> Option<&Arc<Preopen>> {
        self.place.home()
    }

    /// Returns the path as CPython joins it.
    pub(crate) fn shown(&self) -> String {
        paths::join(&self.dir, paths::split(self.place.path()).1)
    }

    /// Makes a file under a new name: `O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW`.
    pub(crate) fn create_file(mut self) -> Result<(Descriptor, Place)> {
        let exhausted = "No usable temporary file name found";
        let descriptor = self.attempt(Some("tempfile.mkstemp"), exhausted, &|candidate| {
            candidate.reach()?.create_new()
        })?;
        Ok((descriptor, self.place))
    }

    /// Makes a directory under a new name.
    pub(crate) fn create_directory(mut self) -> Result<Place> {
        let exhausted = "No usable temporary directory name found";
        self.attempt(Some("tempfile.mkdtemp"), exhausted, &|candidate| {
            candidate.reach()?.create_directory()
        })?;
        Ok(self.place)
    }

    /// Makes `attempt` at new names, and raises `event` before each.
    pub(crate) fn attempt<T>(
        &mut self,
        event: Option<&str>,
        exhausted: &'static str,
        attempt: &dyn Fn(&Self) -> Result<T, ErrorCode>,
    ) -> Result<T> {
        let made = names::attempt(self.attempts, |name| {
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
