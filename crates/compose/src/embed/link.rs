//! Linking: the program's core module and the filesystem's become one, with the memories of both.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use wasm_encoder::reencode::Reencode as _;
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, Function, FunctionSection, GlobalSection, ImportSection,
    Instruction, MemorySection, Section, StartSection, TableSection, TagSection, TypeSection,
};
use wasmparser::Import;

use crate::embed::access::{self, PROGRAM};
use crate::embed::begin;
use crate::embed::module::{Module, is_function};
use crate::embed::number::{index, offset, place};
use crate::embed::patch::{leb, patched};
use crate::embed::reach::{defined, reached};
use crate::embed::shift::{OfFilesystem, OfProgram, Target};
use crate::embed::{customs, names};

/// The two modules and their connections.
pub(super) struct Link<'l, 'a> {
    pub(super) program: &'l Module<'a>,
    /// The memory of the program's module that its addresses refer to.
    pub(super) memory: u32,
    pub(super) filesystem: &'l Module<'a>,
    pub(super) own: Own,
    /// The functions that the program's module imports and the filesystem answers. The key is the
    /// number of the import among imported functions, the value the name of the filesystem's
    /// export.
    pub(super) answers: &'l BTreeMap<u32, String>,
    /// The functions of the filesystem that the result exports.
    pub(super) exports: &'l [String],
    /// The functions that are put into the first table, which the program's module imports.
    pub(super) slots: &'l [InTable],
    /// The instruction with which the filesystem reads the number of the allocator.
    pub(super) realloc_number: Instruction<'static>,
    /// The function that decides about each import of the filesystem.
    pub(super) host: &'l dyn Fn(&Import<'_>) -> Host,
}

/// The place of the filesystem's own memory.
#[derive(Clone, Copy, Debug)]
pub(super) enum Own {
    /// After the program's memory, with its contents.
    Behind,
    /// The imported memory of this index, which is empty until the filesystem starts.
    Empty(u32),
}

/// A function that is put into a table.
#[derive(Clone, Debug)]
pub(super) enum InTable {
    /// An import of the program's module, by its number among imported functions.
    Import(u32),
    /// A function of the filesystem that the result exports.
    Export(String),
}

/// The replacement of an import of the filesystem.
pub(super) enum Host {
    /// An import of the result.
    Import { module: String, name: String },
    /// A function that only executes this instruction.
    Stub(Instruction<'static>),
}

/// The outcome of linking.
pub(super) struct Linked {
    pub(super) wasm: Vec<u8>,
    /// The imports that the program's module did not have: module and name.
    pub(super) added: Vec<(String, String)>,
}

impl Link<'_, '_> {
    pub(super) fn link(&self) -> Result<Linked> {
        ensure!(
            self.filesystem.imports.iter().all(|import| is_function(import.ty)),
            "the filesystem's module imports more than functions"
        );
        let wanted = self.answers.values().chain(self.exports);
        let wanted = wanted.map(|name| self.exported(name)).collect::<Result<Vec<_>>>()?;
        let live = reached(self.filesystem, wanted)?;
        let mut build = self.functions(&live)?;
        let wasm = self.write(&live, &mut build)?;
        Ok(Linked { wasm, added: build.added })
    }

    fn exported(&self, name: &str) -> Result<u32> {
        let found = self.filesystem.exported(name);
        found.with_context(|| format!("the filesystem's module does not export {name}"))
    }

    /// Numbers the functions of the result: imports, the program's, the filesystem's, stubs.
    fn functions(&self, live: &[bool]) -> Result<Build> {
        let (program, filesystem) = (self.program, self.filesystem);
        let mut build = Build {
            program: OfProgram { functions: Vec::new() },
            filesystem: OfFilesystem::behind(
                program,
                vec![Target::Dead; filesystem.functions.len()],
                match self.own {
                    Own::Behind => index(program.all_memories().len()),
                    Own::Empty(memory) => memory,
                },
            ),
            imports: ImportSection::new(),
            functions: FunctionSection::new(),
            made: Vec::new(),
            exported: BTreeMap::new(),
            added: Vec::new(),
        };
        let mut next = self.keep_imports(&mut build)?;
        let mut stubs = Vec::new();
        for (import, number) in filesystem.imported_functions().iter().zip(0_u32..) {
            if live[place(number)] {
                self.import(import, number, &mut next, &mut stubs, &mut build)?;
            }
        }
        for ty in &program.functions[place(program.imported())..] {
            build.functions.function(*ty);
            build.program.functions.push(next);
            next += 1;
        }
        for function in defined(filesystem, live) {
            let ty = filesystem.functions[place(function)];
            build.functions.function(build.filesystem.type_index(ty)?);
            build.filesystem.functions[place(function)] = Target::Function(next);
            next += 1;
        }
        for (function, instruction) in stubs {
            let ty = filesystem.functions[place(function)];
            build.functions.function(build.filesystem.type_index(ty)?);
            build.filesystem.functions[place(function)] = Target::Function(next);
            build.made.push(only(&instruction));
            next += 1;
        }
        if !filesystem.elements.is_empty()
            && let Some(ty) = filesystem.functions.first()
        {
            build.functions.function(build.filesystem.type_index(*ty)?);
            build.filesystem.trap = Some(next);
            build.made.push(only(&Instruction::Unreachable));
            next += 1;
        }
        self.begin(next, &mut build)?;
        for (import, name) in self.answers {
            let function = self.exported(name)?;
            build.program.functions[place(*import)] = build.filesystem.function_index(function)?;
        }
        Ok(build)
    }

    /// Finds the functions of the filesystem that are exported. If its memory is empty, makes the
    /// functions that start it.
    fn begin(&self, begin: u32, build: &mut Build) -> Result<()> {
        let filesystem = self.filesystem;
        let mut next = begin;
        if let Own::Empty(memory) = self.own {
            // The type after all others.
            build.functions.function(build.filesystem.type_index(filesystem.type_count())?);
            build.made.push(begin::begin(filesystem, memory, index(self.program.data.len()))?);
            next += 1;
        }
        for name in self.exports {
            let number = self.exported(name)?;
            let mut function = build.filesystem.function_index(number)?;
            if let Own::Empty(memory) = self.own
                && begin::can_be_first(name)
            {
                let ty = filesystem.functions[place(number)];
                build.functions.function(build.filesystem.type_index(ty)?);
                let parameters = index(filesystem.function_type(number)?.params().len());
                build.made.push(begin::after(begin, function, parameters, memory));
                function = next;
                next += 1;
            }
            build.exported.insert(name.clone(), function);
        }
        Ok(())
    }

    /// Writes the program's imports that stay, and returns the number of functions among them.
    fn keep_imports(&self, build: &mut Build) -> Result<u32> {
        let (mut number, mut next) = (0, 0);
        for import in &self.program.imports {
            if is_function(import.ty) {
                let answered = self.answers.contains_key(&number);
                number += 1;
                // The index of the answer is not known yet.
                build.program.functions.push(next);
                if answered {
                    continue;
                }
                next += 1;
            }
            let ty = build.program.entity_type(import.ty)?;
            build.imports.import(import.module, import.name, ty);
        }
        Ok(next)
    }

    /// Finds the replacement of a function that the filesystem imports.
    fn import(
        &self,
        import: &Import<'_>,
        number: u32,
        next: &mut u32,
        stubs: &mut Vec<(u32, Instruction<'static>)>,
        build: &mut Build,
    ) -> Result<()> {
        let own = build.filesystem.memory;
        let target = &mut build.filesystem.functions[place(number)];
        if import.module == PROGRAM {
            let instruction = match import.name {
                "realloc-number" => Some(self.realloc_number.clone()),
                name => access::instruction(name, self.memory, own),
            };
            if let Some(instruction) = instruction {
                *target = Target::Instruction(instruction);
                return Ok(());
            }
        }
        match (self.host)(import) {
            Host::Stub(instruction) => stubs.push((number, instruction)),
            Host::Import { module, name } => {
                let kept = self.kept((&module, &name), number, &build.program)?;
                *target = Target::Function(kept.unwrap_or(*next));
                if kept.is_none() {
                    let ty = self.filesystem.functions[place(number)];
                    let ty = build.filesystem.type_index(ty)?;
                    build.imports.import(&module, &name, EntityType::Function(ty));
                    build.added.push((module, name));
                    *next += 1;
                }
            }
        }
        Ok(())
    }

    /// Finds an import that the program keeps and that has the type of the filesystem's import.
    fn kept(&self, name: (&str, &str), own: u32, program: &OfProgram) -> Result<Option<u32>> {
        let ty = self.filesystem.function_type(own)?;
        for (import, number) in self.program.imported_functions().iter().zip(0_u32..) {
            if (import.module, import.name) == name
                && !self.answers.contains_key(&number)
                && self.program.function_type(number)? == ty
            {
                return Ok(Some(program.functions[place(number)]));
            }
        }
        Ok(None)
    }

    fn write(&self, live: &[bool], build: &mut Build) -> Result<Vec<u8>> {
        let (program, filesystem) = (self.program, self.filesystem);
        let (first, second) = (&mut build.program, &mut build.filesystem);
        let mut whole = wasm_encoder::Module::new();

        let mut types = TypeSection::new();
        for group in &program.types {
            first.parse_recursive_type_group(types.ty(), group.clone())?;
        }
        for group in &filesystem.types {
            second.parse_recursive_type_group(types.ty(), group.clone())?;
        }
        if let Own::Empty(_) = self.own {
            types.ty().function([], []);
        }
        whole.section(&types).section(&build.imports).section(&build.functions);

        let mut tables = TableSection::new();
        for table in &program.tables {
            first.parse_table(&mut tables, table.clone())?;
        }
        for table in &filesystem.tables {
            second.parse_table(&mut tables, table.clone())?;
        }
        put(&mut whole, &tables, tables.is_empty());

        let mut memories = MemorySection::new();
        for memory in &program.memories {
            memories.memory(first.memory_type(*memory)?);
        }
        if let Own::Behind = self.own {
            for memory in &filesystem.memories {
                memories.memory(second.memory_type(*memory)?);
            }
        }
        put(&mut whole, &memories, memories.is_empty());

        let mut tags = TagSection::new();
        for tag in &program.tags {
            tags.tag(first.tag_type(*tag)?);
        }
        for tag in &filesystem.tags {
            tags.tag(second.tag_type(*tag)?);
        }
        put(&mut whole, &tags, tags.is_empty());

        let mut globals = GlobalSection::new();
        for global in &program.globals {
            first.parse_global(&mut globals, global.clone())?;
        }
        for global in &filesystem.globals {
            second.parse_global(&mut globals, global.clone())?;
        }
        put(&mut whole, &globals, globals.is_empty());

        let mut exports = ExportSection::new();
        for export in &program.exports {
            first.parse_export(&mut exports, *export)?;
        }
        for (name, function) in &build.exported {
            exports.export(name, ExportKind::Func, *function);
        }
        put(&mut whole, &exports, exports.is_empty());

        ensure!(filesystem.start.is_none(), "the filesystem's module has a start function");
        if let Some(start) = program.start {
            whole.section(&StartSection { function_index: first.function_index(start)? });
        }

        let mut elements = ElementSection::new();
        for element in &program.elements {
            first.parse_element(&mut elements, element.clone())?;
        }
        for element in &filesystem.elements {
            second.parse_element(&mut elements, element.clone())?;
        }
        if !self.slots.is_empty() {
            let slots = self.slots.iter().map(|slot| match slot {
                InTable::Import(import) => Some(first.functions[place(*import)]),
                InTable::Export(name) => build.exported.get(name).copied(),
            });
            let slots =
                slots.collect::<Option<Vec<u32>>>().context("what is in a slot is there")?;
            let functions = Elements::Functions(slots.into());
            elements.active(Some(0), &ConstExpr::i32_const(0), functions);
        }
        put(&mut whole, &elements, elements.is_empty());

        let is_empty = matches!(self.own, Own::Empty(_));
        if program.counts_data || filesystem.counts_data || is_empty {
            let count = index(program.data.len() + filesystem.data.len());
            whole.section(&DataCountSection { count });
        }
        let moved = self.write_code(live, build, &mut whole)?;

        let (first, second) = (&mut build.program, &mut build.filesystem);
        let mut data = DataSection::new();
        for segment in &program.data {
            first.parse_data(&mut data, segment.clone())?;
        }
        for segment in &filesystem.data {
            match self.own {
                Own::Behind => second.parse_data(&mut data, segment.clone())?,
                Own::Empty(_) => {
                    data.passive(segment.data.iter().copied());
                }
            }
        }
        put(&mut whole, &data, data.is_empty());

        customs::write(&mut whole, program, moved);
        names::write(&mut whole, (program, first), (filesystem, second))?;
        Ok(whole.finish())
    }

    /// Writes the code, the program's unchanged and first. Returns whether it moved within the
    /// section.
    fn write_code(
        &self,
        live: &[bool],
        build: &mut Build,
        whole: &mut wasm_encoder::Module,
    ) -> Result<bool> {
        let Build { program: first, filesystem: second, made, functions, .. } = build;
        let mut code = CodeSection::new();
        let mut moved = false;
        // Positions are counted from the start of the section's contents, which begin with the
        // count.
        let mut position = leb(functions.len(), 1).len();
        for body in &self.program.bodies {
            let copy = patched(body, |function| first.functions[place(function)])?;
            position += leb(index(copy.len()), 1).len();
            let before = offset(body.range().start - self.program.code);
            moved |= position != before || copy.len() != body.as_bytes().len();
            position += copy.len();
            code.raw(&copy);
        }
        for function in defined(self.filesystem, live) {
            let body = &self.filesystem.bodies[place(function - self.filesystem.imported())];
            second.parse_function_body(&mut code, body.clone())?;
        }
        for function in made {
            code.function(function);
        }
        put(whole, &code, code.is_empty());
        Ok(moved)
    }
}

/// The parts of the result that depend on the numbers of functions.
struct Build {
    program: OfProgram,
    filesystem: OfFilesystem,
    imports: ImportSection,
    functions: FunctionSection,
    /// The functions that neither module has.
    made: Vec<Function>,
    /// The functions of the filesystem that the result exports.
    exported: BTreeMap<String, u32>,
    added: Vec<(String, String)>,
}

/// Makes a function that only executes this instruction.
fn only(instruction: &Instruction<'_>) -> Function {
    let mut function = Function::new([]);
    function.instruction(instruction).instruction(&Instruction::End);
    function
}

/// Writes a section, unless it is empty.
fn put(whole: &mut wasm_encoder::Module, section: &impl Section, empty: bool) {
    if !empty {
        whole.section(section);
    }
}
