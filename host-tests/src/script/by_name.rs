//! The functions by their names in `wit/`, with the words of a line as arguments: `build/calls.rs`
//! writes one function for each interface and resource. What takes or returns records or handles is
//! not among them.
#![expect(unused_variables, reason = "the methods of a directory have no arguments")]
#![expect(clippy::unit_arg, clippy::useless_conversion, reason = "all arms are made alike")]

use crate::TextError;
use crate::handle::Handle;
use crate::handle::kind::{BinaryFile, Directory, TextFile};
use crate::sandbox::Sandbox;
use crate::script::shown::Shown as _;
use crate::script::words::Words;

include!(concat!(env!("OUT_DIR"), "/by_name.rs"));
