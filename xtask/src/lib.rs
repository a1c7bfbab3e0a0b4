//! The project's own commands, as a library: the tests build the components they need through it,
//! and the `xtask` binary only dispatches its arguments here.

pub mod ci;
pub mod components;
pub mod compose;
pub mod harness;
pub mod target;
pub mod wit;

pub mod binary;
pub mod workspace;

mod command;
mod debian;
mod lock;
mod rustup;
mod sysroot;
mod toolchain;
