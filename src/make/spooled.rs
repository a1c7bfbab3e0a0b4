//! `SpooledTemporaryFile`: in memory until it grows too long, then an anonymous file on the disk.

use crate::error::Result;
use crate::file::open::{BinaryFile, Open, Spool};
use crate::make::temporary_file;
use crate::options::{Flavour, SpooledOptions};

/// Opens a file that is kept in memory until a write leaves the position beyond
/// [`max_size`](SpooledOptions::max_size), or it is truncated to more than that, or
/// [`rollover`](BinaryFile::rollover) or [`take`](BinaryFile::take) is called: Python's
/// `SpooledTemporaryFile`. Until then no call of the host is made, and the mode does not restrict.
///
/// A move that fails is the error of the call that caused it; what that wrote and all before is
/// still in memory, and the next write tries again.
///
/// # Errors
///
/// [`Error::Unsupported`](crate::Error::Unsupported) for a text mode: see
/// [`spooled_temporary_text_file`](crate::spooled_temporary_text_file).
pub fn spooled_temporary_file(options: &SpooledOptions<'_>) -> Result<BinaryFile> {
    Flavour::Binary.check(options.file.mode.contains('b'))?;
    Ok(in_memory(options, Flavour::Binary))
}

/// A file in memory, to become one of this flavour on the disk.
pub(crate) fn in_memory(options: &SpooledOptions<'_>, flavour: Flavour) -> BinaryFile {
    BinaryFile::new(Open::spooled(Spool::new(options, flavour, temporary_file::anonymous)))
}
