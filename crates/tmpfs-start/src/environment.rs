//! The environment variables of the program.

use alloc::string::String;
use alloc::vec::Vec;

use crate::image;
use crate::settings::temporary;

/// The variable that names the directory for temporary files (POSIX, XBD 8.3).
const TMPDIR: &str = "TMPDIR";

/// Returns the variables of the program: those that were baked in, those of the host, and `TMPDIR`.
///
/// Unless it was baked in, `TMPDIR` names the directory for temporary files of the mount. The
/// host's own `TMPDIR` is ignored, since it names a directory of the host even if it begins with
/// the mount. `told` are the host's variables.
#[must_use]
pub fn environment<'a>(told: &'a [(String, String)], mount: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut variables: Vec<(&str, &str)> = image::variables().collect();
    let baked = variables.len();
    let ours = [(TMPDIR, temporary(mount))];
    let told = told.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in told.filter(|(name, _)| *name != TMPDIR).chain(ours) {
        if !variables[..baked].iter().any(|(known, _)| *known == name) {
            variables.push((name, value));
        }
    }
    variables
}
