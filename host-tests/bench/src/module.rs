//! The measured program of preview 1: in C, as its toolchain makes it a module, with the filesystem
//! as a part of that. The harness's host of preview 1 offers it no files.

use std::ffi::OsStr;

use anyhow::Result;
use host_tests::preview1::Command;
use host_tests::{did_not_run, zig};
use scratch_compose::embed;
use wasmtime::Engine;

use crate::guest;

/// Compiles the program, optimised as the measured guests are; `None` where zig cannot be had,
/// which is told.
pub(crate) fn prepare(engine: &Engine, filesystem: &[u8]) -> Result<Option<Command>> {
    match zig::module("workloads.c", &["-O2", "-s"].map(OsStr::new), &[]) {
        Ok(file) => {
            let module = embed(&guest::read(&file)?, filesystem, false)?;
            Ok(Some(Command::new(engine, &module)?))
        }
        Err(reason) => {
            did_not_run("bench: the rows of preview 1", &reason);
            Ok(None)
        }
    }
}
