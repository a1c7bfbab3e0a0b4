//! An external merge sort: sorts the lines of a text that is larger than its memory, by way of
//! temporary files. The order is that of bytes, as in `LC_ALL=C sort`.
//!
//! It is written once, for whatever can make a temporary file. The program of this package, as a
//! component, takes its files from `scratch:tempfile`; built for the machine itself, from the
//! crate `tempfile`. That is what the demonstration compares. A second program takes them from the
//! crate `tempfile` as a component, too.

mod arena;
mod cursor;
mod line;
mod merge;
mod progress;
mod run;
mod sort;

pub use progress::Progress;
pub use run::Run;
pub use sort::{LEAST_MEMORY, Summary, sort};

pub mod native;

#[cfg(not(target_family = "wasm"))]
pub mod check;
#[cfg(not(target_family = "wasm"))]
pub mod sample;
