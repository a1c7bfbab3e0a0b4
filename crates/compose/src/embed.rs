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

mod adaptable;
mod exit;

mod adapted;
mod component;
mod mark;
mod outcome;

use anyhow::Context as _;
use wasmparser::{Parser, Validator, WasmFeatures};

use crate::error::{Error, Result};

use module::Module;

pub use adapted::ADAPTER_NOTICES;
pub use exit::ExitStatus;
pub(crate) use mark::ensure_fresh;

/// Embeds a filesystem in a program, a component of WASI 0.2 or a core module of preview 1.
///
/// `filesystem` is the module `tmpfs-embedded.wasm`, with or without settings baked in.
///
/// The result imports what the program did, random numbers and a clock. It imports no files of the
/// host, unless `beside` is true: then the host's directories stay visible beside the filesystem.
///
/// # Errors
/// - [`Error::Program`]: the program is not valid WebAssembly, or has a shape that a filesystem
///   cannot be embedded in. The message says why and what to do;
/// - [`Error::Component`]: the filesystem is not the module that ships.
///
/// # Security
/// The program and the result are validated, and the result is checked to import nothing else.
///
/// # Example
/// ```no_run
/// use scratch_compose::{LIMITS, bake, embed};
///
/// let bytes = LIMITS.iter().find(|limit| limit.option() == "bytes").expect("it is one of them");
/// let filesystem = bake(&std::fs::read("tmpfs-embedded.wasm")?, &[bytes.record("16M")?])?;
/// std::fs::write("whole.wasm", embed(&std::fs::read("app.wasm")?, &filesystem, false)?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn embed(program: &[u8], filesystem: &[u8], beside: bool) -> Result<Vec<u8>> {
    ensure_valid(filesystem).context("the filesystem is no module").map_err(Error::component)?;
    ensure_valid(program)
        .context("the program is truncated or damaged; build it again")
        .map_err(Error::program)?;
    embed_valid(program, filesystem, beside).map_err(Error::program)
}

/// Makes a component of WASI 0.2 of a module of preview 1 in which a filesystem was [embedded],
/// with the same `beside`.
///
/// File operations stay within the module and never reach the adapter.
///
/// With `beside`, a module without a filesystem is accepted, too, and its files are the host's. A
/// module without `_start` becomes a component of its exports. `status` says which part of the
/// module's exit status the component passes on.
///
/// [embedded]: embed
///
/// # Errors
/// [`Error::Program`]: the module is not valid WebAssembly, or imports or exports something that a
/// component cannot.
pub fn into_component(module: &[u8], beside: bool, status: ExitStatus) -> Result<Vec<u8>> {
    ensure_valid(module)
        .context("the module is truncated or damaged; build it again")
        .map_err(Error::program)?;
    into_component_valid(module, beside, status)
}

/// Makes a component of a module, as [`into_component`] does. Precondition: the module is valid.
pub(crate) fn into_component_valid(
    module: &[u8],
    beside: bool,
    status: ExitStatus,
) -> Result<Vec<u8>> {
    let made = adapted::component(module, beside, status).and_then(|component| {
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
