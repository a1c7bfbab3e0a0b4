//! Two small core modules.
//!
//! The thunks are functions that exist before the filesystem can be instantiated, or that choose by
//! the handle of a call. They make indirect calls through a table. The filesystem's module fills
//! the table if all its functions exist by then. The module of the thunks also has the filesystem's
//! memory.
//!
//! The other module fills a part of the table with the functions that exist: before a start
//! function of the program, which may call a thunk, and at the end if the filesystem was
//! instantiated earlier.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    Instruction, MemorySection, MemoryType, Module, RefType, TableSection, TableType, TypeSection,
    ValType,
};

use crate::embed::number::index;
use crate::embed::signature::Signature;

/// The bit that marks handles of the filesystem. Handles of a host are below 2^28.
const OURS: i32 = 1 << 30;

/// The name of the exported table.
pub(super) const TABLE: &str = "table";
pub(super) const NUMBER: &str = "realloc-number";
pub(super) const OWN: &str = "own-memory";

/// A function of the thunks' module. It calls functions in slots of the table.
pub(super) struct Thunk {
    pub(super) name: String,
    pub(super) signature: Signature,
    /// The number of the allocator, which the filesystem reads.
    pub(super) number: Option<u32>,
    pub(super) call: Call,
}

/// A choice of the function to call.
pub(super) enum Call {
    Always {
        slot: u32,
    },
    /// The slot of the filesystem if the handle is the filesystem's, and otherwise that of the
    /// host.
    ByHandle {
        ours: u32,
        host: u32,
        second: Option<u32>,
    },
    /// The slot at the distance of the first parameter from this one. The other parameters are
    /// passed on.
    Counted {
        first: u32,
    },
    /// A trap.
    Never,
}

/// Function types without duplicates.
#[derive(Default)]
pub(super) struct Types {
    pub(super) section: TypeSection,
    known: Vec<Signature>,
}

impl Types {
    /// Returns the index of a type.
    pub(super) fn index(&mut self, signature: &Signature) -> u32 {
        if let Some(known) = self.known.iter().position(|it| it == signature) {
            return index(known);
        }
        let Signature { parameters, results } = signature;
        self.section.ty().function(parameters.iter().copied(), results.iter().copied());
        self.known.push(signature.clone());
        index(self.known.len() - 1)
    }
}

/// Encodes the module of thunks with an empty table of the given number of slots, and a memory.
pub(super) fn module(thunks: &[Thunk], slots: u32, memory: MemoryType) -> Vec<u8> {
    let mut types = Types::default();
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    let mut exports = ExportSection::new();
    for (thunk, number) in thunks.iter().zip(0..) {
        functions.function(types.index(&thunk.signature));
        code.function(&body(thunk, &mut types));
        exports.export(&thunk.name, ExportKind::Func, number);
    }
    exports.export(TABLE, ExportKind::Table, 0);
    exports.export(NUMBER, ExportKind::Global, 0);
    exports.export(OWN, ExportKind::Memory, 0);
    let mut tables = TableSection::new();
    tables.table(table(slots));
    let mut memories = MemorySection::new();
    memories.memory(memory);
    let mut globals = GlobalSection::new();
    let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(ty, &ConstExpr::i32_const(0));
    let mut module = Module::new();
    module.section(&types.section).section(&functions).section(&tables);
    module.section(&memories).section(&globals).section(&exports).section(&code);
    module.finish()
}

fn body(thunk: &Thunk, types: &mut Types) -> Function {
    let mut function = Function::new([]);
    let parameters = 0..index(thunk.signature.parameters.len());
    let mut calls = |slot: u32, function: &mut Function| {
        for parameter in parameters.clone() {
            function.instruction(&Instruction::LocalGet(parameter));
        }
        function.instruction(&Instruction::I32Const(slot.cast_signed()));
        let type_index = types.index(&thunk.signature);
        function.instruction(&Instruction::CallIndirect { type_index, table_index: 0 });
    };
    let announce = |function: &mut Function| {
        if let Some(number) = thunk.number {
            function.instruction(&Instruction::I32Const(number.cast_signed()));
            function.instruction(&Instruction::GlobalSet(0));
        }
    };
    match thunk.call {
        Call::Never => {
            function.instruction(&Instruction::Unreachable);
        }
        Call::Always { slot } => {
            announce(&mut function);
            calls(slot, &mut function);
        }
        Call::ByHandle { ours, host, second } => {
            function.instruction(&Instruction::LocalGet(0));
            if let Some(second) = second {
                function.instruction(&Instruction::LocalGet(second));
                function.instruction(&Instruction::I32Or);
            }
            function.instruction(&Instruction::I32Const(OURS));
            function.instruction(&Instruction::I32And);
            let result = thunk.signature.results.first();
            let ty = result.map_or(BlockType::Empty, |ty| BlockType::Result(*ty));
            function.instruction(&Instruction::If(ty));
            announce(&mut function);
            calls(ours, &mut function);
            function.instruction(&Instruction::Else);
            calls(host, &mut function);
            function.instruction(&Instruction::End);
        }
        Call::Counted { first } => {
            let Signature { parameters, results } = &thunk.signature;
            let rest = Signature { parameters: parameters[1..].to_vec(), results: results.clone() };
            for parameter in 1..index(parameters.len()) {
                function.instruction(&Instruction::LocalGet(parameter));
            }
            function.instruction(&Instruction::LocalGet(0));
            function.instruction(&Instruction::I32Const(first.cast_signed()));
            function.instruction(&Instruction::I32Add);
            let type_index = types.index(&rest);
            function.instruction(&Instruction::CallIndirect { type_index, table_index: 0 });
        }
    }
    function.instruction(&Instruction::End);
    function
}

/// Encodes a module that imports the table and one function for each of the given slots, and puts
/// the functions into their slots. The table has `all` slots.
pub(super) fn fill(slots: &[(u32, &Signature)], all: u32) -> Vec<u8> {
    let mut types = Types::default();
    let (mut imports, mut elements) = (ImportSection::new(), ElementSection::new());
    imports.import("", TABLE, table(all));
    for (slot, signature) in slots {
        let ty = types.index(signature);
        imports.import("", &slot.to_string(), EntityType::Function(ty));
    }
    // Slots with consecutive numbers share a segment.
    let mut numbered = slots.iter().map(|(slot, _)| *slot).zip(0_u32..).peekable();
    while let Some((first, function)) = numbered.next() {
        let mut functions = vec![function];
        let mut next = first + 1;
        while let Some((_, function)) = numbered.next_if(|(slot, _)| *slot == next) {
            functions.push(function);
            next += 1;
        }
        let offset = ConstExpr::i32_const(first.cast_signed());
        elements.active(Some(0), &offset, Elements::Functions(functions.into()));
    }
    let mut module = Module::new();
    module.section(&types.section).section(&imports).section(&elements);
    module.finish()
}

/// Returns the type of a table with this number of slots.
pub(super) fn table(slots: u32) -> TableType {
    TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: slots.into(),
        maximum: Some(slots.into()),
        shared: false,
    }
}
