//! The parts of a new name: the options of the caller, Python's module variables for the rest, and
//! the search for the default directory.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use crate::error::{Error, ErrorCode, Repr, Result};
use crate::file::lifecycle::Lifecycle;
use crate::host::candidate::{Candidate, Parts};
use crate::host::paths;
use crate::host::place::{self, Place};
use crate::host::refused::Refused;
use crate::lock::Lock;
use crate::options::NameOptions;

/// The number of names tried in each candidate for the default directory.
const NAMES: u32 = 100;

/// The number of names that `mkstemp` and similar functions try; CPython's value where the C
/// library has none.
const TMP_MAX: u32 = 10_000;

struct Variables {
    tempdir: Option<String>,
    template: Cow<'static, str>,
    tmp_max: u32,
}

static VARIABLES: Lock<Variables> =
    Lock::new(Variables { tempdir: None, template: Cow::Borrowed("tmp"), tmp_max: TMP_MAX });

/// Returns the module variable `tempdir`: the default directory, `None` until it is set or searched
/// for.
///
/// # Examples
///
/// ```no_run
/// let known = wasi_tempfile::tempdir();
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn tempdir() -> Option<String> {
    VARIABLES.lock().tempdir.clone()
}

/// Sets the module variable `tempdir`. With `None` the next call that needs the default directory
/// searches for it again.
///
/// # Security
///
/// The directory is used as it is, unchecked. Others must not be able to replace it.
///
/// # Examples
///
/// ```no_run
/// wasi_tempfile::set_tempdir(Some("/data/tmp"));
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn set_tempdir(tempdir: Option<&str>) {
    VARIABLES.lock().tempdir = tempdir.map(String::from);
}

/// Returns the module variable `template`: the default prefix of names, `tmp` at first.
///
/// # Examples
///
/// ```no_run
/// assert_eq!(wasi_tempfile::template(), "tmp");
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn template() -> String {
    VARIABLES.lock().template.clone().into_owned()
}

/// Sets the module variable `template`.
///
/// # Examples
///
/// ```no_run
/// wasi_tempfile::set_template("app-");
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn set_template(template: &str) {
    VARIABLES.lock().template = Cow::Owned(String::from(template));
}

/// Returns the module variable `TMP_MAX`: the number of names to try, 10 000 at first.
///
/// # Examples
///
/// ```no_run
/// assert_eq!(wasi_tempfile::tmp_max(), 10_000);
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn tmp_max() -> u32 {
    VARIABLES.lock().tmp_max
}

/// Sets the module variable `TMP_MAX`. Every call reads it.
///
/// # Examples
///
/// ```no_run
/// wasi_tempfile::set_tmp_max(100);
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn set_tmp_max(tmp_max: u32) {
    VARIABLES.lock().tmp_max = tmp_max;
}

/// Returns the parts of a name: those in `options`, and the module variables for the others. `nul`
/// is CPython's text for a directory with NUL in it.
pub(crate) fn parts<'a>(options: NameOptions<'a>, nul: &'static str) -> Result<Parts<'a>> {
    let NameOptions { suffix, prefix, dir } = options;
    // A call reads the module variables once.
    let (template, tempdir, attempts) = {
        let variables = VARIABLES.lock();
        let template = prefix.is_none().then(|| variables.template.clone());
        let tempdir = dir.is_none().then(|| variables.tempdir.clone()).flatten();
        (template, tempdir, variables.tmp_max)
    };
    let suffix = suffix.unwrap_or_default();
    refuse_separators("suffix", suffix)?;
    let prefix = template.or(prefix.map(Cow::Borrowed)).unwrap_or_default();
    refuse_separators("prefix", &prefix)?;
    let dir = match (dir, tempdir) {
        (Some(dir), _) => Cow::Borrowed(dir),
        (None, Some(tempdir)) => Cow::Owned(tempdir),
        (None, None) => Cow::Owned(find_tempdir()?),
    };
    paths::refuse_nul(&dir, nul)?;
    Ok(Parts { prefix, suffix, dir, attempts })
}

/// Refuses a part that would move the name out of its directory. The guest cannot know the host's
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

/// Returns the directory for temporary files.
///
/// It is the module variable `tempdir` if that is set, else the first usable one of `TMPDIR`,
/// `TEMP`, `TMP`, `/tmp`, `/var/tmp`, `/usr/tmp` and the current directory. A directory is usable
/// if a file can be made, written and removed in it. `tempdir` remembers the directory; a search
/// that failed is not remembered.
///
/// # Errors
///
/// [`ErrorCode::NoEntry`] where no candidate is usable. The message lists them, and the directories
/// that the host granted.
///
/// # Examples
///
/// ```no_run
/// println!("temporary files are in {}", wasi_tempfile::gettempdir()?);
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn gettempdir() -> Result<String> {
    tempdir().map_or_else(find_tempdir, Ok)
}

/// Searches for the default directory, and remembers it.
fn find_tempdir() -> Result<String> {
    let tempdir = search()?;
    set_tempdir(Some(&tempdir));
    Ok(tempdir)
}

/// Returns [`gettempdir`] as bytes.
///
/// # Errors
///
/// As [`gettempdir`].
///
/// # Examples
///
/// ```no_run
/// let path = wasi_tempfile::gettempdirb()?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn gettempdirb() -> Result<Vec<u8>> {
    gettempdir().map(String::into_bytes)
}

/// Returns the default prefix of names: the module variable `template`. No call of the host is
/// made.
///
/// # Examples
///
/// ```no_run
/// assert_eq!(wasi_tempfile::gettempprefix(), "tmp");
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn gettempprefix() -> String {
    template()
}

/// Returns [`gettempprefix`] as bytes.
///
/// # Examples
///
/// ```no_run
/// assert_eq!(wasi_tempfile::gettempprefixb(), b"tmp");
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn gettempprefixb() -> Vec<u8> {
    gettempprefix().into_bytes()
}

/// Returns the candidates for the default directory: CPython's `_candidate_tempdir_list`.
fn candidates() -> Vec<String> {
    let mut candidates = place::getenv(&["TMPDIR", "TEMP", "TMP"]);
    candidates.extend(["/tmp", "/var/tmp", "/usr/tmp"].map(String::from));
    candidates.push(place::getcwd().unwrap_or_else(|| String::from(".")));
    candidates
}

fn search() -> Result<String> {
    let candidates = candidates();
    for candidate in &candidates {
        paths::refuse_nul(candidate, "open: embedded null character in path")?;
        let directory =
            if candidate == "." { String::from(".") } else { place::abspath(candidate) };
        if is_usable(&directory) {
            return Ok(directory);
        }
    }
    let searched = format!("No usable temporary directory found in {}", list(&candidates));
    let granted = match place::paths() {
        none if none.is_empty() => String::from("no directory"),
        granted => list(&granted),
    };
    // Python's words first. A directory that was lent under another name than meant is the usual
    // mistake.
    Err(Error::described(ErrorCode::NoEntry, format!("{searched}; the host granted {granted}")))
}

/// Shows paths as Python's `repr` shows a list of them.
fn list(paths: &[String]) -> String {
    let shown: Vec<_> = paths.iter().map(|path| format!("{}", Repr(path))).collect();
    format!("[{}]", shown.join(", "))
}

/// Tells whether a file can be made, written and removed in `directory`.
fn is_usable(directory: &str) -> bool {
    let (prefix, dir) = (Cow::Borrowed(""), Cow::Borrowed(directory));
    let mut candidate = Candidate::file(&Parts { prefix, suffix: "", dir, attempts: NAMES });
    let probed = candidate.attempt(None, "", &|candidate| probe(candidate.reach()?));
    probed.is_ok()
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
