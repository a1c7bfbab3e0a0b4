//! The exit status of a module of preview 1, and the part of it that its component passes on.

use anyhow::{Context as _, Result};
use wasm_encoder::reencode::{Reencode as _, RoundtripReencoder};
use wasm_encoder::{ImportSection, Section as _};
use wasmparser::{Import, Payload};
use wit_component::metadata::Bindgen;
use wit_component::{StringEncoding, embed_component_metadata};

use crate::binary;
use crate::embed::module::Module;
use crate::embed::preview1::SYSTEM;

/// The part of a module's exit status that its component tells the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Success or failure, by the function `exit` of `wasi:cli/exit`, which every host has.
    Success,
    /// The lower eight bits, as POSIX has it, by `exit-with-code`, which hosts have since WASI
    /// 0.2.12.
    Code,
}

/// The function by which a module of preview 1 exits.
const EXIT: &str = "proc_exit";

/// The interface for exiting in WASI 0.2, without its version.
const INTERFACE: &str = "wasi:cli/exit@";

/// Returns whether a module imports the function by which it exits.
pub(super) fn exits(module: &Module<'_>) -> bool {
    module.imports.iter().any(is_exit)
}

fn is_exit(import: &Import<'_>) -> bool {
    (import.module, import.name) == (SYSTEM, EXIT)
}

/// Replaces a module's import of `proc_exit` by `exit-with-code`: both take a number and return
/// nothing. The adapter would pass on success or failure only. The version of the interface is the
/// adapter's.
pub(super) fn with_code(module: &[u8], adapter: &[u8]) -> Result<Vec<u8>> {
    let adapter = Module::read(adapter)?;
    let mut versions =
        adapter.imports.iter().filter_map(|import| import.module.strip_prefix(INTERFACE));
    let version = versions.next().context("BUG: the adapter imports no exit")?;
    let interface = format!("{INTERFACE}{version}");
    let mut module = binary::rewrite(module, |payload, section, output| {
        let Payload::ImportSection(imports) = payload else {
            section.append_to(output);
            return Ok(());
        };
        let mut renamed = ImportSection::new();
        for import in imports.clone().into_imports() {
            let import = import?;
            let ty = RoundtripReencoder.entity_type(import.ty)?;
            if is_exit(&import) {
                renamed.import(&interface, "exit-with-code", ty);
            } else {
                renamed.import(import.module, import.name, ty);
            }
        }
        renamed.append_to(output);
        Ok(())
    })?;
    let world = format!(
        "package scratch:status;
        package wasi:cli@{version} {{
            interface exit {{ exit-with-code: func(status-code: u8); }}
        }}
        world program {{ import {interface}; }}"
    );
    // `Bindgen` provides `resolve`, since wit-component does not export its type.
    let Bindgen { mut resolve, .. } = Bindgen::default();
    let package = resolve.push_str("status.wit", &world)?;
    let world = resolve.select_world(&[package], Some("program"))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    Ok(module)
}
