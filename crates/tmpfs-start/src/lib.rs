//! The start of a filesystem in memory that is put under a WebAssembly program. The filesystem
//! component and the embedded module of `scratch compose` both start with it, and the composer
//! tries it beforehand.
//!
//! # From the top
//! - [`settings`] reads the limits and the path of the mount from variables.
//! - [`create`] makes a space with the files that were baked in, and [`clear`] restores it.
//! - [`environment`] returns the variables of the program, with `TMPDIR`.
//! - A [`Record`] is a variable or a file that was baked in, and [`make`] puts one into a space.
//!
//! ```
//! use tmpfs::Timestamp;
//!
//! let host = [("TMPFS_NODES".to_owned(), "100".to_owned())];
//! let settings = tmpfs_start::settings(&host).unwrap();
//! assert_eq!((settings.limits.nodes, settings.mount.as_str()), (100, "/tmp"));
//!
//! let space = tmpfs_start::create(&settings, [1, 2], Timestamp::default())?;
//! assert_eq!(space.usage().nodes, 1);
//! assert_eq!(tmpfs_start::environment(&[], &settings.mount), [("TMPDIR", "/tmp")]);
//! # Ok::<(), tmpfs::Error>(())
//! ```

#![no_std]

extern crate alloc;

/// The examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod image;
mod settings;

mod environment;
mod start;

pub use environment::environment;
pub use image::Record;
pub use settings::{InvalidSetting, Settings};
pub use start::{Space, clear, create, make, make_temporary, settings};
