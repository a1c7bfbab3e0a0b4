//! A module of preview 1, with the filesystem in it, made a component of WASI 0.2. The adapter is
//! for what stays the host's: standard streams, time, random numbers, arguments. It would ask for
//! directories of the host, too; where none is to be seen, it is told that there are none.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as COMMAND,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as REACTOR,
};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Instruction,
    MemorySection, MemoryType, TypeSection, ValType,
};
use wasmparser::types::TypesRef;
use wasmparser::{Validator, WasmFeatures};
use wit_component::ComponentEncoder;

use crate::embed::access::PROGRAM;
use crate::embed::adaptable::{self, START};
use crate::embed::exit::{self, ExitStatus};
use crate::embed::library::REALLOC;
use crate::embed::liveness::FILES;
use crate::embed::module::Module;
use crate::embed::number::index;
use crate::embed::plan::Plan;
use crate::embed::replaced::{lowered, replacements};
use crate::embed::rewrite;
use crate::embed::shape::Shape;
use crate::embed::signature::{Signature, of_core};

/// The notices of third parties in the adapter. They go with each component that has it within.
pub const ADAPTER_NOTICES: &str = concat!(
    "The adapter of preview 1 is within each component that was made of a module of preview 1. Its \
    package, its licence, and the text of that:\n\n\
    wasi-preview1-component-adapter-provider 48: Apache-2.0 WITH LLVM-exception\n\
    by the Wasmtime Project Developers, who compiled it with parts of the Rust standard library\n\n",
    include_str!("../../LICENSE-Apache-2.0_WITH_LLVM-exception"),
);

/// The function by which the adapter asks for directories.
const DIRECTORIES: &str = "wasi:filesystem/preopens#get-directories";

/// Makes the component. Where `beside` is false the outcome imports no files.
pub(super) fn component(module: &[u8], beside: bool, status: ExitStatus) -> Result<Vec<u8>> {
    let read = Module::read(module)?;
    adaptable::ensure(&read)?;
    let command = read.exported(START).is_some();
    let adapter = if command { COMMAND } else { REACTOR };
    let module = match status {
        ExitStatus::Code if exit::exits(&read) => exit::with_code(module, adapter)?,
        ExitStatus::Code | ExitStatus::Success => module.to_vec(),
    };
    let mut encoder = ComponentEncoder::default();
    let made = encoder.module(&module)?.adapter(NAME, adapter)?.encode()?;
    if beside { Ok(made) } else { without_files(&made) }
}

/// Answers every function of files: there are no directories, so that no other is ever called.
fn without_files(component: &[u8]) -> Result<Vec<u8>> {
    let types = Validator::new_with_features(WasmFeatures::all()).validate_all(component)?;
    let (types, shape) = (types.as_ref(), Shape::read(component)?);
    let none = no_files(&shape, types)?;
    let none = Module::read(&none)?;
    let Some(replacements) = replacements(&shape, types, &none, false)? else {
        return Ok(component.to_vec());
    };
    let plan = Plan::new(&shape, replacements, &none, false)?;
    let (component, _) = rewrite::rewrite(&shape, &plan, false)?;
    let left = Shape::read(&component)?.imports(FILES).next().map(str::to_owned);
    ensure!(left.is_none(), "BUG: the component still imports {}", left.unwrap_or_default());
    Ok(component)
}

/// Encodes a filesystem that has no directory, with a function for each that the component lowers.
fn no_files(shape: &Shape<'_>, types: TypesRef<'_>) -> Result<Vec<u8>> {
    let mut functions = BTreeMap::from([(REALLOC.to_owned(), Signature::of_i32(4, 1))]);
    for (item, lowered) in lowered(shape, types) {
        if lowered.interface.starts_with(FILES) {
            let (_, number) = *shape.numbers[item].first().context("it has a number")?;
            functions.insert(lowered.name(), of_core(types, number)?);
        }
    }
    let (mut kinds, mut imports) = (TypeSection::new(), ImportSection::new());
    let (mut list, mut memories) = (FunctionSection::new(), MemorySection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    kinds.ty().function([ValType::I32; 2], []);
    imports.import(PROGRAM, "store32", wasm_encoder::EntityType::Function(0));
    for (number, (name, Signature { parameters, results })) in functions.into_iter().enumerate() {
        kinds.ty().function(parameters, results);
        let number = index(number) + 1;
        list.function(number);
        exports.export(&name, ExportKind::Func, number);
        let mut body = Function::new([]);
        if name == DIRECTORIES {
            // An empty list: no address, no length.
            for offset in [0, 4] {
                body.instruction(&Instruction::LocalGet(0));
                body.instruction(&Instruction::I32Const(offset));
                body.instruction(&Instruction::I32Add);
                body.instruction(&Instruction::I32Const(0));
                body.instruction(&Instruction::Call(0));
            }
        } else {
            body.instruction(&Instruction::Unreachable);
        }
        body.instruction(&Instruction::End);
        code.function(&body);
    }
    memories.memory(MemoryType {
        minimum: 0,
        maximum: Some(0),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    exports.export("memory", ExportKind::Memory, 0);
    let mut module = wasm_encoder::Module::new();
    module.section(&kinds).section(&imports).section(&list).section(&memories);
    module.section(&exports).section(&code);
    Ok(module.finish())
}
