//! The parameters of text files: those of `TextIOWrapper`, with its defaults, and of `reconfigure`.

/// The parameters that turn bytes into text, for [`TextFile::wrap`](crate::text::TextFile::wrap).
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::text::{TextFile, TextOptions};
/// use wasi_tempfile::{FileOptions, temporary_file};
///
/// let file = temporary_file(&FileOptions::new())?;
/// let text = TextFile::wrap(&file, &TextOptions::new().encoding("utf-16"))?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions<'a> {
    pub(crate) encoding: Option<&'a str>,
    pub(crate) errors: Option<&'a str>,
    pub(crate) newline: Option<&'a str>,
    pub(crate) line_buffering: bool,
    pub(crate) write_through: bool,
}

impl<'a> TextOptions<'a> {
    /// Makes options with Python's defaults.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::TextOptions::new();
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            encoding: None,
            errors: None,
            newline: None,
            line_buffering: false,
            write_through: false,
        }
    }

    /// Sets the encoding, by Python's name or an alias of it: `utf-8` by default.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::TextOptions::new().encoding("latin-1");
    /// ```
    #[must_use]
    pub const fn encoding(mut self, encoding: &'a str) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Sets the error handler, which decides about text that cannot be converted: `strict` by
    /// default.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::TextOptions::new().errors("backslashreplace");
    /// ```
    #[must_use]
    pub const fn errors(mut self, errors: &'a str) -> Self {
        self.errors = Some(errors);
        self
    }

    /// Sets the line end. By default `\n`, `\r` and `\r\n` all end a line and are read as `\n`.
    /// With the empty string they end a line and are read as they are. With one of the three, only
    /// that one ends a line, and is written for `\n`.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::TextOptions::new().newline("\r\n");
    /// ```
    #[must_use]
    pub const fn newline(mut self, newline: &'a str) -> Self {
        self.newline = Some(newline);
        self
    }

    /// Sets whether writing a line end flushes the file: `false` by default.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::TextOptions::new().line_buffering(true);
    /// ```
    #[must_use]
    pub const fn line_buffering(mut self, line_buffering: bool) -> Self {
        self.line_buffering = line_buffering;
        self
    }

    /// Sets whether each write is passed to the binary file at once: `false` by default.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::TextOptions::new().write_through(true);
    /// ```
    #[must_use]
    pub const fn write_through(mut self, write_through: bool) -> Self {
        self.write_through = write_through;
        self
    }
}

/// The changes that [`TextFile::reconfigure`](crate::text::TextFile::reconfigure) makes: none by
/// default.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::FileOptions;
/// use wasi_tempfile::text::{ReconfigureOptions, temporary_text_file};
///
/// let file = temporary_text_file(&FileOptions::new())?;
/// file.reconfigure(&ReconfigureOptions::new().errors("replace").line_buffering(true))?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ReconfigureOptions<'a> {
    pub(crate) encoding: Option<&'a str>,
    pub(crate) errors: Option<&'a str>,
    pub(crate) newline: Option<Option<&'a str>>,
    pub(crate) line_buffering: Option<bool>,
    pub(crate) write_through: Option<bool>,
}

impl<'a> ReconfigureOptions<'a> {
    /// Makes options that change nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::ReconfigureOptions::new();
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            encoding: None,
            errors: None,
            newline: None,
            line_buffering: None,
            write_through: None,
        }
    }

    /// Changes the encoding. The error handler becomes `strict`, unless
    /// [`errors`](Self::errors) sets another.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::ReconfigureOptions::new().encoding("latin-1");
    /// ```
    #[must_use]
    pub const fn encoding(mut self, encoding: &'a str) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Changes the error handler.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::ReconfigureOptions::new().errors("ignore");
    /// ```
    #[must_use]
    pub const fn errors(mut self, errors: &'a str) -> Self {
        self.errors = Some(errors);
        self
    }

    /// Changes the line end as [`TextOptions::newline`] does, or to the default with `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::ReconfigureOptions::new().newline(Some("\r\n"));
    /// ```
    #[must_use]
    pub const fn newline(mut self, newline: Option<&'a str>) -> Self {
        self.newline = Some(newline);
        self
    }

    /// Changes whether writing a line end flushes the file.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::ReconfigureOptions::new().line_buffering(true);
    /// ```
    #[must_use]
    pub const fn line_buffering(mut self, line_buffering: bool) -> Self {
        self.line_buffering = Some(line_buffering);
        self
    }

    /// Changes whether each write is passed to the binary file at once.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::text::ReconfigureOptions::new().write_through(true);
    /// ```
    #[must_use]
    pub const fn write_through(mut self, write_through: bool) -> Self {
        self.write_through = Some(write_through);
        self
    }
}
