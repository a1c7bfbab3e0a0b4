//! Temporary files and a filesystem in memory for programs that are compiled already. A WebAssembly
//! component that imports `wasi:filesystem`, or a module of WASI preview 1, gets a filesystem as a
//! part of it; one that imports `scratch:tempfile` is composed with components that export it.
//!
//! ```no_run
//! use scratch_compose::{Component, Memory, Options, LIMITS, compose, seed};
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
//! std::fs::write("whole.wasm", compose(&program, &options, built)?.wasm)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate brings no components: `scratch-components` has those that ship. Whatever [`compose`]
//! accepts starts: it first fills a filesystem with the seed, under the limits.

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
pub use embed::{embed, into_component};
pub use error::{Error, Result};
pub use plug::{CLEANUP, SPACE_FILES, USAGE, plug};
pub use program::{Kind, kind_of};
pub use settings::{LIMITS, Limit, ensure_given_once, environment, limits, mount, mounted_at};
