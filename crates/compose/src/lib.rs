//! Temporary files and a filesystem in memory for programs that are already compiled.
//!
//! A program is a WebAssembly component of WASI 0.2, or a core module of WASI preview 1. If it uses
//! files, a filesystem in memory becomes a part of it. If it imports `scratch:tempfile`, it is
//! composed with a component that exports it.
//!
//! # From the top
//! - [`compose`] does the whole work: it takes the bytes of a program, [`Options`], and a function
//!   that returns the components that ship. The crate `scratch-components` has these.
//! - A [`Record`] is a setting, a variable or a file that is baked into the filesystem. [`LIMITS`],
//!   [`mount`] and [`environment`] make records of settings, and [`seed::records`] makes them of a
//!   directory.
//! - [`Way`] tells how the program got its files, and why it was not embedded.
//!
//! ```no_run
//! use scratch_compose::{Component, LIMITS, Memory, Options, compose, seed};
//!
//! let program = std::fs::read("app.wasm")?;
//! let bytes = LIMITS.iter().find(|limit| limit.option() == "bytes").expect("it is one of them");
//! let mut records = vec![bytes.record("16M")?];
//! records.extend(seed::records("fixtures".as_ref())?);
//! let memory = Some(Memory { records, ..Memory::default() });
//! let options = Options { memory, ..Options::default() };
//! let built = |component: Component| {
//!     std::fs::read(format!("components/{}.wasm", component.name())).expect("it was built")
//! };
//! let whole = compose(&program, &options, built)?;
//! println!("{}", whole.way);
//! std::fs::write("whole.wasm", whole.wasm)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Guarantees
//! [`compose`] first fills a filesystem with the records, under the limits that they set. A program
//! that it returns therefore starts. A program into which the filesystem was embedded imports
//! nothing that it did not import before, except random numbers and a clock.
//!
//! # Single steps
//! [`bake`] puts records into a filesystem. [`embed`] makes it a part of a program,
//! [`into_component`] makes a component of a module, and [`plug`] composes components. [`kind_of`]
//! tells components from modules, and [`binary`] lists imports and removes names.

/// The examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod error;

pub mod binary;

mod bake;
mod settings;

pub mod seed;
mod start;

mod embed;
mod plug;
mod program;

mod compose;

#[cfg(test)]
mod hollow;

pub use bake::{Record, Time, bake};
pub use compose::{Component, Composition, Form, Memory, Options, Way, compose};
pub use embed::{ADAPTER_NOTICES, ExitStatus, embed, into_component};
pub use error::{Error, Result};
pub use plug::{CLEANUP, SPACE_FILES, USAGE, plug};
pub use program::{Kind, kind_of};
pub use settings::{LIMITS, Limit, ensure_given_once, environment, limits, mount, mounted_at};
