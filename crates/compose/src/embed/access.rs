//! Functions with which the filesystem accesses the program's memory. Each is a single instruction,
//! which replaces the call.

use anyhow::{Result, ensure};
use wasm_encoder::{Instruction, MemArg};
use wasmparser::MemoryType;

/// The module from which the filesystem imports these functions.
pub(super) const PROGRAM: &str = "program";

/// Returns the instruction for a function, or `None` if the function does not access memory.
pub(super) fn instruction(name: &str, program: u32, own: u32) -> Option<Instruction<'static>> {
    let at = MemArg { offset: 0, align: 0, memory_index: program };
    Some(match name {
        "copy-in" => Instruction::MemoryCopy { src_mem: program, dst_mem: own },
        "copy-out" => Instruction::MemoryCopy { src_mem: own, dst_mem: program },
        "fill" => Instruction::MemoryFill(program),
        "load8" => Instruction::I32Load8U(at),
        "load32" => Instruction::I32Load(at),
        "load64" => Instruction::I64Load(at),
        "store8" => Instruction::I32Store8(at),
        "store16" => Instruction::I32Store16(at),
        "store32" => Instruction::I32Store(at),
        "store64" => Instruction::I64Store(at),
        // The unit is a page.
        "size" => Instruction::MemorySize(program),
        _ => return None,
    })
}

/// Refuses a memory that the instructions cannot access; `what` names it for the user.
pub(super) fn ensure_reachable(what: &str, memory: MemoryType) -> Result<()> {
    ensure!(
        !memory.memory64,
        "{what} has addresses of 64 bits, and the filesystem takes those of 32 bits; build the \
        program for wasm32"
    );
    ensure!(
        memory.page_size_log2.is_none(),
        "{what} has pages of another size than 64 KiB; build the program without custom page sizes"
    );
    Ok(())
}
