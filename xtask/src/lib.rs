//! The project's own commands, as a library: the tests build the components they need through it,
//! and the `xtask` binary only dispatches its arguments here.

pub mod bake;
pub mod ci;
pub mod components;
pub mod compose;
pub mod compose_arguments;
pub mod foreign;
pub mod harness;
pub mod packages;
pub mod peers;
pub mod seed;
pub mod target;
pub mod wit;

pub mod binary;
pub mod workspace;

mod command;
mod debian;
mod dependencies;
mod lock;
mod notices;
mod rustup;
mod settings;
mod start;
mod sysroot;
mod toolchain;
