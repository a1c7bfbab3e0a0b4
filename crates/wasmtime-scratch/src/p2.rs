//! WASI 0.2: the spaces beside the directories that wasmtime-wasi serves.

mod environment;
mod filesystem;
mod interfaces;

use wasmtime::component::Linker;
use wasmtime_wasi::p2::bindings;

use crate::ctx::{HasScratch, ScratchView};

/// Adds the spaces to a linker, after [`wasmtime_wasi::p2::add_to_linker_async`].
///
/// Its functions for files, preopened directories and environment variables are replaced by ones
/// that serve the spaces, and hand everything else on to wasmtime-wasi. It also adds the interfaces
/// `scratch:space/usage` and `scratch:space/files`. The linker refuses shadowing afterwards, as a
/// new one does.
///
/// # Errors
/// Those of wasmtime's linker, where `scratch:space` is in it already.
pub fn add_to_linker_async<T: ScratchView + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    shadowing(linker, |linker| {
        bindings::filesystem::types::add_to_linker::<T, HasScratch>(linker, T::scratch)
    })
}

/// Adds the spaces to a linker, after [`wasmtime_wasi::p2::add_to_linker_sync`]. Everything else is
/// as with [`add_to_linker_async`].
///
/// # Errors
/// Those of wasmtime's linker, where `scratch:space` is in it already.
pub fn add_to_linker_sync<T: ScratchView + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    shadowing(linker, |linker| {
        bindings::sync::filesystem::types::add_to_linker::<T, HasScratch>(linker, T::scratch)
    })
}

/// Adds what both have in common, and the functions of files, in the place of wasmtime-wasi's.
fn shadowing<T: ScratchView + 'static>(
    linker: &mut Linker<T>,
    files: impl FnOnce(&mut Linker<T>) -> wasmtime::Result<()>,
) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let added = add(linker, files);
    linker.allow_shadowing(false);
    added?;
    interfaces::add_to_linker(linker)
}

fn add<T: ScratchView + 'static>(
    linker: &mut Linker<T>,
    files: impl FnOnce(&mut Linker<T>) -> wasmtime::Result<()>,
) -> wasmtime::Result<()> {
    files(linker)?;
    bindings::filesystem::preopens::add_to_linker::<T, HasScratch>(linker, T::scratch)?;
    bindings::cli::environment::add_to_linker::<T, HasScratch>(linker, T::scratch)
}
