//! The functions of the interfaces, as methods of [`Sandbox`] and of the handles of its resources,
//! and the defaults of option records: `build/calls.rs` writes them from `wit/`. A trap makes a
//! call panic.
#![expect(clippy::derivable_impls, reason = "the records are generated, too")]

use crate::bindings::exports::scratch::tempfile::{cleanup, tempfile, text};
use crate::handle::Handle;
use crate::handle::kind::{BinaryFile, Directory, TextFile};
use crate::sandbox::Sandbox;

include!(concat!(env!("OUT_DIR"), "/calls.rs"));
