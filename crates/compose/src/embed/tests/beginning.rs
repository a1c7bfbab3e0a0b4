//! The filesystem's memory in a component: empty before the first function without a handle.

use wasmparser::{BinaryReaderError, DataKind, Operator, TypeRef};

use crate::embed::begin::can_be_first;
use crate::embed::embed;
use crate::embed::module::Module;
use crate::embed::tests::fixtures::{FILESYSTEM, embedded, library, modules, plain};

/// Lists the operators of an export.
fn body<'a>(module: &Module<'a>, name: &str) -> Vec<Operator<'a>> {
    let function = module.exported(name).unwrap_or_else(|| panic!("{name} is exported"));
    operators(module, function)
}

fn operators<'a>(module: &Module<'a>, function: u32) -> Vec<Operator<'a>> {
    let body = &module.bodies[usize::try_from(function - module.imported()).unwrap()];
    let operators = body.get_operators_reader().unwrap().into_iter();
    operators.collect::<Result<_, BinaryReaderError>>().unwrap()
}

#[test]
fn the_memory_is_empty_and_defined_where_none_is_imported() {
    let modules = modules(&embedded(&plain()));
    let modules: Vec<Module<'_>> = modules.iter().map(|it| Module::read(it).unwrap()).collect();
    let mut owners = modules.iter().filter(|it| it.exports.iter().any(|it| it.name == "table"));
    let owner = owners.next().expect("the thunks have it");
    assert_eq!(owner.memories[0].initial, 0);
    assert_eq!(owner.count(|ty| matches!(ty, TypeRef::Memory(_))), 0);
    // The pooling allocator of wasmtime lets a module define one.
    assert!(modules.iter().all(|module| module.memories.len() <= 1));
}

#[test]
fn a_function_without_a_handle_fills_the_memory_first() {
    let library = library(&embedded(&plain()));
    let library = Module::read(&library).unwrap();
    assert!(library.memories.is_empty());
    assert!(library.data.iter().all(|data| matches!(data.kind, DataKind::Passive)));
    let directories = body(&library, "wasi:filesystem/preopens#get-directories");
    let [
        Operator::MemorySize { mem: 0 },
        Operator::I32Eqz,
        Operator::If { .. },
        Operator::Call { function_index },
        Operator::End,
        Operator::LocalGet { local_index: 0 },
        Operator::Call { .. },
        Operator::End,
    ] = directories[..]
    else {
        panic!("{directories:?}")
    };
    let begin = operators(&library, function_index);
    let [
        Operator::I32Const { value: 1 },
        Operator::MemoryGrow { mem: 0 },
        Operator::If { .. },
        Operator::Unreachable,
        Operator::End,
        Operator::I32Const { value: 1024 },
        Operator::I32Const { value: 0 },
        Operator::I32Const { value: 24 },
        Operator::MemoryInit { data_index: 0, mem: 0 },
        Operator::End,
    ] = begin[..]
    else {
        panic!("{begin:?}")
    };
}

#[test]
fn only_a_function_without_a_handle_can_be_the_first() {
    let first = [
        "wasi:filesystem/preopens#get-directories",
        "wasi:filesystem/types#filesystem-error-code",
        "alone:wasi:cli/environment#initial-cwd",
        "wasi:io/poll#poll",
    ];
    assert!(first.into_iter().all(can_be_first));
    let later = [
        "cabi_realloc",
        "wasi:filesystem/types#[method]descriptor.sync",
        "wasi:io/streams#[resource-drop]input-stream",
    ];
    assert!(!later.into_iter().any(can_be_first));
    let library = library(&embedded(&plain()));
    let sync = body(&Module::read(&library).unwrap(), later[1]);
    assert!(!sync.iter().any(|it| matches!(it, Operator::MemorySize { .. })));
}

#[test]
fn data_whose_place_is_computed_is_refused() {
    let text = |offset: &str| {
        let global = r#"(import "env" "base" (global $base i32))"#;
        format!(r#"(module {global} (memory 1) (data (offset {offset}) "a"))"#)
    };
    let begin = |offset: &str| {
        let wasm = wat::parse_str(text(offset)).unwrap();
        crate::embed::begin::begin(&Module::read(&wasm).unwrap(), 0, 0).map(drop)
    };
    assert!(begin("i32.const 8").is_ok());
    assert!(begin("global.get $base").is_err());
    assert!(begin("(i32.add (i32.const 8) (i32.const 8))").is_err());
    assert!(embed(&plain(), &FILESYSTEM, false).is_ok());
}
