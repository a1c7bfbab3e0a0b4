//! Re-encoding of the two modules that are linked. In the program's module the indices of functions
//! change; in the filesystem's module all indices do.

use std::{error, fmt};

use wasm_encoder::Instruction;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasmparser::{Operator, OperatorsReader, TypeRef};

use crate::embed::module::Module;
use crate::embed::number::{index, place};

/// A use of a function that linking does not support.
#[derive(Debug)]
pub(super) struct Misused(u32);

impl fmt::Display for Misused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "function {} is used as a value", self.0)
    }
}

impl error::Error for Misused {}

/// The program's module. It comes first, so that only functions move.
pub(super) struct OfProgram {
    /// The new index of each function.
    pub(super) functions: Vec<u32>,
}

impl Reencode for OfProgram {
    type Error = Misused;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Misused>> {
        let found = self.functions.get(place(function));
        found.copied().ok_or(Error::UserError(Misused(function)))
    }
}

/// A function of the filesystem's module after linking.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Function(u32),
    /// An instruction that takes the place of each call.
    Instruction(Instruction<'static>),
    /// A function that no live function calls.
    Dead,
}

/// The filesystem's module. Everything in it comes after the program's, except its memory if the
/// program's module imports that.
pub(super) struct OfFilesystem {
    pub(super) functions: Vec<Target>,
    /// A function that traps, which replaces dead functions in tables.
    pub(super) trap: Option<u32>,
    types: u32,
    tables: u32,
    /// The index of the filesystem's own memory.
    pub(super) memory: u32,
    globals: u32,
    tags: u32,
    data: u32,
    elements: u32,
}

impl OfFilesystem {
    pub(super) fn behind(program: &Module<'_>, functions: Vec<Target>, memory: u32) -> Self {
        let imported = |of| program.count(of);
        Self {
            functions,
            trap: None,
            types: program.type_count(),
            tables: imported(|ty| matches!(ty, TypeRef::Table(_))) + index(program.tables.len()),
            memory,
            globals: imported(|ty| matches!(ty, TypeRef::Global(_))) + index(program.globals.len()),
            tags: imported(|ty| matches!(ty, TypeRef::Tag(_))) + index(program.tags.len()),
            data: index(program.data.len()),
            elements: index(program.elements.len()),
        }
    }
}

impl Reencode for OfFilesystem {
    type Error = Misused;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Misused>> {
        let target = match self.functions.get(place(function)) {
            Some(Target::Function(target)) => Some(*target),
            Some(Target::Dead) => self.trap,
            _ => None,
        };
        target.ok_or(Error::UserError(Misused(function)))
    }

    fn type_index(&mut self, ty: u32) -> Result<u32, Error<Misused>> {
        Ok(ty + self.types)
    }

    fn table_index(&mut self, table: u32) -> Result<u32, Error<Misused>> {
        Ok(table + self.tables)
    }

    fn memory_index(&mut self, memory: u32) -> Result<u32, Error<Misused>> {
        Ok(memory + self.memory)
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error<Misused>> {
        Ok(global + self.globals)
    }

    fn tag_index(&mut self, tag: u32) -> Result<u32, Error<Misused>> {
        Ok(tag + self.tags)
    }

    fn data_index(&mut self, data: u32) -> Result<u32, Error<Misused>> {
        Ok(data + self.data)
    }

    fn element_index(&mut self, element: u32) -> Result<u32, Error<Misused>> {
        Ok(element + self.elements)
    }

    fn parse_instruction<'a>(
        &mut self,
        reader: &mut OperatorsReader<'a>,
    ) -> Result<Instruction<'a>, Error<Misused>> {
        let operator = reader.read()?;
        if let Operator::Call { function_index } = operator
            && let Some(Target::Instruction(instruction)) =
                self.functions.get(place(function_index))
        {
            return Ok(instruction.clone());
        }
        utils::instruction(self, operator)
    }
}
