//! The thunks: which function a call goes to.

use wasm_encoder::MemoryType;
use wasmparser::{ElementItems, ElementKind, Operator, Parser, Payload, TypeRef};

use crate::embed::module::Module;
use crate::embed::signature::Signature;
use crate::embed::tests::fixtures::{
    IMPORTS, LOWERED, MODULE, USER, component, embedded, library, modules, names,
};
use crate::embed::thunks::{Call, Thunk, fill, module};

const MEMORY: MemoryType =
    MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };

/// Lists the operators of the functions of a module.
fn bodies(module: &[u8]) -> Vec<Vec<String>> {
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CodeSectionEntry(body) = payload.unwrap() {
            let operators = body.get_operators_reader().unwrap().into_iter();
            bodies.push(operators.map(|it| word(&it.unwrap())).collect());
        }
    }
    bodies
}

fn word(operator: &Operator<'_>) -> String {
    match operator {
        Operator::LocalGet { local_index } => format!("get {local_index}"),
        Operator::I32Const { value } => format!("{value}"),
        Operator::CallIndirect { .. } => "call".into(),
        Operator::GlobalSet { .. } => "number".into(),
        other => format!("{other:?}").split([' ', '{']).next().unwrap().to_lowercase(),
    }
}

fn thunk(signature: Signature, number: Option<u32>, call: Call) -> Vec<String> {
    let thunk = Thunk { name: "it".into(), signature, number, call };
    bodies(&module(&[thunk], 9, MEMORY)).remove(0)
}

#[test]
fn a_call_goes_to_the_filesystem_if_a_handle_has_its_bit() {
    let call = Call::ByHandle { ours: 5, host: 7, second: Some(1) };
    let words = thunk(Signature::of_i32(2, 1), Some(3), call);
    let expected = [
        "get 0",
        "get 1",
        "i32or",
        "1073741824",
        "i32and",
        "if",
        "3",
        "number",
        "get 0",
        "get 1",
        "5",
        "call",
        "else",
        "get 0",
        "get 1",
        "7",
        "call",
        "end",
        "end",
    ];
    assert_eq!(words, expected);
}

#[test]
fn the_number_of_an_allocator_counts_slots() {
    let words = thunk(Signature::of_i32(5, 1), None, Call::Counted { first: 2 });
    let expected = ["get 1", "get 2", "get 3", "get 4", "get 0", "2", "i32add", "call", "end"];
    assert_eq!(words, expected);
}

#[test]
fn every_slot_is_filled() {
    let subscribe = r#"
        (core func $drop (canon resource.drop $input-stream))
        (core module $dropper (import "files" "drop" (func (param i32))))
        (core instance (instantiate $dropper (with "files" (instance
            (export "drop" (func $drop))))))"#;
    let whole = embedded(&component(&[IMPORTS, MODULE, subscribe, LOWERED, USER]));
    let library = library(&whole);
    let library = Module::read(&library).unwrap();
    let mut tables = library.imports.iter().filter_map(|import| match import.ty {
        TypeRef::Table(table) => Some(table.initial),
        _ => None,
    });
    let slots = tables.next().expect("the table of the thunks is the first");
    let mut filled = library.elements.iter().filter_map(|it| match (&it.kind, &it.items) {
        (ElementKind::Active { table_index: None | Some(0), .. }, ElementItems::Functions(it)) => {
            Some(it.clone().into_iter().collect::<Result<Vec<u32>, _>>().unwrap())
        }
        _ => None,
    });
    let filled = filled.next().expect("it is filled");
    assert_eq!(u64::try_from(filled.len()).unwrap(), slots);
    // The program's allocator and the host's drop are imported, our own functions are not.
    let imported = |function: &&u32| **function < library.imported();
    assert_eq!((filled.iter().filter(imported).count(), slots), (2, 4));
    let given: Vec<_> = library.imports.iter().filter(|it| it.module == "slots").collect();
    assert_eq!(given.len(), 2);
}

#[test]
fn a_start_function_meets_the_slots_that_can_be_filled() {
    let slots = [Signature::of_i32(4, 1), Signature::of_i32(3, 0), Signature::of_i32(4, 1)];
    let some = |numbers: &[u32]| {
        let slots: Vec<_> = numbers.iter().copied().zip(&slots).collect();
        let filler = fill(&slots, 9);
        wasmparser::Validator::new().validate_all(&filler).unwrap();
        let Some(Payload::ElementSection(segments)) = Parser::new(0)
            .parse_all(&filler)
            .map(Result::unwrap)
            .find(|it| matches!(it, Payload::ElementSection(_)))
        else {
            panic!("it fills nothing")
        };
        (names(&filler).0, segments.count())
    };
    assert_eq!(some(&[0, 1, 2]), ([" table", " 0", " 1", " 2"].map(str::to_owned).to_vec(), 1));
    assert_eq!(some(&[2, 3, 8]), ([" table", " 2", " 3", " 8"].map(str::to_owned).to_vec(), 2));
}

#[test]
fn poll_always_goes_to_the_filesystem_which_has_the_hosts_for_each_allocator() {
    let imports = IMPORTS.replacen(
        r#"(import "wasi:io/streams"#,
        r#"(import "wasi:io/poll@0.2.6" (instance $poll
            (export "pollable" (type $pollable (sub resource)))
            (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
        (import "wasi:io/streams"#,
        1,
    );
    let polls = r#"
        (alias core export $main "other-realloc" (core func $other))
        (core func $poll (canon lower (func $poll "poll") (memory $memory) (realloc $other)))
        (core module $poller (import "poll" "poll" (func (param i32 i32 i32))))
        (core instance (instantiate $poller (with "poll" (instance
            (export "poll" (func $poll))))))"#;
    let whole = embedded(&component(&[&imports, MODULE, LOWERED, polls, USER]));
    let exports = |wanted: &str| {
        let all = modules(&whole);
        all.iter().any(|module| names(module).1.iter().any(|name| name == wanted))
    };
    // The thunks, and the library over them.
    assert!(exports("program#poll") && exports("no-poll") && exports("wasi:io/poll#poll"));
    let (asked, _) = names(&library(&whole));
    assert!(asked.contains(&"program poll".to_owned()), "{asked:?}");
}
