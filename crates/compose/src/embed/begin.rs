//! The start of a filesystem in a component. Its memory is empty until the first call of a function
//! that takes no handle: before that call the program has no handle of the filesystem.
//!
//! Wasmtime 48 maps the contents of a memory into an instance only if the module imports no memory.
//! That mapping takes as long as everything else that the filesystem adds to an instance. A memory
//! without pages takes a third of that time.

use anyhow::{Context as _, Result, bail, ensure};
use wasm_encoder::{BlockType, Function, Instruction, MemoryType};
use wasmparser::{Data, DataKind, Operator};

use crate::embed::access;
use crate::embed::module::Module;
use crate::embed::number::index;

/// Returns whether an export takes no handle of the filesystem, so that it can be the program's
/// first call. `cabi_realloc` cannot: the host calls it while it answers the filesystem.
pub(super) fn can_be_first(name: &str) -> bool {
    name.split_once('#').is_some_and(|(_, function)| !function.starts_with('['))
}

/// Returns the type of the filesystem's memory before the start.
pub(super) fn empty(filesystem: &Module<'_>) -> Result<MemoryType> {
    let [memory] = filesystem.memories[..] else {
        bail!("the filesystem's module has another number of memories than one");
    };
    access::ensure_reachable("the filesystem's memory", memory)?;
    Ok(MemoryType {
        minimum: 0,
        maximum: memory.maximum,
        memory64: false,
        shared: memory.shared,
        page_size_log2: None,
    })
}

/// Makes the function that grows the memory to the size in the filesystem's module and writes its
/// data segments there. `first` is the number of the first segment.
pub(super) fn begin(filesystem: &Module<'_>, mem: u32, first: u32) -> Result<Function> {
    let mut function = Function::new([]);
    let pages: u64 = filesystem.memories.iter().map(|memory| memory.initial).sum();
    let pages = i32::try_from(pages).context("the filesystem's memory is too large")?;
    function.instruction(&Instruction::I32Const(pages)).instruction(&Instruction::MemoryGrow(mem));
    function.instruction(&Instruction::If(BlockType::Empty));
    // The memory was empty before, unless the host has no room.
    function.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
    for (segment, data_index) in filesystem.data.iter().zip(first..) {
        let length = index(segment.data.len()).cast_signed();
        function.instruction(&Instruction::I32Const(address(segment)?));
        function.instruction(&Instruction::I32Const(0)).instruction(&Instruction::I32Const(length));
        function.instruction(&Instruction::MemoryInit { mem, data_index });
    }
    function.instruction(&Instruction::End);
    Ok(function)
}

/// Returns the address of a data segment.
fn address(segment: &Data<'_>) -> Result<i32> {
    let DataKind::Active { offset_expr, .. } = &segment.kind else {
        bail!("the filesystem's module has data without a place");
    };
    let mut operators = offset_expr.get_operators_reader();
    let address = match operators.read()? {
        Operator::I32Const { value } => Some(value),
        _ => None,
    };
    ensure!(
        matches!(operators.read()?, Operator::End),
        "the filesystem's module computes the places of its data"
    );
    address.context("the filesystem's module computes the places of its data")
}

/// Makes a function that calls another one, with the given number of parameters, after the start.
pub(super) fn after(begin: u32, function: u32, parameters: u32, memory: u32) -> Function {
    let mut after = Function::new([]);
    after.instruction(&Instruction::MemorySize(memory)).instruction(&Instruction::I32Eqz);
    after.instruction(&Instruction::If(BlockType::Empty)).instruction(&Instruction::Call(begin));
    after.instruction(&Instruction::End);
    for parameter in 0..parameters {
        after.instruction(&Instruction::LocalGet(parameter));
    }
    after.instruction(&Instruction::Call(function)).instruction(&Instruction::End);
    after
}
