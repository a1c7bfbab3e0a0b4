//! The filesystem's module in a component: it works on the program's memory, and contains only the
//! functions that are called.

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

/// The export of the filesystem that allocates in its own memory.
pub(super) const REALLOC: &str = "cabi_realloc";

/// The prefix of modules whose functions need no memory.
pub(super) const HOST: &str = "host:";

/// The prefix of modules whose functions need the filesystem's memory.
pub(super) const LATE: &str = "late:";

/// Splits the name of a module into the interface and a flag for functions that need memory.
pub(super) fn interface(module: &str) -> Option<(&str, bool)> {
    module
        .strip_prefix(LATE)
        .map(|it| (it, true))
        .or(module.strip_prefix(HOST).map(|it| (it, false)))
}

/// The filesystem's module, reduced to the functions that are called.
pub(super) struct Library {
    pub(super) wasm: Vec<u8>,
    /// The type of the memory that it imports as its own.
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
    /// Returns a name that is unique among all functions.
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

/// The module name of the functions in slots that are given.
pub(super) const SLOTS: &str = "slots";

/// Makes the module with these exports, which fills the given slots of the table. If the program
/// has several allocators, the module reads the number of one from a global.
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
                // The list that the filesystem passed in stays empty.
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

/// Lists the functions of the slots. Those that are given are the only functions that the ground
/// imports.
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

/// Encodes the ground: a module that only imports the filesystem's memory, the program's memory,
/// the global, the table, and the functions of given slots. The filesystem's memory comes first,
/// since an access to any other memory takes one byte more.
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
