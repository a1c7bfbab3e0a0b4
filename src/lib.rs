//! Python's `tempfile` over WASI preopened directories: temporary files and directories for
//! WebAssembly guests, as a library and, with the feature `component`, as the component
//! `tempfile.wasm`.
//!
//! ```no_run
//! use wasi_tempfile::{FileOptions, temporary_file};
//!
//! # fn main() -> wasi_tempfile::Result<()> {
//! let file = temporary_file(&FileOptions::default())?;
//! file.write(b"Hello world!")?;
//! file.seek(0, 0)?;
//! assert_eq!(file.read(None)?, b"Hello world!");
//! # Ok(())
//! # }
//! ```
//!
//! The names are Python's, and so are the parameters and errors, a mode that is a string and a
//! `whence` that is a number among them; what differs is listed in `docs/compatibility.md`. Files
//! are buffered as Python's are: [`flush`](BinaryFile::flush) before another opens one by name.
//! Paths are looked up in the directories that the host granted. What live objects would delete is
//! listed by [`owed`] and removed by [`cleanup`]; after `exit` or a trap nobody does.
//!
//! It runs on `wasm32-wasip2` and compiles, but does not run, elsewhere. An instance is
//! single-threaded, as WASI 0.2 components are. A [`Descriptor`] is a handle of `wasi:filesystem`;
//! the feature `wasip2` converts it to that crate's type.

#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

// Its allocator, panic handler and `cabi_realloc` are linked where it is named.
#[cfg(feature = "rt")]
use component_rt as _;

mod error;

mod bytes;
mod code_points;
mod lock;
mod options;

mod file;
mod host;
mod make;
mod stream;
mod text;

#[cfg(feature = "component")]
mod component;

pub use error::{Conversion, Error, ErrorCode, OsError, Result, UnicodeError};
pub use file::open::BinaryFile;
pub use file::register::{Kind, OwedItem, UnclosedItem, UnclosedKind, cleanup, owed, unclosed};
pub use file::text::{ReconfigureOptions, TextFile, TextOptions};
pub use host::audit::add_audit_hook;
pub use host::descriptor::Descriptor;
pub use host::recycle::set_spare_files;
pub use make::create::{mkdtemp, mkstemp, mktemp};
pub use make::defaults::{
    gettempdir, gettempdirb, gettempprefix, gettempprefixb, set_tempdir, set_template, set_tmp_max,
    tempdir, template, tmp_max,
};
pub use make::directory::{DirectoryOptions, TemporaryDirectory, temporary_directory};
pub use make::spooled::spooled_temporary_file;
pub use make::temporary_file::{named_temporary_file, open_temporary, temporary_file};
pub use make::temporary_text_file::{
    named_temporary_text_file, spooled_temporary_text_file, temporary_text_file,
};
pub use options::{Delete, FileOptions, NameOptions, NamedOptions, SpooledOptions};
pub use text::cookie::{Cookie, DecoderState};

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
