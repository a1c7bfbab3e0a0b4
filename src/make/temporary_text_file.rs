//! `TemporaryFile`, `NamedTemporaryFile` and `SpooledTemporaryFile` in their text modes.

use alloc::string::String;

use crate::error::Result;
use crate::file::open::{BinaryFile, Made, Open};
use crate::file::text::TextFile;
use crate::make::{spooled, temporary_file};
use crate::mode::{Flavour, TextParameters};
use crate::options::{FileOptions, NamedOptions, SpooledOptions};
use crate::text_options::TextOptions;

/// Opens a text file without a name: Python's `TemporaryFile` in a text mode.
///
/// # Errors
///
/// As [`temporary_file`](crate::temporary_file); [`Error::Lookup`](crate::Error::Lookup) for an
/// unknown encoding; [`Error::Value`](crate::Error::Value) for a wrong `newline`, and for a text
/// file without a buffer; [`Error::Unsupported`](crate::Error::Unsupported) for a binary mode.
///
/// # Security
///
/// As [`temporary_file`](crate::temporary_file).
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::FileOptions;
/// use wasi_tempfile::text::temporary_text_file;
///
/// let file = temporary_text_file(&FileOptions::new().encoding("utf-16"))?;
/// assert_eq!(file.write("naïve\n")?, 6); // characters
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn temporary_text_file(options: &FileOptions<'_>) -> Result<TextFile> {
    open(temporary_file::anonymous(options, Flavour::Text)?, options)
}

/// Opens a text file with a name: Python's `NamedTemporaryFile` in a text mode.
///
/// # Errors
///
/// As [`temporary_text_file`].
///
/// # Security
///
/// As [`mkstemp`](crate::mkstemp).
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::NamedOptions;
/// use wasi_tempfile::text::named_temporary_text_file;
///
/// let file = named_temporary_text_file(&NamedOptions::new().suffix(".csv").newline("\r\n"))?;
/// file.writelines(["a,b\n", "1,2\n"])?;
/// file.flush()?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn named_temporary_text_file(options: &NamedOptions<'_>) -> Result<TextFile> {
    // As in Python the file exists before the parameters of text are checked. If they are wrong, it
    // is deleted, whatever `delete` says.
    let deleted = options.delete(true).delete_on_close(true);
    let file = open(temporary_file::named(&deleted, Flavour::Text)?, &options.file)?;
    file.set_delete(options.deletion());
    Ok(file)
}

/// Opens a text file that is kept in memory while it is small: Python's `SpooledTemporaryFile` in a
/// text mode. [`max_size`](SpooledOptions::max_size) counts encoded bytes.
///
/// # Errors
///
/// [`Error::Lookup`](crate::Error::Lookup) for an unknown encoding;
/// [`Error::Value`](crate::Error::Value) for a wrong `newline`;
/// [`Error::Unsupported`](crate::Error::Unsupported) for a binary mode.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::SpooledOptions;
/// use wasi_tempfile::text::spooled_temporary_text_file;
///
/// let file = spooled_temporary_text_file(&SpooledOptions::new().max_size(1 << 20))?;
/// file.write("small enough for memory")?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub fn spooled_temporary_text_file(options: &SpooledOptions<'_>) -> Result<TextFile> {
    Flavour::Text.check(options.file.mode_of(Flavour::Text).contains('b'))?;
    // Python buffers lines only once the file is on the disk.
    over(spooled::in_memory(options, Flavour::Text), &options.file, false)
}

fn open(made: Made, options: &FileOptions<'_>) -> Result<TextFile> {
    over(BinaryFile::new(Open::of(made)), options, options.buffering == 1)
}

/// Makes the text file over a binary file that was just made, and lets it decide about the name.
fn over(file: BinaryFile, options: &FileOptions<'_>, line_buffering: bool) -> Result<TextFile> {
    let TextParameters { encoding, errors, newline } = options.parameters();
    let of_text = TextOptions { encoding, errors, newline, line_buffering, write_through: false };
    file.lock().below_text = true;
    TextFile::over(file, String::from(options.mode_of(Flavour::Text)), &of_text)
}
