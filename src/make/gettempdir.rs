//! The default directory: CPython's `_get_default_tempdir` and what is built on it.

use alloc::{format, string::String, vec::Vec};

use crate::error::{Error, ErrorCode, Repr, Result};
use crate::file::lifecycle::Lifecycle;
use crate::host::place::{Place, Refused};
use crate::host::{granted, names, paths};
use crate::make::variables::{set_tempdir, tempdir, template};

/// How many names are tried in each candidate.
const NAMES: u32 = 100;

/// The directory for temporary files: the module variable `tempdir` if it is set, else the
/// first usable one of `TMPDIR`, `TEMP`, `TMP`, `/tmp`, `/var/tmp`, `/usr/tmp` and the current
/// directory. A directory is usable if a file could be made, written and removed in it. What
/// was found is remembered in `tempdir`; a search that failed is not.
///
/// # Errors
///
/// [`ErrorCode::NoEntry`] where no candidate is usable; the message lists them.
pub fn gettempdir() -> Result<String> {
    if let Some(tempdir) = tempdir() {
        return Ok(tempdir);
    }
    let tempdir = search()?;
    set_tempdir(Some(&tempdir));
    Ok(tempdir)
}

/// [`gettempdir`] as bytes.
///
/// # Errors
///
/// As [`gettempdir`].
pub fn gettempdirb() -> Result<Vec<u8>> {
    gettempdir().map(String::into_bytes)
}

/// The prefix of names where none is given: the module variable `template`. Asks nothing of
/// the host.
pub fn gettempprefix() -> String {
    template()
}

/// [`gettempprefix`] as bytes.
pub fn gettempprefixb() -> Vec<u8> {
    gettempprefix().into_bytes()
}

/// CPython's `_candidate_tempdir_list`.
fn candidates() -> Vec<String> {
    let mut candidates = granted::getenv(&["TMPDIR", "TEMP", "TMP"]);
    candidates.extend(["/tmp", "/var/tmp", "/usr/tmp"].map(String::from));
    candidates.push(granted::getcwd().unwrap_or_else(|| String::from(".")));
    candidates
}

fn search() -> Result<String> {
    let candidates = candidates();
    for candidate in &candidates {
        paths::refuse_nul(candidate, "open: embedded null character in path")?;
        let directory =
            if candidate == "." { String::from(".") } else { granted::abspath(candidate) };
        if is_usable(&directory) {
            return Ok(directory);
        }
    }
    let searched = format!("No usable temporary directory found in {}", list(&candidates));
    let granted = match granted::paths() {
        none if none.is_empty() => String::from("no directory"),
        granted => list(&granted),
    };
    // Python's words first. A directory that was lent under another name than meant is the usual
    // mistake.
    Err(Error::described(ErrorCode::NoEntry, format!("{searched}; the host granted {granted}")))
}

/// Paths as Python's `repr` shows a list of them.
fn list(paths: &[String]) -> String {
    let shown: Vec<_> = paths.iter().map(|path| format!("{}", Repr(path))).collect();
    format!("[{}]", shown.join(", "))
}

/// Whether a file can be made, written and removed in `directory`.
fn is_usable(directory: &str) -> bool {
    let path = paths::join(&granted::abspath(directory), "________");
    let at = path.len() - names::LENGTH;
    let mut place = granted::find(path);
    let probed = names::attempt(NAMES, |name| {
        place.respell(at, name);
        probe(&place)
    });
    matches!(probed, Ok(Some(())))
}

fn probe(place: &Place) -> Result<(), ErrorCode> {
    let file = place.create_new()?;
    let written = file.write(b"blat", 0);
    drop(file);
    if let Err(code) = place.unlink() {
        Lifecycle::hidden(place.clone(), Refused::at(place, code)).abandon();
        return Err(code);
    }
    written.map(|_| ())
}
