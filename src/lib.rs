//! Python's [`tempfile`](https://docs.python.org/3.13/library/tempfile.html) for WebAssembly
//! guests: temporary files and directories in the directories that a WASI host grants.
//!
//! # From the top
//!
//! * [`BinaryFile`] is an open temporary file, which deletes itself when it is closed or dropped if
//!   that is its duty.
//! * [`TemporaryDirectory`] is a directory that is removed with everything in it when it is
//!   dropped.
//! * [`Error`] tells the family of Python's exception, the code of WASI, the path and the message.
//!
//! ```no_run
//! use wasi_tempfile::{FileOptions, temporary_file};
//!
//! # fn main() -> wasi_tempfile::Result<()> {
//! let file = temporary_file(&FileOptions::new())?;
//! file.write(b"Hello world!")?;
//! file.seek(0, 0)?;
//! assert_eq!(file.read(None)?, b"Hello world!");
//! # Ok(())
//! # }
//! ```
//!
//! It runs on `wasm32-wasip2` and compiles, but does not run, elsewhere. Paths are looked up in the
//! directories that the host granted: lend one as `/tmp`. An instance is single-threaded, as WASI
//! 0.2 components are.
//!
//! # A file that others open by its name
//!
//! Files are buffered as Python's are: [`flush`](BinaryFile::flush) before somebody opens the file
//! by its name.
//!
//! ```no_run
//! use wasi_tempfile::{NamedOptions, named_temporary_file};
//!
//! # fn main() -> wasi_tempfile::Result<()> {
//! let file = named_temporary_file(&NamedOptions::new().suffix(".csv"))?;
//! file.write(b"a,b\n")?;
//! file.flush()?;
//! let path = file.name();
//! # Ok(())
//! # }
//! ```
//!
//! # A file that replaces another when it is complete
//!
//! ```no_run
//! use wasi_tempfile::{NamedOptions, named_temporary_file};
//!
//! # fn main() -> wasi_tempfile::Result<()> {
//! let file = named_temporary_file(&NamedOptions::new().dir("/data"))?;
//! file.write(b"complete")?;
//! file.persist("/data/report.txt")?; // atomic
//! # Ok(())
//! # }
//! ```
//!
//! # A directory for a job
//!
//! ```no_run
//! use wasi_tempfile::{DirectoryOptions, NameOptions, mkstemp, temporary_directory};
//!
//! # fn main() -> wasi_tempfile::Result<()> {
//! let job = temporary_directory(&DirectoryOptions::new().prefix("job-"))?;
//! let (log, path) = mkstemp(&NameOptions::new().dir(&job.name()))?;
//! job.cleanup()?; // with the log in it
//! # Ok(())
//! # }
//! ```
//!
//! # A file in memory as long as it is small
//!
//! ```no_run
//! use wasi_tempfile::{SpooledOptions, spooled_temporary_file};
//!
//! # fn main() -> wasi_tempfile::Result<()> {
//! let file = spooled_temporary_file(&SpooledOptions::new().max_size(1 << 20))?;
//! file.write(b"small enough for memory")?;
//! # Ok(())
//! # }
//! ```
//!
//! # Text
//!
//! The module [`text`] has files of text, with Python's encodings and line ends.
//!
//! # Readers and writers of std
//!
//! With the feature `std` a [`BinaryFile`] is `Read`, `Write` and `Seek`, and an [`Error`] converts
//! into `std::io::Error`.
//!
#![cfg_attr(feature = "std", doc = "```no_run")]
#![cfg_attr(not(feature = "std"), doc = "```ignore")]
//! use std::io::{self, BufRead as _, BufReader, Read, Seek as _};
//!
//! use wasi_tempfile::{FileOptions, temporary_file};
//!
//! fn longest_line(input: &mut impl Read) -> io::Result<usize> {
//!     let mut file = temporary_file(&FileOptions::new())?;
//!     io::copy(input, &mut file)?;
//!     file.rewind()?;
//!     let mut longest = 0;
//!     for line in BufReader::new(file).lines() {
//!         longest = longest.max(line?.len());
//!     }
//!     Ok(longest)
//! }
//! ```
//!
//! # What a program leaves behind
//!
//! Destructors do not run when a program ends by `exit` or a trap. The module [`cleanup`] lists the
//! files and directories that live objects have the duty to delete, and deletes them.
//!
//! # Features
//!
//! A program names the crate by `wasi-tempfile = { path = "CLONE", features = ["std"] }`, needs
//! Rust 1.95 or later, and is built for `wasm32-wasip2`.
//!
//! | feature | effect |
//! |---|---|
//! | `std` | `Read`, `Write` and `Seek` for files, `From<Error>` for `std::io::Error`. Without it the crate is `no_std`. |
//! | `wasip2` | converts a [`Descriptor`] into the type of the crate `wasip2` |
//! | `rt` | the allocator, the panic handler and `cabi_realloc`, for a `no_std` component that has none; not together with `std` |
//! | `component` | exports the WIT interfaces: the package becomes the component `tempfile.wasm`; brings `rt` and `wasip2` |
//! | `audited` | the component asks its host before it makes a file or directory; brings `component` |
//!
//! No feature is on by default.
//!
#![doc = include_str!("../docs/rust.md")]
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(all(target_family = "wasm", feature = "std", feature = "rt"))]
compile_error!(
    "the feature `rt` is for components without std, which has an allocator and a panic handler of \
     its own: leave out `rt` or `std`"
);

// Its allocator, panic handler and `cabi_realloc` are linked where it is named.
#[cfg(feature = "rt")]
use component_rt as _;

mod error;
#[cfg(feature = "std")]
mod io_error;

mod bytes;
mod code_points;
mod lock;
mod mode;
mod options;
mod text_options;

mod coding;
mod file;
mod host;
mod make;
mod stream;

#[cfg(feature = "component")]
mod component;

pub use error::{Error, ErrorCode, OsError, Result};
pub use file::open::BinaryFile;
pub use host::audit::add_audit_hook;
pub use host::descriptor::Descriptor;
pub use host::recycle::set_spare_files;
pub use make::create::{mkdtemp, mkstemp, mktemp};
pub use make::defaults::{
    gettempdir, gettempdirb, gettempprefix, gettempprefixb, set_tempdir, set_template, set_tmp_max,
    tempdir, template, tmp_max,
};
pub use make::directory::{TemporaryDirectory, temporary_directory};
pub use make::spooled::spooled_temporary_file;
pub use make::temporary_file::{named_temporary_file, open_temporary, temporary_file};
pub use options::{DirectoryOptions, FileOptions, NameOptions, NamedOptions, SpooledOptions};

/// Text files, with Python's encodings, error handlers and line ends.
///
/// In Python the mode decides whether a file is binary or text. Here text files are a type of their
/// own, and functions of their own open them.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::FileOptions;
/// use wasi_tempfile::text::{Cookie, temporary_text_file};
///
/// # fn main() -> wasi_tempfile::Result<()> {
/// let file = temporary_text_file(&FileOptions::new().encoding("utf-16").newline("\r\n"))?;
/// file.write("naïve\ncafé\n")?;
/// file.seek(Cookie::default(), 0)?;
/// assert_eq!(file.readline(None)?, "naïve\r\n");
/// # Ok(())
/// # }
/// ```
pub mod text {
    pub use crate::coding::cookie::{Cookie, DecoderState};
    pub use crate::error::{Conversion, UnicodeError};
    pub use crate::file::text::TextFile;
    pub use crate::make::temporary_text_file::{
        named_temporary_text_file, spooled_temporary_text_file, temporary_text_file,
    };
    pub use crate::text_options::{ReconfigureOptions, TextOptions};
}

/// Files and directories that a program has not closed or deleted yet.
///
/// Call [`cleanup`](cleanup::cleanup) before a program ends by `exit`, which runs no destructors.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::cleanup::{cleanup, unclosed};
///
/// for item in unclosed() {
///     eprintln!("not closed: {:?} {:?}", item.kind, item.path);
/// }
/// for error in cleanup() {
///     eprintln!("left behind: {error}");
/// }
/// ```
pub mod cleanup {
    pub use crate::file::register::{
        OwedItem, OwedKind, UnclosedItem, UnclosedKind, cleanup, owed, unclosed,
    };
}

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
