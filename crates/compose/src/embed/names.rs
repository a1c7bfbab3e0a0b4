//! The name section of a linked module.

use std::collections::BTreeMap;

use anyhow::Result;
use wasm_encoder::reencode::Reencode as _;
use wasm_encoder::{NameMap, NameSection};
use wasmparser::{KnownCustom, Name};

use crate::embed::module::Module;
use crate::embed::number::place;
use crate::embed::shift::{OfFilesystem, OfProgram, Target};

/// Writes the names of the program, and the names of the filesystem's functions if it has any.
pub(super) fn write(
    whole: &mut wasm_encoder::Module,
    (program, first): (&Module<'_>, &mut OfProgram),
    (filesystem, second): (&Module<'_>, &OfFilesystem),
) -> Result<()> {
    let mut functions = BTreeMap::new();
    for (function, name) in function_names(program)? {
        if let Some(function) = first.functions.get(place(function)) {
            functions.entry(*function).or_insert(name);
        }
    }
    for (function, name) in function_names(filesystem)? {
        if let Some(Target::Function(function)) = second.functions.get(place(function)) {
            functions.entry(*function).or_insert(name);
        }
    }
    let mut map = NameMap::new();
    for (function, name) in functions {
        map.append(function, name);
    }
    let mut section = NameSection::new();
    let names = names(program);
    // The format requires the module's name first and the functions' names second.
    for name in &names {
        if let Name::Module { name, .. } = name {
            section.module(name);
        }
    }
    if !map.is_empty() {
        section.functions(&map);
    }
    for name in names {
        if !matches!(name, Name::Module { .. } | Name::Function(_)) {
            // The subsection with the name of a function that does not exist is left out.
            let _ = first.parse_custom_name_subsection(&mut section, name);
        }
    }
    whole.section(&section);
    Ok(())
}

/// Lists the subsections of the names that can be read. Names are notes, so that a damaged one does
/// not make the program invalid.
fn names<'a>(module: &Module<'a>) -> Vec<Name<'a>> {
    let sections = module.customs.iter().filter_map(|section| match section.as_known() {
        KnownCustom::Name(names) => Some(names),
        _ => None,
    });
    sections.flatten().filter_map(Result::ok).filter(readable).collect()
}

fn readable(name: &Name<'_>) -> bool {
    match name {
        Name::Module { .. } | Name::Unknown { .. } => true,
        Name::Local(map) | Name::Label(map) | Name::Field(map) => map
            .clone()
            .into_iter()
            .all(|names| names.is_ok_and(|names| names.names.into_iter().all(|name| name.is_ok()))),
        Name::Function(map)
        | Name::Type(map)
        | Name::Table(map)
        | Name::Memory(map)
        | Name::Global(map)
        | Name::Element(map)
        | Name::Data(map)
        | Name::Tag(map) => map.clone().into_iter().all(|name| name.is_ok()),
    }
}

fn function_names<'a>(module: &Module<'a>) -> Result<Vec<(u32, &'a str)>> {
    let mut functions = Vec::new();
    for name in names(module) {
        if let Name::Function(map) = name {
            for naming in map {
                let naming = naming?;
                functions.push((naming.index, naming.name));
            }
        }
    }
    Ok(functions)
}
