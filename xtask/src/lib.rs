//! The project's own commands, as a library. The tests build components with it, and the `xtask`
//! binary only passes its arguments on.

pub mod ci;
pub mod components;
pub mod demo;
pub mod distribution;
pub mod elsewhere;
pub mod foreign;
pub mod harness;
pub mod packages;
pub mod past;
pub mod peers;
pub mod sources;
pub mod target;
pub mod wit;

pub mod workspace;

mod command;
mod debian;
mod dependencies;
mod lock;
mod messages;
mod notices;
mod rustup;
mod sysroot;
mod toolchain;
