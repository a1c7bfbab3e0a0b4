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
//! single-threaded, as WASI 0.2 components are. [`Descriptor`] is the `wasip2` crate's and part of
//! this interface.

#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

mod audit;
#[cfg(feature = "component")]
mod bindings;
mod buffered;
mod closed;
mod codec;
#[cfg(feature = "component")]
mod component;
#[cfg(feature = "component")]
mod component_text;
mod cookie;
mod create;
mod directory;
mod error;
mod file;
mod gettempdir;
mod host;
mod lifecycle;
mod lock;
mod memory;
mod mode;
mod names;
mod newlines;
mod paths;
mod place;
mod raw;
mod recycle;
mod register;
mod remove;
#[cfg(all(feature = "rt", target_family = "wasm"))]
mod rt;
mod spooled;
mod state;
mod storage;
mod stream;
mod temporary_file;
mod temporary_text_file;
mod text_file;
mod text_stream;
mod utf8;
mod wtf8;

pub use ::wasi::filesystem::types::Descriptor;
pub use audit::add_audit_hook;
pub use cookie::{Cookie, DecoderState};
pub use create::{NameOptions, mkdtemp, mkstemp, mktemp};
pub use directory::{DirectoryOptions, TemporaryDirectory, temporary_directory};
pub use error::{Conversion, Error, ErrorCode, OsError, Result, UnicodeError};
pub use file::BinaryFile;
pub use gettempdir::{gettempdir, gettempdirb, gettempprefix, gettempprefixb};
pub use recycle::set_spare_files;
pub use register::{Kind, OwedItem, UnclosedItem, UnclosedKind, cleanup, owed, unclosed};
pub use spooled::{SpooledOptions, spooled_temporary_file};
pub use state::{set_tempdir, set_template, set_tmp_max, tempdir, template, tmp_max};
pub use temporary_file::{
    Delete, FileOptions, named_temporary_file, open_temporary, temporary_file,
};
pub use temporary_text_file::{
    named_temporary_text_file, spooled_temporary_text_file, temporary_text_file,
};
pub use text_file::{ReconfigureOptions, TextFile, TextOptions};

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
