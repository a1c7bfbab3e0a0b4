//! The wasmtime harness: gets the components built, runs them on directories of the host, and
//! shows what they did and what they left. Tests and the measurements stand on it.

pub mod kept;
pub mod preview1;
pub mod programs;
pub mod script;
pub mod zig;

mod audit;
mod bindings;
mod bindings_memory;
mod builder;
mod calls;
mod component;
mod cost;
mod counters;
mod did_not_run;
mod draws;
mod errors;
mod faults;
mod faulty_filesystem;
mod filesystem;
mod handle;
mod options;
mod program;
mod requests;
mod sandbox;
mod seeds;
mod stdin;
mod tree;

pub use audit::Answer;
pub use bindings::exports::scratch::tempfile::cleanup::{
    Kind, Leftover, OwedItem, UnclosedItem, UnclosedKind,
};
pub use bindings::exports::scratch::tempfile::tempfile::{
    DirectoryOptions, Error, ErrorCode, FileOptions, MkstempOptions, NameOptions, NamedFileOptions,
    OsError, SpooledFileOptions,
};
pub use bindings::exports::scratch::tempfile::text::{
    Conversion, Cookie, DecoderState, ReconfigureOptions, TextError, TextOptions, UnicodeError,
};
pub use bindings_memory::exports::scratch::space::usage::{Amounts, AmountsAllowed};
pub use bindings_memory::exports::wasi::filesystem::types::{
    DescriptorFlags, ErrorCode as Refusal, OpenFlags,
};
pub use builder::Builder;
pub use component::{Code, Ground, Library, Metering, component_of, composed, composition};
pub use cost::Cost;
pub use did_not_run::did_not_run;
pub use draws::{Draws, FIRST_REJECTED, name_of};
pub use errors::{code_of, lookup, os, os_at, unnumbered_at, unsupported, value, wrong_type};
pub use faults::{Faults, Moment};
pub use filesystem::{Filesystem, Node};
pub use handle::{Descriptor, Directory, File, TextFile};
pub use options::{dir, in_dir, named, place};
pub use program::{Program, Run};
pub use programs::Built;
pub use requests::NoRequests;
pub use sandbox::Sandbox;
pub use seeds::{assert_same_lines, seeds};
pub use tree::{Tree, names_in};
