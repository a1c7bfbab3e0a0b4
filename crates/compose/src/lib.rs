//! Temporary files and a filesystem in memory for programs that are compiled already: a WebAssembly
//! component that imports `scratch:tempfile` or `wasi:filesystem` is composed with components that
//! export these.
//!
//! ```no_run
//! use scratch_compose::{Component, Memory, Options, LIMITS, compose, seed};
//!
//! let program = std::fs::read("app.wasm")?;
//! let bytes = LIMITS.iter().find(|limit| limit.option() == "bytes").expect("it is one of them");
//! let mut records = vec![bytes.record("16M")?];
//! records.extend(seed::records("fixtures".as_ref())?);
//! let options = Options { memory: Some(Memory { form: None, records }), ..Options::default() };
//! let built = |component: Component| {
//!     std::fs::read(format!("components/{}.wasm", component.name())).expect("it was built")
//! };
//! std::fs::write("whole.wasm", compose(&program, &options, built)?)?;
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

mod plug;
mod program;

mod compose;

#[cfg(test)]
mod hollow;

pub use bake::{Record, Time, bake};
pub use compose::{Component, Form, Memory, Options, compose};
pub use error::{Error, Result};
pub use plug::{CLEANUP, USAGE, plug};
pub use settings::{LIMITS, Limit, environment, mount};
