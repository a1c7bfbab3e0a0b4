//! Embedding into a core module of WASI preview 1: the filesystem's module is merged with it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use wasm_encoder::Instruction;
use wasmparser::Import;

use crate::embed::access;
use crate::embed::link::{Host, Link, Own};
use crate::embed::liveness::SPACE;
use crate::embed::module::Module;
use crate::embed::number::place;
use crate::embed::replaced::ensure_space_version;
use crate::embed::shape::versionless;

/// The module from which programs of preview 1 import the system's functions.
pub(super) const SYSTEM: &str = "wasi_snapshot_preview1";

/// Functions for the time and random numbers. They are imported even if the program does not import
/// them.
pub(super) const GRANTED: [&str; 2] = ["clock_time_get", "random_get"];

/// Returns whether a function can lead to a file by name.
pub(super) fn is_of_files(name: &str) -> bool {
    name.starts_with("path_") || name.starts_with("fd_prestat_") || name == "fd_readdir"
}

/// The error code of preview 1 for a function that the program does not import from the host.
const NOT_SUPPORTED: i32 = 58;

/// Embeds the filesystem.
///
/// # Errors
/// The program is of another kind, or uses no files.
pub(super) fn embed(program: &[u8], filesystem: &Module<'_>, beside: bool) -> Result<Vec<u8>> {
    let program = Module::read(program)?;
    let memory = memory(&program)?;
    let answers = answers(&program, filesystem, beside)?;
    let link = Link {
        program: &program,
        memory,
        filesystem,
        own: Own::Behind,
        answers: &answers,
        exports: &[],
        slots: &[],
        realloc_number: Instruction::I32Const(0),
        host: &|import| host(&program, import),
    };
    Ok(link.link()?.wasm)
}

/// Finds the memory that the system's functions access.
pub(super) fn memory(program: &Module<'_>) -> Result<u32> {
    let exported = program.exported_memory().context(
        "the module exports no memory named memory, as a program of WASI preview 1 does",
    )?;
    let memories = program.all_memories();
    let memory = memories[place(exported)];
    ensure!(
        !memories.iter().any(|memory| memory.shared),
        "the module has a memory that threads share, and the filesystem serves one thread; build \
        the program without threads"
    );
    access::ensure_reachable("the module's memory", memory)?;
    Ok(exported)
}

/// Finds the functions that the filesystem answers: number of the import, and name of the export.
fn answers(
    program: &Module<'_>,
    filesystem: &Module<'_>,
    beside: bool,
) -> Result<BTreeMap<u32, String>> {
    let mut answers = BTreeMap::new();
    let mut files = false;
    for (import, number) in program.imported_functions().iter().zip(0_u32..) {
        match import.module {
            SYSTEM => {}
            space if space.starts_with(SPACE) => ensure_space_version(space)?,
            "wasi_unstable" => bail!(
                "the module imports wasi_unstable, which came before preview 1; build the program \
                with a newer toolchain"
            ),
            "wasi" => bail!(
                "the module imports {} of wasi, which makes threads, and the filesystem serves one \
                thread; build the program without threads",
                import.name
            ),
            _ => continue,
        }
        let name = match import.module {
            SYSTEM => format!("{SYSTEM}#{}", import.name),
            space => format!("{SYSTEM}:{}#{}", versionless(space), import.name),
        };
        let apart = format!("beside:{name}");
        let found = [apart, name].into_iter().find(|name| {
            (beside || !name.starts_with("beside:")) && filesystem.exported(name).is_some()
        });
        let Some(name) = found else {
            ensure!(
                !import.name.starts_with("path_") && import.module == SYSTEM,
                "the module imports {} {}, which the filesystem does not answer",
                import.module,
                import.name
            );
            continue;
        };
        let own = filesystem.exported(&name).context("it was found")?;
        ensure!(
            program.function_type(number)? == filesystem.function_type(own)?,
            "the module imports {} {} with another type than {} gives it",
            import.module,
            import.name,
            if import.module == SYSTEM { "WASI preview 1" } else { "scratch:space 0.1" }
        );
        files |= import.name.starts_with("path_") || import.name == "fd_prestat_get";
        answers.insert(number, name);
    }
    ensure!(
        files,
        "the module imports no function of {SYSTEM} that opens or names files: nothing to embed"
    );
    Ok(answers)
}

/// Returns the replacement of an import of the filesystem. Random numbers and a clock are imported;
/// any other function of the host only if the program imports it already.
fn host(program: &Module<'_>, import: &Import<'_>) -> Host {
    let asked = |it: &Import<'_>| it.module == import.module && it.name == import.name;
    let granted = GRANTED.contains(&import.name);
    if import.module == SYSTEM && (granted || program.imports.iter().any(asked)) {
        return Host::Import { module: import.module.into(), name: import.name.into() };
    }
    Host::Stub(if import.module == SYSTEM {
        Instruction::I32Const(NOT_SUPPORTED)
    } else {
        Instruction::Unreachable
    })
}
