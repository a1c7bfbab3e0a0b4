//! The parameters of files and directories, with Python's defaults: where they are made, how they
//! are opened, when they are deleted.

use alloc::string::String;

use crate::error::Result;
use crate::mode::{Buffering, Flavour, Mode, TextParameters};

/// Implements the setters that make up a new name, for options that hold them in `$part`.
macro_rules! name_setters {
    ($options:ident $(, $part:ident)*) => {
        impl<'a> $options<'a> {
            /// Sets the end of the name: nothing by default. A separator, `..` or NUL in it is a
            /// value error when the options are used.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let options = wasi_tempfile::", stringify!($options), "::new().suffix(\".txt\");")]
            /// ```
            #[must_use]
            pub const fn suffix(mut self, suffix: &'a str) -> Self {
                self $(.$part)* .suffix = Some(suffix);
                self
            }

            /// Sets the start of the name: [`gettempprefix`](crate::gettempprefix) by default. A
            /// separator, `..` or NUL in it is a value error when the options are used.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let options = wasi_tempfile::", stringify!($options), "::new().prefix(\"job-\");")]
            /// ```
            #[must_use]
            pub const fn prefix(mut self, prefix: &'a str) -> Self {
                self $(.$part)* .prefix = Some(prefix);
                self
            }

            /// Sets the directory: [`gettempdir`](crate::gettempdir) by default.
            ///
            /// # Security
            ///
            /// In a directory that others may write to, somebody else can remove the new name and
            /// take it. A symbolic link in the path is followed.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let options = wasi_tempfile::", stringify!($options), "::new().dir(\"/data\");")]
            /// ```
            #[must_use]
            pub const fn dir(mut self, dir: &'a str) -> Self {
                self $(.$part)* .dir = Some(dir);
                self
            }
        }
    };
}

/// Implements the setters that say how a file is opened, for options that hold them in `$part`.
macro_rules! file_setters {
    ($options:ident $(, $part:ident)*) => {
        impl<'a> $options<'a> {
            /// Sets the mode: `w+b` by default, and `w+` for the functions of
            /// [`text`](crate::text). The letter sets only the direction: the file is always new.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let options = wasi_tempfile::", stringify!($options), "::new().mode(\"wb\");")]
            /// ```
            #[must_use]
            pub const fn mode(mut self, mode: &'a str) -> Self {
                self $(.$part)* .mode = Some(mode);
                self
            }

            /// Sets the size of the buffer in bytes: 8192 by default, as for every negative number.
            /// 0 means no buffer. 1 means 8192, and line buffering for a text file.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let unbuffered = wasi_tempfile::", stringify!($options), "::new().buffering(0);")]
            /// ```
            #[must_use]
            pub const fn buffering(mut self, buffering: i32) -> Self {
                self $(.$part)* .buffering = buffering;
                self
            }

            /// Sets the encoding, for text only: `utf-8` by default.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let options = wasi_tempfile::", stringify!($options), "::new().encoding(\"utf-16\");")]
            /// ```
            #[must_use]
            pub const fn encoding(mut self, encoding: &'a str) -> Self {
                self $(.$part)* .encoding = Some(encoding);
                self
            }

            /// Sets the error handler, for text only: `strict` by default.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let options = wasi_tempfile::", stringify!($options), "::new().errors(\"replace\");")]
            /// ```
            #[must_use]
            pub const fn errors(mut self, errors: &'a str) -> Self {
                self $(.$part)* .errors = Some(errors);
                self
            }

            /// Sets the line end, for text only; see
            /// [`TextOptions::newline`](crate::text::TextOptions::newline).
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let options = wasi_tempfile::", stringify!($options), "::new().newline(\"\\r\\n\");")]
            /// ```
            #[must_use]
            pub const fn newline(mut self, newline: &'a str) -> Self {
                self $(.$part)* .newline = Some(newline);
                self
            }
        }
    };
}

/// The directory of something new, and the start and end of its name.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{NameOptions, mkdtemp};
///
/// let path = mkdtemp(&NameOptions::new().prefix("job-").dir("/data"))?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NameOptions<'a> {
    /// `None` for none.
    pub(crate) suffix: Option<&'a str>,
    /// `None` for the module variable `template`.
    pub(crate) prefix: Option<&'a str>,
    /// `None` for the default directory.
    pub(crate) dir: Option<&'a str>,
}

impl NameOptions<'_> {
    /// Makes options with Python's defaults.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::NameOptions::new();
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { suffix: None, prefix: None, dir: None }
    }
}

name_setters!(NameOptions);

/// The name, the mode, the buffer and the encoding of a temporary file.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{FileOptions, temporary_file};
///
/// let file = temporary_file(&FileOptions::new().buffering(64 << 10))?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FileOptions<'a> {
    /// `None` for the default of the function that opens the file.
    pub(crate) mode: Option<&'a str>,
    pub(crate) buffering: i32,
    pub(crate) encoding: Option<&'a str>,
    pub(crate) newline: Option<&'a str>,
    pub(crate) name: NameOptions<'a>,
    pub(crate) errors: Option<&'a str>,
}

impl Default for FileOptions<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl FileOptions<'_> {
    /// Makes options with Python's defaults.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::FileOptions::new();
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            mode: None,
            buffering: -1,
            encoding: None,
            newline: None,
            name: NameOptions::new(),
            errors: None,
        }
    }
}

name_setters!(FileOptions, name);
file_setters!(FileOptions);

impl<'a> FileOptions<'a> {
    /// Returns the mode, which for a file of this flavour has a default.
    pub(crate) fn mode_of(&self, flavour: Flavour) -> &'a str {
        self.mode.unwrap_or(flavour.default_mode())
    }

    pub(crate) fn parameters(&self) -> TextParameters<'a> {
        TextParameters { encoding: self.encoding, errors: self.errors, newline: self.newline }
    }

    /// Checks what `io.open` checks before the file is made.
    pub(crate) fn check(&self, flavour: Flavour) -> Result<(Mode, Buffering)> {
        let mode = Mode::parse(self.mode_of(flavour), self.parameters())?;
        flavour.check(!mode.text())?;
        Ok((mode, Buffering::parse(self.buffering)))
    }
}

/// [`FileOptions`] that outlive the call which gave them.
pub(crate) struct OwnedOptions {
    mode: Option<String>,
    buffering: i32,
    encoding: Option<String>,
    newline: Option<String>,
    suffix: Option<String>,
    prefix: Option<String>,
    dir: Option<String>,
    errors: Option<String>,
}

impl OwnedOptions {
    pub(crate) fn of(options: &FileOptions<'_>) -> Self {
        let own = |value: Option<&str>| value.map(String::from);
        Self {
            mode: own(options.mode),
            buffering: options.buffering,
            encoding: own(options.encoding),
            newline: own(options.newline),
            suffix: own(options.name.suffix),
            prefix: own(options.name.prefix),
            dir: own(options.name.dir),
            errors: own(options.errors),
        }
    }

    pub(crate) fn borrow(&self) -> FileOptions<'_> {
        FileOptions {
            mode: self.mode.as_deref(),
            buffering: self.buffering,
            encoding: self.encoding.as_deref(),
            newline: self.newline.as_deref(),
            name: NameOptions {
                suffix: self.suffix.as_deref(),
                prefix: self.prefix.as_deref(),
                dir: self.dir.as_deref(),
            },
            errors: self.errors.as_deref(),
        }
    }
}

/// The parameters of a named temporary file: those of [`FileOptions`], and when it is deleted.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{NamedOptions, named_temporary_file};
///
/// let options = NamedOptions::new().suffix(".txt").dir("/data").delete(false);
/// let file = named_temporary_file(&options)?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NamedOptions<'a> {
    pub(crate) file: FileOptions<'a>,
    pub(crate) delete: bool,
    pub(crate) delete_on_close: bool,
}

impl Default for NamedOptions<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl NamedOptions<'_> {
    /// Makes options with Python's defaults.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::NamedOptions::new();
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { file: FileOptions::new(), delete: true, delete_on_close: true }
    }

    /// Sets whether the file is deleted at all: `true` by default. With `false` the caller deletes
    /// it.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::NamedOptions::new().delete(false);
    /// ```
    #[must_use]
    pub const fn delete(mut self, delete: bool) -> Self {
        self.delete = delete;
        self
    }

    /// Sets whether closing deletes the file: `true` by default. With `false` it is deleted when
    /// its context is left or it is dropped, so that it can be closed and opened again by its name.
    /// Without effect where [`delete`](Self::delete) is `false`.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::NamedOptions::new().delete_on_close(false);
    /// ```
    #[must_use]
    pub const fn delete_on_close(mut self, delete_on_close: bool) -> Self {
        self.delete_on_close = delete_on_close;
        self
    }

    /// Returns the moment at which the file is deleted.
    pub(crate) fn deletion(&self) -> Delete {
        // Without `..`: a new option is an error here until somebody reads it.
        let Self { file: _, delete, delete_on_close } = *self;
        match (delete, delete_on_close) {
            (true, true) => Delete::OnClose,
            (true, false) => Delete::OnExit,
            (false, _) => Delete::Never,
        }
    }
}

name_setters!(NamedOptions, file, name);
file_setters!(NamedOptions, file);

/// The moment at which a named temporary file is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delete {
    /// At `close`, `exit` or drop: Python's default.
    OnClose,
    /// At `exit` or drop, not at `close`: `delete_on_close=False`.
    OnExit,
    /// Not by this crate: `delete=False`.
    Never,
}

/// The parameters of a spooled file: those of [`FileOptions`], and how much of it memory holds.
///
/// As in Python the mode, the buffer and the name matter only when the file moves to the disk.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{SpooledOptions, spooled_temporary_file};
///
/// let file = spooled_temporary_file(&SpooledOptions::new().max_size(1 << 20))?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SpooledOptions<'a> {
    pub(crate) max_size: i64,
    pub(crate) file: FileOptions<'a>,
}

impl SpooledOptions<'_> {
    /// Makes options with Python's defaults.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::SpooledOptions::new();
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { max_size: 0, file: FileOptions::new() }
    }

    /// Sets the position in bytes beyond which a write moves the file to the disk. With 0, the
    /// default, no write moves it.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::SpooledOptions::new().max_size(1 << 20);
    /// ```
    #[must_use]
    pub const fn max_size(mut self, max_size: i64) -> Self {
        self.max_size = max_size;
        self
    }
}

name_setters!(SpooledOptions, file, name);
file_setters!(SpooledOptions, file);

/// The name of a temporary directory, and how it is removed.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{DirectoryOptions, temporary_directory};
///
/// let directory = temporary_directory(&DirectoryOptions::new().prefix("job-"))?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DirectoryOptions<'a> {
    pub(crate) name: NameOptions<'a>,
    pub(crate) ignore_cleanup_errors: bool,
    pub(crate) delete: bool,
}

impl Default for DirectoryOptions<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl DirectoryOptions<'_> {
    /// Makes options with Python's defaults.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::DirectoryOptions::new();
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { name: NameOptions::new(), ignore_cleanup_errors: false, delete: true }
    }

    /// Sets whether a refused removal is passed over without an error: `false` by default.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::DirectoryOptions::new().ignore_cleanup_errors(true);
    /// ```
    #[must_use]
    pub const fn ignore_cleanup_errors(mut self, ignore_cleanup_errors: bool) -> Self {
        self.ignore_cleanup_errors = ignore_cleanup_errors;
        self
    }

    /// Sets whether leaving the context and dropping remove the directory: `true` by default.
    /// [`cleanup`](crate::TemporaryDirectory::cleanup) removes it in any case.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = wasi_tempfile::DirectoryOptions::new().delete(false);
    /// ```
    #[must_use]
    pub const fn delete(mut self, delete: bool) -> Self {
        self.delete = delete;
        self
    }
}

name_setters!(DirectoryOptions, name);
