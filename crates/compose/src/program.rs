//! The checks of a program before anything is put under it.

use anyhow::{Context as _, Result, bail, ensure};
use wasmparser::{Encoding, Parser, Payload, Validator, WasmFeatures};

use crate::binary;
use crate::error::Error as Refusal;
use crate::plug::{CLEANUP, SPACE_FILES, USAGE};

/// The interface that the library's component exports. A composition with it does not.
const TEMPFILE: &str = "scratch:tempfile/tempfile@";

/// The kinds of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A component of WASI 0.2.
    Component,
    /// A core module of WASI preview 1.
    Module,
}

/// A valid program that was not composed before.
pub(crate) struct Program {
    pub(crate) kind: Kind,
    imports: Vec<String>,
}

impl Program {
    /// Checks the bytes of a program.
    ///
    /// # Errors
    /// They are not a valid program, or the program was composed already.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let kind = kind(bytes)?;
        let whole = Validator::new_with_features(WasmFeatures::all()).validate_all(bytes);
        if kind == Kind::Module {
            whole.context("the module is truncated or damaged; build it again")?;
            ensure_preview1(bytes)?;
            return Ok(Self { kind, imports: Vec::new() });
        }
        whole.context("the component is truncated or damaged; build it again")?;
        let exports = binary::exports(bytes)?;
        ensure!(
            !exports.is_empty(),
            "the component exports nothing that could be run; if it is truncated, build it again"
        );
        let has = |name: &str| exports.iter().any(|export| export.starts_with(name));
        // The library's own component exports both, and a filesystem can be put under it.
        let handed_on = [
            (USAGE, has(USAGE)),
            (SPACE_FILES, has(SPACE_FILES)),
            (CLEANUP, has(CLEANUP) && !has(TEMPFILE)),
        ];
        if let Some((name, _)) = handed_on.iter().find(|(_, found)| *found) {
            bail!(
                "it is a composition already, which exports {name}; give the program that it was \
                made from"
            );
        }
        Ok(Self { kind, imports: binary::imports(bytes)? })
    }

    pub(crate) fn imports(&self, prefix: &str) -> bool {
        self.imports.iter().any(|import| import.starts_with(prefix))
    }
}

/// Tells a component from a core module, by the first bytes.
///
/// # Errors
/// [`Error::Program`]: it is neither.
///
/// [`Error::Program`]: Refusal::Program
///
/// # Example
/// ```
/// use scratch_compose::{Kind, kind_of};
///
/// assert_eq!(kind_of(b"\0asm\x01\0\0\0")?, Kind::Module);
/// assert!(kind_of(b"not WebAssembly").is_err());
/// # Ok::<(), scratch_compose::Error>(())
/// ```
pub fn kind_of(bytes: &[u8]) -> std::result::Result<Kind, Refusal> {
    kind(bytes).map_err(Refusal::program)
}

fn kind(bytes: &[u8]) -> Result<Kind> {
    const BUILD: &str = "give a component, such as `cargo build --target wasm32-wasip2` makes";
    ensure!(!bytes.is_empty(), "the file is empty and no WebAssembly; {BUILD}");
    ensure!(bytes.starts_with(b"\0asm"), "it is not WebAssembly; {BUILD}");
    let version = Parser::new(0).parse_all(bytes).next();
    match version.context("it has no header")?.context("its header is damaged")? {
        Payload::Version { encoding: Encoding::Component, .. } => Ok(Kind::Component),
        _ => Ok(Kind::Module),
    }
}

/// Refuses a core module that is no program of WASI preview 1.
fn ensure_preview1(module: &[u8]) -> Result<()> {
    for payload in Parser::new(0).parse_all(module) {
        let Payload::ImportSection(section) = payload? else { continue };
        for import in section.into_imports() {
            if import?.module.starts_with("wasi") {
                return Ok(());
            }
        }
    }
    bail!(
        "it imports nothing of wasi_snapshot_preview1, and is a core module and no component; give \
        a component, such as `cargo build --target wasm32-wasip2` makes"
    )
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        Component, ComponentExportKind, ComponentExportSection, ComponentInstanceSection, Module,
    };

    use super::Program;

    /// A component that exports empty interfaces.
    fn exporting(names: &[&str]) -> Vec<u8> {
        let mut component = Component::new();
        let mut instances = ComponentInstanceSection::new();
        instances.export_items::<&str, _>([]);
        component.section(&instances);
        let mut exports = ComponentExportSection::new();
        for name in names {
            exports.export(*name, ComponentExportKind::Instance, 0, None);
        }
        component.section(&exports);
        component.finish()
    }

    #[track_caller]
    fn assert_refused(bytes: &[u8], part: &str) {
        let refusal = Program::read(bytes).err().expect("it is refused");
        let refusal = format!("{refusal:#}");
        assert!(refusal.contains(part), "{part:?} is missing in: {refusal}");
    }

    #[test]
    fn what_is_no_component_is_named() {
        assert_refused(b"", "empty");
        assert_refused(b"\0as", "not WebAssembly");
        assert_refused(b"#!/bin/sh\n", "not WebAssembly");
        assert_refused(b"\0asm", "header is damaged");
        assert_refused(b"\0asm\xff\xff\xff\xff", "header is damaged");
        assert_refused(&Module::new().finish(), "core module");
    }

    #[test]
    fn a_component_without_its_end_is_refused_wherever_it_is_cut() {
        let whole = exporting(&["test:program/run"]);
        Program::read(&whole).unwrap();
        for length in 0..whole.len() {
            assert!(Program::read(&whole[..length]).is_err(), "{length} of {}", whole.len());
        }
        assert_refused(&whole[..whole.len() - 1], "truncated");
        assert_refused(&Component::new().finish(), "exports nothing");
    }

    #[test]
    fn a_composition_is_refused_and_the_library_is_none() {
        let (tempfile, cleanup) =
            ("scratch:tempfile/tempfile@0.1.0", "scratch:tempfile/cleanup@0.1.0");
        let usage = "scratch:space/usage@0.1.0";
        for composition in [&["test:program/run", cleanup][..], &[usage], &[tempfile, usage]] {
            assert_refused(&exporting(composition), "composition already");
        }
        Program::read(&exporting(&[tempfile, cleanup])).unwrap();
    }
}
