//! The same sort with temporary files of the crate `tempfile`: on the machine itself what the
//! component is compared with, and as a component an ordinary program.

use std::io::{self, Read, Write};
use std::path::Path;

use crate::progress::Progress;
use crate::sort::{Summary, sort};

/// Sorts as [`sort`] does, with temporary files in `directory`.
///
/// # Errors
/// As [`sort`].
pub fn sort_in(
    directory: &Path,
    memory: usize,
    input: &mut dyn Read,
    output: &mut dyn Write,
    report: &mut dyn FnMut(Progress) -> io::Result<()>,
) -> io::Result<Summary> {
    sort(memory, &mut { input }, &mut { output }, || tempfile::tempfile_in(directory), report)
}

/// Whether this package was compiled for speed: with checks for overflow, the comparison with a
/// component, which is always compiled for speed, says nothing.
pub const OPTIMISED: bool = !cfg!(debug_assertions);
