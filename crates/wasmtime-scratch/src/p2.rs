//! WASI 0.2: linker functions that serve spaces beside the directories of wasmtime-wasi.

mod environment;
mod filesystem;
mod interfaces;

use wasmtime::component::Linker;
use wasmtime_wasi::p2::bindings;

use crate::ctx::{HasScratch, ScratchView};

/// Adds the spaces to a linker. Call it after
/// [wasmtime-wasi's function](wasmtime_wasi::p2::add_to_linker_async) of the same name.
///
/// It replaces wasmtime-wasi's functions for files, preopened directories and environment
/// variables. The new functions serve the spaces and pass everything else on to wasmtime-wasi. It
/// also adds the interfaces `scratch:space/usage` and `scratch:space/files`. Afterwards the linker
/// refuses shadowing, as a new linker does.
///
/// # Errors
/// Those of wasmtime's linker, if `scratch:space` was added before.
pub fn add_to_linker_async<T: ScratchView + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    shadowing(linker, |linker| {
        bindings::filesystem::types::add_to_linker::<T, HasScratch>(linker, T::scratch)
    })
}

/// Adds the spaces to a linker, as [`add_to_linker_async`] does.
///
/// Call it after [wasmtime-wasi's function](wasmtime_wasi::p2::add_to_linker_sync) of the same
/// name.
///
/// # Errors
/// Those of wasmtime's linker, if `scratch:space` was added before.
pub fn add_to_linker_sync<T: ScratchView + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    shadowing(linker, |linker| {
        bindings::sync::filesystem::types::add_to_linker::<T, HasScratch>(linker, T::scratch)
    })
}

/// Adds the functions that both linkers share, and the functions of files, which replace those of
/// wasmtime-wasi.
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
