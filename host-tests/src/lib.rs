//! The wasmtime harness: gets the components built, runs them on directories of the host, and
//! shows what they did and what they left. Tests, the demonstration and the measurements stand
//! on it.

pub mod bench;

mod bindings;
mod component;
mod counters;
mod draws;
mod errors;
mod faults;
mod handle;
mod options;
mod program;
mod sandbox;
mod tree;

pub use bindings::exports::scratch::tempfile::cleanup::{Kind, Leftover, OwedItem};
pub use bindings::exports::scratch::tempfile::tempfile::{
    DirectoryOptions, Error, ErrorCode, FileOptions, MkstempOptions, NameOptions, NamedFileOptions,
    OsError,
};
pub use component::{
    Code, Metering, TEMPFILE, bytes_of_tempfile, component_of, program_names, tempfile,
};
pub use draws::{Draws, FIRST_REJECTED, name_of};
pub use errors::{code_of, os, os_at, unsupported, value};
pub use faults::Faults;
pub use handle::{Descriptor, Directory, File};
pub use options::{dir, in_dir, named};
pub use program::{Program, Run};
pub use sandbox::{Builder, Sandbox};
pub use tree::{Tree, names_in};
