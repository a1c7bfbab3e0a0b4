//! The attributes of text files.

use alloc::{string::String, vec::Vec};

use super::{TextFile, detached};
use crate::error::Result;
use crate::file::open::BinaryFile;

impl TextFile {
    /// Tells whether the file is closed.
    ///
    /// # Errors
    ///
    /// [`Error::Value`](crate::Error::Value) on a detached file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// file.close()?;
    /// assert!(file.closed()?);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn closed(&self) -> Result<bool> {
        self.below(BinaryFile::closed)
    }

    /// Returns the absolute path of the file: that under which it was made, or to which it was last
    /// moved by `persist`; `None` for a file without a name.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::named_temporary_text_file(&Default::default())?;
    /// assert!(file.name().is_some());
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn name(&self) -> Option<String> {
        self.file.name()
    }

    /// Returns the mode as it was given.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// assert_eq!(file.mode(), "w+");
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn mode(&self) -> &str {
        &self.mode
    }

    /// Returns the encoding as it was given, `UTF-8` by default.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// assert_eq!(file.encoding(), "UTF-8");
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn encoding(&self) -> String {
        self.text.lock().conversion.encoding_name.clone()
    }

    /// Returns the error handler as it was given, `strict` by default.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// assert_eq!(file.errors(), "strict");
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn errors(&self) -> String {
        self.text.lock().conversion.errors_name.clone()
    }

    /// Returns the line ends that were read so far, where they are translated or all end a line:
    /// those of `\r`, `\n`, `\r\n` that occurred, in this order.
    ///
    /// # Errors
    ///
    /// [`Error::Value`](crate::Error::Value) on a detached file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// let mixed = file.newlines()?.len() > 1;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn newlines(&self) -> Result<Vec<&'static str>> {
        let text = self.text.lock();
        if text.detached { Err(detached()) } else { Ok(text.newlines()) }
    }

    /// Tells whether writing a line end flushes the file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// assert!(!file.line_buffering());
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn line_buffering(&self) -> bool {
        self.text.lock().line_buffering
    }

    /// Tells whether each write is passed to the binary file at once.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// assert!(!file.write_through());
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn write_through(&self) -> bool {
        self.text.lock().write_through
    }

    /// Tells whether the mode reads.
    ///
    /// # Errors
    ///
    /// [`Error::Value`](crate::Error::Value) on a closed or detached file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// assert!(file.readable()?);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn readable(&self) -> Result<bool> {
        self.below(BinaryFile::readable)
    }

    /// Tells whether the mode writes.
    ///
    /// # Errors
    ///
    /// [`Error::Value`](crate::Error::Value) on a closed or detached file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// assert!(file.writable()?);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn writable(&self) -> Result<bool> {
        self.below(BinaryFile::writable)
    }

    /// Returns `true` while the file is open.
    ///
    /// # Errors
    ///
    /// [`Error::Value`](crate::Error::Value) on a closed or detached file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// assert!(file.seekable()?);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn seekable(&self) -> Result<bool> {
        self.below(BinaryFile::seekable)
    }

    /// Returns `false`: no temporary file is a terminal.
    ///
    /// # Errors
    ///
    /// [`Error::Value`](crate::Error::Value) on a closed or detached file.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::text::temporary_text_file(&Default::default())?;
    /// assert!(!file.isatty()?);
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn isatty(&self) -> Result<bool> {
        self.below(BinaryFile::isatty)
    }
}
