//! Composition: a program that imports `scratch:tempfile` becomes one that does not.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use wac_graph::types::{Package, are_semver_compatible};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

use crate::components;

/// Handed on by the composition, so that whoever runs it can remove what is owed.
pub const CLEANUP: &str = "scratch:tempfile/cleanup@0.1.0";

/// The program with the library's exports as its imports. The composition exports what the
/// program does, and [`CLEANUP`] of the very library instance that serves the program.
///
/// # Errors
/// One of them is no component, the program uses nothing of the library, or types differ.
pub fn plug(program: &[u8], library: &[u8]) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let program = register(&mut graph, "program", program)?;
    let library = register(&mut graph, "library", library)?;

    let imported: Vec<String> = {
        let world = &graph.types()[graph[program].ty()];
        world.imports.keys().cloned().collect()
    };
    let exported: Vec<String> = {
        let world = &graph.types()[graph[library].ty()];
        world.exports.keys().cloned().collect()
    };
    let served = |import: &String| {
        let same = exported.iter().find(|export| *export == import);
        let export =
            same.or_else(|| exported.iter().find(|export| are_semver_compatible(export, import)));
        Some((import.clone(), export?.clone()))
    };
    let pairs: Vec<(String, String)> = imported.iter().filter_map(served).collect();
    anyhow::ensure!(!pairs.is_empty(), "the program imports nothing that the library exports");

    let caller = graph.instantiate(program);
    let callee = graph.instantiate(library);
    for (import, export) in pairs {
        let value = graph.alias_instance_export(callee, &export)?;
        graph
            .set_instantiation_argument(caller, &import, value)
            .with_context(|| format!("the library's {export} does not fit the program"))?;
    }
    let offered: Vec<String> = {
        let world = &graph.types()[graph[program].ty()];
        world.exports.keys().cloned().collect()
    };
    for name in offered {
        hand_on(&mut graph, caller, &name)?;
    }
    hand_on(&mut graph, callee, CLEANUP)?;
    Ok(graph.encode(EncodeOptions::default())?)
}

/// Composes the program in a file with a shipped library, `tempfile` or `tempfile-audited`, into a
/// file.
///
/// # Errors
/// As [`plug`] and [`components::build`], or a file cannot be read or written.
pub fn plug_file(program: &Path, library: &str, output: &Path) -> Result<()> {
    let bytes = fs::read(program).with_context(|| format!("reading {}", program.display()))?;
    let composition = plug(&bytes, &fs::read(components::build(library)?)?)
        .with_context(|| format!("composing {} with {library}.wasm", program.display()))?;
    fs::write(output, composition).with_context(|| format!("writing {}", output.display()))
}

fn register(graph: &mut CompositionGraph, name: &str, bytes: &[u8]) -> Result<PackageId> {
    let package = Package::from_bytes(name, None, bytes, graph.types_mut())
        .with_context(|| format!("the {name} is no component"))?;
    Ok(graph.register_package(package)?)
}

fn hand_on(graph: &mut CompositionGraph, from: NodeId, name: &str) -> Result<()> {
    let value = graph.alias_instance_export(from, name)?;
    graph.export(value, name)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        Component, ComponentExportKind, ComponentExportSection, ComponentImportSection,
        ComponentInstanceSection, ComponentTypeRef, ComponentTypeSection, InstanceType,
    };
    use wasmparser::{Parser, Payload};

    use super::{CLEANUP, plug};
    use crate::binary;

    const TEMPFILE: &str = "scratch:tempfile/tempfile@0.1.0";
    const RUN: &str = "test:program/run@0.1.0";
    const RANDOM: &str = "wasi:random/random@0.2.12";

    /// Interfaces without functions: enough to see who is wired to whom.
    fn component(imported: &[&str], exported: &[&str]) -> Vec<u8> {
        let mut component = Component::new();
        let mut types = ComponentTypeSection::new();
        let mut imports = ComponentImportSection::new();
        // wac takes two imports of one type for the same interface: each has a type of its own.
        for (name, index) in imported.iter().zip(0..) {
            types.instance(&InstanceType::new());
            imports.import(*name, ComponentTypeRef::Instance(index));
        }
        component.section(&types);
        component.section(&imports);
        let mut instances = ComponentInstanceSection::new();
        instances.export_items::<&str, _>([]);
        component.section(&instances);
        let instance = u32::try_from(imported.len()).unwrap();
        let mut exports = ComponentExportSection::new();
        for name in exported {
            exports.export(*name, ComponentExportKind::Instance, instance, None);
        }
        component.section(&exports);
        component.finish()
    }

    /// What the outermost component exports; its section comes after those of the ones within.
    fn exports(component: &[u8]) -> Vec<String> {
        let sections = Parser::new(0).parse_all(component).filter_map(|payload| match payload {
            Ok(Payload::ComponentExportSection(section)) => Some(section),
            _ => None,
        });
        let last = sections.last().into_iter().flatten();
        last.map(|export| export.unwrap().name.name.to_owned()).collect()
    }

    #[test]
    fn a_composition_exports_the_program_and_the_librarys_cleanup() {
        let program = component(&[TEMPFILE], &[RUN]);
        let library = component(&[RANDOM], &[TEMPFILE, CLEANUP]);
        let composition = plug(&program, &library).unwrap();
        let mut names = exports(&composition);
        names.sort();
        assert_eq!(names, [CLEANUP, RUN]);
    }

    #[test]
    fn a_composition_imports_what_both_need_of_the_host_and_nothing_of_the_library() {
        let clocks = "wasi:clocks/wall-clock@0.2.12";
        let program = component(&[TEMPFILE, RANDOM, clocks], &[RUN]);
        let library = component(&[RANDOM], &[TEMPFILE, CLEANUP]);
        let mut imports = binary::imports(&plug(&program, &library).unwrap()).unwrap();
        imports.sort();
        assert_eq!(imports, [clocks, RANDOM]);
    }

    #[test]
    fn a_program_that_uses_nothing_of_the_library_is_refused() {
        let error = plug(&component(&[RANDOM], &[RUN]), &component(&[], &[TEMPFILE, CLEANUP]));
        assert!(error.unwrap_err().to_string().contains("imports nothing"));
    }

    #[test]
    fn a_library_without_cleanup_is_refused() {
        let error = plug(&component(&[TEMPFILE], &[RUN]), &component(&[], &[TEMPFILE]));
        assert!(error.unwrap_err().to_string().contains(CLEANUP));
    }
}
