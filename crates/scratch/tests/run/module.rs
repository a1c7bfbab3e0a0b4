//! A module of preview 1, made of bytes.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, ImportSection, MemorySection, MemoryType, Module, TypeSection,
    ValType,
};

/// The place of the text in memory; what `fd_write` reads and writes lies before it.
const TEXT: i32 = 64;

/// The place of the directory's name.
const NAME: i32 = 1024;

/// The first directory that the host grants.
const GRANTED: i32 = 3;

const STANDARD_OUTPUT: i32 = 1;

/// Makes a command that makes a directory in the first one that it is granted, prints a text and
/// exits. It traps where the host refuses.
pub(crate) fn command(directory: &str, text: &str, status: i32) -> Vec<u8> {
    let length = |text: &str| i32::try_from(text.len()).unwrap();
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 3], [ValType::I32]);
    types.ty().function([ValType::I32; 4], [ValType::I32]);
    types.ty().function([ValType::I32], []);
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    for (kind, name) in [(0, "path_create_directory"), (1, "fd_write"), (2, "proc_exit")] {
        imports.import("wasi_snapshot_preview1", name, EntityType::Function(kind));
    }
    let mut functions = FunctionSection::new();
    functions.function(3);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("_start", ExportKind::Func, 3);
    let mut start = Function::new([]);
    let mut code = start.instructions();
    code.i32_const(GRANTED).i32_const(NAME).i32_const(length(directory)).call(0);
    code.if_(BlockType::Empty).unreachable().end();
    // One buffer: its address is at 0, and its length behind it; the number written goes to 8.
    code.i32_const(STANDARD_OUTPUT).i32_const(0).i32_const(1).i32_const(8).call(1);
    code.if_(BlockType::Empty).unreachable().end();
    code.i32_const(status).call(2).end();
    let mut bodies = CodeSection::new();
    bodies.function(&start);
    let buffer = [TEXT.to_le_bytes(), length(text).to_le_bytes()].concat();
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(0), buffer);
    data.active(0, &ConstExpr::i32_const(TEXT), text.bytes());
    data.active(0, &ConstExpr::i32_const(NAME), directory.bytes());
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&memories);
    module.section(&exports).section(&bodies).section(&data);
    module.finish()
}
