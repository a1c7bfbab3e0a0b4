//! A core module, split into the lists in its sections.

use anyhow::{Context as _, Result};
use wasmparser::{
    CompositeInnerType, CustomSectionReader, Data, Element, Export, ExternalKind, FuncType,
    FunctionBody, Global, Import, MemoryType, Parser, Payload, RecGroup, Table, TagType, TypeRef,
};

use crate::embed::number::{index, place};

/// A core module. Precondition: it was validated before it was read.
#[derive(Default)]
pub(super) struct Module<'a> {
    pub(super) types: Vec<RecGroup>,
    pub(super) imports: Vec<Import<'a>>,
    /// The types of all functions, imported ones first.
    pub(super) functions: Vec<u32>,
    pub(super) tables: Vec<Table<'a>>,
    pub(super) memories: Vec<MemoryType>,
    pub(super) globals: Vec<Global<'a>>,
    pub(super) tags: Vec<TagType>,
    pub(super) exports: Vec<Export<'a>>,
    pub(super) start: Option<u32>,
    pub(super) elements: Vec<Element<'a>>,
    pub(super) bodies: Vec<FunctionBody<'a>>,
    /// The offset at which the contents of the code section begin.
    pub(super) code: u64,
    pub(super) counts_data: bool,
    pub(super) data: Vec<Data<'a>>,
    pub(super) customs: Vec<CustomSectionReader<'a>>,
}

impl<'a> Module<'a> {
    pub(super) fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            module.add(payload?)?;
        }
        Ok(module)
    }

    fn add(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::TypeSection(section) => extend(&mut self.types, section)?,
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if let TypeRef::Func(ty) | TypeRef::FuncExact(ty) = import.ty {
                        self.functions.push(ty);
                    }
                    self.imports.push(import);
                }
            }
            Payload::FunctionSection(section) => extend(&mut self.functions, section)?,
            Payload::TableSection(section) => extend(&mut self.tables, section)?,
            Payload::MemorySection(section) => extend(&mut self.memories, section)?,
            Payload::GlobalSection(section) => extend(&mut self.globals, section)?,
            Payload::TagSection(section) => extend(&mut self.tags, section)?,
            Payload::ExportSection(section) => extend(&mut self.exports, section)?,
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => extend(&mut self.elements, section)?,
            Payload::DataCountSection { .. } => self.counts_data = true,
            Payload::CodeSectionStart { range, .. } => self.code = range.start,
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(section) => extend(&mut self.data, section)?,
            Payload::CustomSection(section) => self.customs.push(section),
            _ => {}
        }
        Ok(())
    }

    /// Returns the imported functions. Their positions are the functions' indices.
    pub(super) fn imported_functions(&self) -> Vec<Import<'a>> {
        let functions = self.imports.iter().filter(|it| is_function(it.ty));
        functions.copied().collect()
    }

    /// Returns the number of imported functions.
    pub(super) fn imported(&self) -> u32 {
        index(self.functions.len() - self.bodies.len())
    }

    /// Returns the number of imports of a kind.
    pub(super) fn count(&self, of: fn(TypeRef) -> bool) -> u32 {
        index(self.imports.iter().filter(|import| of(import.ty)).count())
    }

    /// Finds a function that the module exports.
    pub(super) fn exported(&self, name: &str) -> Option<u32> {
        let found = self.exports.iter().find(|it| it.kind == ExternalKind::Func && it.name == name);
        found.map(|export| export.index)
    }

    /// Finds the memory that the module exports by the name `memory`.
    pub(super) fn exported_memory(&self) -> Option<u32> {
        let is_memory = |it: &&Export<'_>| it.kind == ExternalKind::Memory && it.name == "memory";
        self.exports.iter().find(is_memory).map(|export| export.index)
    }

    /// Returns the type of a function.
    pub(super) fn function_type(&self, function: u32) -> Result<&FuncType> {
        let ty = *self.functions.get(place(function)).context("there is no such function")?;
        self.type_at(ty)
    }

    /// Returns the type of that index, which is a function type.
    pub(super) fn type_at(&self, ty: u32) -> Result<&FuncType> {
        let mut types = self.types.iter().flat_map(RecGroup::types);
        match &types.nth(place(ty)).context("there is no such type")?.composite_type.inner {
            CompositeInnerType::Func(ty) => Ok(ty),
            _ => anyhow::bail!("the type of a function is another one"),
        }
    }

    /// Returns whether a type is alone in its group, has no supertype and can have no subtypes.
    /// Only such types are equal if they look equal.
    pub(super) fn is_single(&self, ty: u32) -> bool {
        let mut types = self.types.iter().flat_map(|group| {
            let single = group.types().len() == 1;
            group.types().map(move |ty| single && ty.is_final && ty.supertype_idx.is_none())
        });
        types.nth(place(ty)).unwrap_or(false)
    }

    /// Returns the number of types.
    pub(super) fn type_count(&self) -> u32 {
        index(self.types.iter().map(|group| group.types().len()).sum())
    }

    /// Returns all memories, imported ones first.
    pub(super) fn all_memories(&self) -> Vec<MemoryType> {
        let imported = self.imports.iter().filter_map(|import| match import.ty {
            TypeRef::Memory(memory) => Some(memory),
            _ => None,
        });
        imported.chain(self.memories.iter().copied()).collect()
    }
}

/// Returns whether an import is a function.
pub(super) fn is_function(ty: TypeRef) -> bool {
    matches!(ty, TypeRef::Func(_) | TypeRef::FuncExact(_))
}

fn extend<T>(
    into: &mut Vec<T>,
    section: impl IntoIterator<Item = wasmparser::Result<T>>,
) -> Result<()> {
    for item in section {
        into.push(item?);
    }
    Ok(())
}
