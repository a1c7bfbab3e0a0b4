//! The variables that the program is shown.

use alloc::string::String;
use alloc::vec::Vec;

use crate::image;
use crate::settings::temporary;

/// The variable that names the directory for temporary files (POSIX, XBD 8.3).
const TMPDIR: &str = "TMPDIR";

/// Lists what was baked in, then what the host set, and `TMPDIR`, which names the directory for
/// temporary files of the mount unless it was baked in. The host's own names a directory of the
/// host, even if it begins with the mount.
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
