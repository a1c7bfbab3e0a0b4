//! Reading the program's file.

use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// Reads the program.
pub(crate) fn read(program: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(program)
        .map_err(|error| Failure::Refused(format!("{} cannot be read: {error}", program.display())))
}
