//! `SpooledTemporaryFile`: in memory until it grows too long, then an anonymous file on the disk.

use crate::error::Result;
use crate::file::open::{BinaryFile, Open, Spool};
use crate::make::temporary_file;
use crate::mode::Flavour;
use crate::options::SpooledOptions;

/// Opens a file that is kept in memory while it is small: Python's `SpooledTemporaryFile`.
///
/// It moves to the disk when a write leaves the position beyond
/// [`max_size`](SpooledOptions::max_size), when it is truncated to a longer size, and with
/// [`rollover`](BinaryFile::rollover) or [`take`](BinaryFile::take). Until then no call of the host
/// is made, and the mode does not restrict reading and writing.
///
/// If the move fails, its error is that of the call that caused it. All bytes, those of that call
/// too, are still in memory, and the next write tries again.
///
/// # Errors
///
/// [`Error::Unsupported`](crate::Error::Unsupported) for a text mode: see
/// [`spooled_temporary_text_file`](crate::text::spooled_temporary_text_file).
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{SpooledOptions, spooled_temporary_file};
///
/// let file = spooled_temporary_file(&SpooledOptions::new().max_size(1 << 20))?;
/// file.write(b"small enough for memory")?;
/// assert!(!file.rolled());
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn spooled_temporary_file(options: &SpooledOptions<'_>) -> Result<BinaryFile> {
    Flavour::Binary.check(options.file.mode_of(Flavour::Binary).contains('b'))?;
    Ok(in_memory(options, Flavour::Binary))
}

/// Opens a file in memory, which has this flavour on the disk.
pub(crate) fn in_memory(options: &SpooledOptions<'_>, flavour: Flavour) -> BinaryFile {
    BinaryFile::new(Open::spooled(Spool::new(options, flavour, temporary_file::anonymous)))
}
