//! `TemporaryFile`, `NamedTemporaryFile` and `SpooledTemporaryFile` in their text modes.

use alloc::string::String;

use crate::error::Result;
use crate::file::open::{BinaryFile, Made, Open};
use crate::file::text::{TextFile, TextOptions};
use crate::make::{spooled, temporary_file};
use crate::options::{Delete, FileOptions, Flavour, NamedOptions, SpooledOptions, TextParameters};

/// [`temporary_file`](crate::temporary_file) in a text mode: see [`FileOptions::text`].
///
/// # Errors
///
/// As there; [`Error::Lookup`](crate::Error::Lookup) for an encoding that is not known, a value
/// error for a wrong `newline` and for a text file without a buffer.
pub fn temporary_text_file(options: &FileOptions<'_>) -> Result<TextFile> {
    open(temporary_file::anonymous(options, Flavour::Text)?, options)
}

/// [`named_temporary_file`](crate::named_temporary_file) in a text mode: see
/// [`FileOptions::text`].
///
/// # Errors
///
/// As [`temporary_text_file`].
pub fn named_temporary_text_file(options: &NamedOptions<'_>) -> Result<TextFile> {
    // As in Python the file exists before the parameters of text are looked at, and goes where they
    // are wrong, whatever `delete` says.
    let deleted = NamedOptions { delete: Delete::OnClose, ..*options };
    let file = open(temporary_file::named(&deleted, Flavour::Text)?, &options.file)?;
    file.set_delete(options.delete);
    Ok(file)
}

/// [`spooled_temporary_file`](crate::spooled_temporary_file) in a text mode: see
/// [`FileOptions::text`]. [`max_size`](SpooledOptions::max_size) counts bytes, as they are encoded.
///
/// # Errors
///
/// [`Error::Lookup`](crate::Error::Lookup) for an encoding that is not known, a value error for a
/// wrong `newline`, [`Error::Unsupported`](crate::Error::Unsupported) for a binary mode.
pub fn spooled_temporary_text_file(options: &SpooledOptions<'_>) -> Result<TextFile> {
    Flavour::Text.check(options.file.mode.contains('b'))?;
    let TextParameters { encoding, errors, newline } = options.file.parameters();
    let options_of_text = TextOptions { encoding, errors, newline, ..TextOptions::default() };
    let file = spooled::in_memory(options, Flavour::Text);
    file.lock().below_text = true;
    TextFile::over(file, String::from(options.file.mode), &options_of_text)
}

fn open(made: Made, options: &FileOptions<'_>) -> Result<TextFile> {
    let file = BinaryFile::new(Open::of(made));
    let TextParameters { encoding, errors, newline } = options.parameters();
    let line_buffering = options.buffering == 1;
    let of_text = TextOptions { encoding, errors, newline, line_buffering, write_through: false };
    file.lock().below_text = true;
    TextFile::over(file, String::from(options.mode), &of_text)
}
