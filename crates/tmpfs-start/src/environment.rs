//! The variables that the program is shown.

use crate::image;

/// Where temporary files go, as every program knows it (POSIX, XBD 8.3).
const TMPDIR: &str = "TMPDIR";

/// Lists what was baked in, then what the host set, and `TMPDIR`, which names `temporary` unless it
/// was baked in. The host's own names a directory of the host, even if it begins with the mount.
pub fn environment<'a>(
    told: impl Iterator<Item = (&'a str, &'a str)>,
    temporary: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let baked = image::variables().map(|(name, value)| -> (&'a str, &'a str) { (name, value) });
    let is_baked = |name: &str| image::variables().any(|(known, _)| known == name);
    let told = told.filter(move |(name, _)| *name != TMPDIR && !is_baked(name));
    let ours = (!is_baked(TMPDIR)).then_some((TMPDIR, temporary));
    baked.chain(told).chain(ours)
}
