//! An external merge sort: it sorts the lines of a text that is larger than its memory, with the
//! help of temporary files. Lines are ordered by their bytes, as by `LC_ALL=C sort`.
//!
//! The sort is written once, for anything that can make a temporary file. Compiled as a component,
//! the program of this package takes its files from `scratch:tempfile`. Compiled for the machine
//! itself, it takes them from the crate `tempfile`. The demonstration compares the two. A second
//! program, `external-sort-std`, takes its files from the crate `tempfile` as a component, too.

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
