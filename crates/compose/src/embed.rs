//! Embedding: the filesystem becomes a part of the program's own component or module.

mod number;

mod module;

mod access;
mod begin;
mod patch;
mod reach;
mod shift;

mod customs;
mod link;
mod names;

mod preview1;

mod signature;
mod thunks;

mod sections;
mod space;
mod within;

mod items;

mod shape;

mod liveness;

mod asks;
mod changes;

mod library;
mod resources;

mod replaced;
mod writer;

mod escapes;
mod inside;
mod plan;

mod rewrite;

mod adapted;
mod component;
mod mark;
mod outcome;

use anyhow::Context as _;
use wasmparser::{Parser, Validator, WasmFeatures};

use crate::error::{Error, Result};

use module::Module;

pub(crate) use mark::ensure_fresh;

/// Makes a filesystem a part of a program: a component of WASI 0.2, or a core module of preview 1.
/// `filesystem` is the module `tmpfs-embedded.wasm`, with settings baked in or without. The outcome
/// imports what the program did, and random numbers and a clock; no files of the host, unless its
/// directories stay visible `beside` the filesystem.
///
/// # Errors
/// [`Error::Program`]: the program is no whole WebAssembly, or its shape is one that a filesystem
/// cannot be embedded into; the words say why and what to do.
/// [`Error::Component`]: the filesystem is not the module that ships.
pub fn embed(program: &[u8], filesystem: &[u8], beside: bool) -> Result<Vec<u8>> {
    ensure_valid(filesystem).context("the filesystem is no module").map_err(Error::component)?;
    ensure_valid(program)
        .context("the program is truncated or damaged; build it again")
        .map_err(Error::program)?;
    embed_valid(program, filesystem, beside).map_err(Error::program)
}

/// Makes a component of WASI 0.2 of a module of preview 1 into which a filesystem was [embedded],
/// with the same `beside`. Files stay within the module: no call of theirs passes the adapter.
///
/// With `beside`, any module of preview 1 becomes a component whose files are the host's. A module
/// without `_start` becomes a component of what it exports, and the status with which a command
/// exits is success or failure: the adapter tells no more.
///
/// [embedded]: embed
///
/// # Errors
/// [`Error::Program`]: the module imports or exports what no component can.
pub fn into_component(module: &[u8], beside: bool) -> Result<Vec<u8>> {
    let made = adapted::component(module, beside).and_then(|component| {
        ensure_valid(&component).context("BUG: the component is invalid; please report it")?;
        Ok(component)
    });
    made.context("the module cannot become a component").map_err(Error::program)
}

fn embed_valid(program: &[u8], filesystem: &[u8], beside: bool) -> anyhow::Result<Vec<u8>> {
    ensure_fresh(program)?;
    let filesystem = Module::read(filesystem)?;
    let whole = if Parser::is_component(program) {
        component::embed(program, &filesystem, beside)?.0
    } else {
        preview1::embed(program, &filesystem, beside)?
    };
    ensure_valid(&whole).context("BUG: the embedded program is invalid; please report it")?;
    outcome::ensure_imports(program, &whole, beside)?;
    Ok(whole)
}

fn ensure_valid(wasm: &[u8]) -> anyhow::Result<()> {
    Validator::new_with_features(WasmFeatures::all()).validate_all(wasm)?;
    Ok(())
}

#[cfg(test)]
mod tests;
