//! The sort with temporary files of the crate `tempfile`. Compiled for the machine itself, it is
//! the native sort of the demonstration. Compiled as a component, it is an ordinary program.

use std::io::{self, Read, Write};
use std::path::Path;

use crate::progress::Progress;
use crate::sort::{Summary, sort};

/// Sorts as [`sort`] does, with temporary files in `directory`.
///
/// # Errors
/// See [`sort`].
pub fn sort_in(
    directory: &Path,
    memory: usize,
    input: &mut dyn Read,
    output: &mut dyn Write,
    report: &mut dyn FnMut(Progress) -> io::Result<()>,
) -> io::Result<Summary> {
    sort(memory, &mut { input }, &mut { output }, || tempfile::tempfile_in(directory), report)
}

/// True if this package was compiled with optimisation. Otherwise a comparison with a component
/// means nothing, since components are always optimised.
pub const OPTIMISED: bool = !cfg!(debug_assertions);
