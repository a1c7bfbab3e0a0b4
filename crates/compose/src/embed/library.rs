//! The filesystem's module as it stands in a component: over the program's memory, and with
//! nothing but what is called.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use wasm_encoder::{EntityType, GlobalType, ImportSection, Instruction, MemoryType, ValType};

use crate::embed::access::PROGRAM;
use crate::embed::begin;
use crate::embed::link::{Host, InTable, Link, Own};
use crate::embed::module::Module;
use crate::embed::number::index;
use crate::embed::shape::ENVIRONMENT;
use crate::embed::signature::Signature;
use crate::embed::thunks::{NUMBER, OWN, TABLE, Types, table};

/// The export of the filesystem that gives room in its own memory.
pub(super) const REALLOC: &str = "cabi_realloc";

/// The beginning of the names of modules whose functions take no memory.
pub(super) const HOST: &str = "host:";

/// The beginning of the names of modules whose functions take the filesystem's memory.
pub(super) const LATE: &str = "late:";

/// Splits the name of a module into the interface and whether its functions take memory.
pub(super) fn interface(module: &str) -> Option<(&str, bool)> {
    module
        .strip_prefix(LATE)
        .map(|it| (it, true))
        .or(module.strip_prefix(HOST).map(|it| (it, false)))
}

/// The filesystem's module, cut to what is called.
pub(super) struct Library {
    pub(super) wasm: Vec<u8>,
    /// The memory that it imports as its own.
    pub(super) memory: MemoryType,
    /// The functions that it imports.
    pub(super) asks: Vec<Ask>,
}

/// A function that the filesystem's module imports.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) module: String,
    pub(super) name: String,
    pub(super) signature: Signature,
}

impl Ask {
    /// Returns a name for it in one list with all others.
    pub(super) fn full(&self) -> String {
        format!("{}#{}", self.module, self.name)
    }
}

/// The origin of the function in a slot of the thunks' table.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    /// The filesystem's module imports it.
    Given,
    /// The filesystem's module exports it under this name.
    Own(String),
}

/// The module of the functions in slots that are given.
pub(super) const SLOTS: &str = "slots";

/// Makes the module with these exports, which fills these slots, if there are any. A program with
/// several allocators has the number of one in a global.
pub(super) fn library(
    filesystem: &Module<'_>,
    exports: &[String],
    several: bool,
    slots: &[(Signature, Slot)],
    nowhere: &dyn Fn(&str, &str) -> bool,
) -> Result<Library> {
    let memory = begin::empty(filesystem)?;
    let ground = ground(memory, several, slots);
    let link = Link {
        program: &Module::read(&ground)?,
        memory: 1,
        filesystem,
        own: Own::Empty(0),
        answers: &BTreeMap::new(),
        exports,
        slots: &elements(slots),
        realloc_number: if several { Instruction::GlobalGet(0) } else { Instruction::I32Const(0) },
        host: &|import| {
            if nowhere(import.module, import.name) {
                // The list that the filesystem handed in is left empty.
                let empty = import.module.strip_prefix(LATE) == Some(ENVIRONMENT);
                return Host::Stub(if empty { Instruction::Nop } else { Instruction::Unreachable });
            }
            Host::Import { module: import.module.into(), name: import.name.into() }
        },
    };
    let linked = link.link()?;
    let imports = filesystem.imported_functions();
    let asks = linked.added.into_iter().map(|(module, name)| {
        let number = imports.iter().zip(0..).find(|(it, _)| it.module == module && it.name == name);
        let (_, number) = number.context("the module imports it")?;
        let signature = Signature::of(filesystem.function_type(number)?)?;
        Ok(Ask { module, name, signature })
    });
    Ok(Library { wasm: linked.wasm, memory, asks: asks.collect::<Result<_>>()? })
}

/// Lists the functions of the slots. Those that are given are the only imports of the ground.
fn elements(slots: &[(Signature, Slot)]) -> Vec<InTable> {
    let mut given = 0..;
    let slots = slots.iter().map(|(_, slot)| match slot {
        Slot::Given => {
            InTable::Import(given.next().expect("BUG: there are no more slots than that"))
        }
        Slot::Own(name) => InTable::Export(name.clone()),
    });
    slots.collect()
}

/// Encodes a module that only imports the filesystem's memory, the program's, the global, the table
/// and the functions of slots that are given. The filesystem's memory is the first: an access to
/// any other takes a byte more.
fn ground(own: MemoryType, several: bool, slots: &[(Signature, Slot)]) -> Vec<u8> {
    let mut imports = ImportSection::new();
    let mut types = Types::default();
    let memory = MemoryType {
        minimum: 0,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    imports.import(PROGRAM, OWN, EntityType::Memory(own));
    imports.import(PROGRAM, "memory", EntityType::Memory(memory));
    if several {
        let number = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        imports.import(PROGRAM, NUMBER, EntityType::Global(number));
    }
    if !slots.is_empty() {
        imports.import(PROGRAM, TABLE, table(index(slots.len())));
    }
    for ((signature, slot), number) in slots.iter().zip(0_u32..) {
        if let Slot::Given = slot {
            let ty = types.index(signature);
            imports.import(SLOTS, &number.to_string(), EntityType::Function(ty));
        }
    }
    let mut module = wasm_encoder::Module::new();
    module.section(&types.section).section(&imports);
    module.finish()
}
