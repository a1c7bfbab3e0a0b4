//! The functions of WASI 0.2, with the flat signatures of the canonical ABI.

mod abi;
mod held;
mod host;

mod descriptor;
mod entries;
mod environment;
mod error;
mod paths;
mod poll;
mod preopens;
mod splice;
mod streams;
