//! The checks of a module before the adapter of preview 1 is put beside it. Without them
//! the component would be invalid, or its memory would be overwritten.

use anyhow::{Result, ensure};
use wasmparser::TypeRef;

use crate::embed::library::REALLOC;
use crate::embed::module::Module;
use crate::embed::number::place;
use crate::embed::preview1;

/// The custom section that identifies a module of Go.
const GO: &str = "go:buildid";

/// The function with which a command begins.
pub(super) const START: &str = "_start";

/// Refuses a module that the adapter does not fit.
pub(super) fn ensure(module: &Module<'_>) -> Result<()> {
    if module.exports.iter().any(|export| export.name == START) {
        let start = module.exported(START).map(|start| module.function_type(start)).transpose()?;
        ensure!(
            start.is_some_and(|ty| ty.params().is_empty() && ty.results().is_empty()),
            "the module exports _start, but not as a function without parameters and results; \
            export the function with which the program begins by that name"
        );
    }
    if module.exported_memory().is_some() {
        preview1::memory(module)?;
    }
    ensure_room_of_its_own(module)?;
    ensure_own_types(module)
}

/// Refuses a Go program that exports no allocator. The adapter then grows the program's memory, and
/// keeps its state there. Go uses all memory beyond its static data, whoever grew it, and the two
/// overwrite each other (Go's `runtime/mem_wasm.go`). If a module exports an allocator, the adapter
/// gets its memory from there.
fn ensure_room_of_its_own(module: &Module<'_>) -> Result<()> {
    let is_go = module.customs.iter().any(|section| section.name() == GO);
    ensure!(
        !is_go || module.exported(REALLOC).is_some(),
        "the program was compiled by Go, whose allocator and the adapter of preview 1 overwrite each other's \
        memory; compose it as a module, without --component, and run that in a host of preview 1 \
        with multi-memory, such as Node 24"
    );
    Ok(())
}

/// Refuses function types that differ from every type of the adapter, even if they look the same.
fn ensure_own_types(module: &Module<'_>) -> Result<()> {
    let imports = module.imports.iter().filter_map(|import| match import.ty {
        TypeRef::Func(ty) => Some((import.name, ty)),
        _ => None,
    });
    let exports = [START, "_initialize", REALLOC].into_iter().filter_map(|name| {
        let function = module.exported(name)?;
        Some((name, module.functions[place(function)]))
    });
    for (name, ty) in imports.chain(exports) {
        ensure!(
            module.is_single(ty),
            "the type of the function {name} is in a group with other types, or can have subtypes, \
            which no function of WASI has; declare it by itself"
        );
    }
    Ok(())
}
