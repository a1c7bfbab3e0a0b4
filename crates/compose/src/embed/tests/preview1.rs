//! Modules of WASI preview 1.

use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::compose::{Form, Memory, Options, Way, compose};
use crate::embed::embed;
use crate::embed::module::Module;
use crate::embed::tests::fixtures::{FILESYSTEM, names, refusal};

fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

const TYPE: &str = "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)";

/// A program that opens a file, closes it and calls what it was given besides.
fn program(besides: &str, memory: &str) -> Vec<u8> {
    module(&format!(
        r#"(module $program
            (import "env" "log" (func $log (param i32)))
            (import "wasi_snapshot_preview1" "path_open" (func $open {TYPE}))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
            {besides}
            {memory}
            (table funcref (elem $exit $close $run))
            (func $run (export "_start") (local $number i32)
                (drop (call $close (i32.const 3)))
                (call $exit (i32.const 0)))
            (data (i32.const 8) "hello"))"#
    ))
}

const MEMORY: &str = r#"(memory (export "memory") 1)"#;

/// A program that everything fits.
pub(super) fn plain() -> Vec<u8> {
    program("", MEMORY)
}

#[track_caller]
fn merged(program: &[u8]) -> Vec<u8> {
    embed(program, &FILESYSTEM, false).unwrap()
}

#[test]
fn the_outcome_imports_random_numbers_and_what_it_is_not_answered() {
    let (imports, exports) = names(&merged(&plain()));
    let expected = [
        "env log",
        "wasi_snapshot_preview1 proc_exit",
        "wasi_snapshot_preview1 fd_close",
        "wasi_snapshot_preview1 random_get",
    ];
    // `fd_close` is the host's for descriptors of the host; `fd_sync` was never the program's.
    let mut sorted = imports.clone();
    sorted.sort();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(exports, ["memory", "_start"]);
}

#[test]
fn what_it_asks_of_its_space_is_answered_or_named() {
    let asking = |version: &str, function: &str, result: &str| {
        let import = format!(
            r#"(import "scratch:space/usage@{version}" "{function}" (func (result {result})))"#
        );
        program(&import, MEMORY)
    };
    let (imports, _) = names(&merged(&asking("0.1.0", "over-soft-limit", "i32")));
    assert!(!imports.iter().any(|name| name.starts_with("scratch:")), "{imports:?}");
    for (version, function, result, expected) in [
        ("0.1.0", "over-soft-limit", "i64", "over-soft-limit with another type than scratch:sp"),
        ("0.1.0", "weight", "i32", "scratch:space/usage@0.1.0 weight, which the filesystem does"),
        ("0.2.0", "over-soft-limit", "i32", "scratch:space/usage@0.2.0, and the filesystem ans"),
    ] {
        let words = refusal(&asking(version, function, result));
        assert!(words.contains(expected), "{expected:?} is missing in: {words}");
    }
}

#[test]
fn it_has_two_memories_and_what_is_dead_is_gone() {
    let whole = merged(&plain());
    let module = Module::read(&whole).unwrap();
    assert_eq!(module.memories.len(), 2);
    let number = module.bodies.iter().any(|body| {
        body.get_operators_reader().unwrap().into_iter().any(|operator| {
            matches!(operator.unwrap(), wasmparser::Operator::I32Const { value: 77_777_777 })
        })
    });
    assert!(!number, "fd_tell is not imported, so the function is dead");
}

#[test]
fn calls_go_to_the_filesystem_and_the_filesystems_to_the_host() {
    let whole = merged(&plain());
    let module = Module::read(&whole).unwrap();
    let imports = module.imported_functions();
    let host = imports.iter().position(|it| it.name == "fd_close").unwrap();
    let host = u32::try_from(host).unwrap();
    let calls = |function: u32| {
        let body = &module.bodies[usize::try_from(function - module.imported()).unwrap()];
        let operators = body.get_operators_reader().unwrap().into_iter();
        let calls = operators.filter_map(|operator| match operator.unwrap() {
            wasmparser::Operator::Call { function_index } => Some(function_index),
            _ => None,
        });
        calls.collect::<Vec<_>>()
    };
    let close = calls(module.exported("_start").unwrap())[0];
    assert!(close >= module.imported(), "the program calls the filesystem's");
    assert_eq!(calls(close)[0], host, "which calls the host's");
}

#[test]
fn names_stay_and_follow_their_functions() {
    let names = |wasm: &[u8]| {
        let (mut functions, mut module, mut locals) = (Vec::new(), None, 0);
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::CustomSection(section) = payload.unwrap() else { continue };
            let KnownCustom::Name(names) = section.as_known() else { continue };
            for name in names {
                match name.unwrap() {
                    Name::Module { name, .. } => module = Some(name.to_owned()),
                    Name::Function(map) => functions.extend(map.into_iter().map(|it| {
                        let it = it.unwrap();
                        (it.index, it.name.to_owned())
                    })),
                    Name::Local(map) => locals += map.into_iter().count(),
                    _ => {}
                }
            }
        }
        (functions, module, locals)
    };
    let whole = merged(&plain());
    let (functions, name, locals) = names(&whole);
    assert_eq!(name.as_deref(), Some("program"));
    assert_eq!(locals, 1);
    let run = Module::read(&whole).unwrap().exported("_start").unwrap();
    assert!(functions.contains(&(run, "run".to_owned())), "{functions:?}");
    assert!(functions.iter().any(|(_, name)| name == "unused_path"), "{functions:?}");
    assert!(functions.is_sorted_by(|one, other| one.0 < other.0));
}

#[test]
fn names_that_make_no_sense_are_no_reason_to_refuse() {
    // A local of function 200, and a section that ends too early.
    for data in [r"\02\07\01\c8\01\01\00\01x", r"\01\09\01"] {
        let names = format!(r#"(@custom "name" "{data}")"#);
        merged(&program(&names, MEMORY));
    }
}

#[test]
fn debug_information_stays_where_the_code_stays() {
    let debug = r#"(@custom ".debug_info" "positions") (@custom "producers" "\00")"#;
    let before = program(debug, MEMORY);
    let whole = merged(&before);
    let customs = |wasm: &[u8]| {
        Parser::new(0)
            .parse_all(wasm)
            .filter_map(|payload| match payload.unwrap() {
                Payload::CustomSection(it) if it.name() != "name" => Some(it.name().to_owned()),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(customs(&whole), [".debug_info", "producers"]);
    let code = |wasm: &[u8]| {
        let module = Module::read(wasm).unwrap();
        let body = &module.bodies[0];
        (body.range().start - module.code, body.as_bytes().len())
    };
    assert_eq!(code(&whole), code(&before));
}

#[test]
fn what_the_program_cannot_have_is_refused_with_what_to_do() {
    for (program, expected) in [
        (program("", "(memory 1)"), "exports no memory named memory"),
        (program("", r#"(memory (export "memory") 1 1 shared)"#), "without threads"),
        (program("", r#"(memory (export "memory") 1 (pagesize 1))"#), "custom page sizes"),
        (
            module(
                r#"(module
                    (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
                    (memory (export "memory") i64 1))"#,
            ),
            "build the program for wasm32",
        ),
        (
            program(r#"(import "wasi" "thread-spawn" (func (param i32) (result i32)))"#, MEMORY),
            "thread-spawn of wasi, which makes threads",
        ),
        (
            program(r#"(import "wasi_unstable" "fd_read" (func))"#, MEMORY),
            "before preview 1; build the program with a newer toolchain",
        ),
        (
            program(r#"(import "wasi_snapshot_preview1" "path_fly" (func))"#, MEMORY),
            "path_fly, which the filesystem does not answer",
        ),
        (
            program(r#"(import "wasi_snapshot_preview1" "fd_tell" (func))"#, MEMORY),
            "fd_tell with another type",
        ),
        (
            module(
                r#"(module (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
                    (memory (export "memory") 1))"#,
            ),
            "nothing to embed",
        ),
    ] {
        let words = refusal(&program);
        assert!(words.contains(expected), "{expected:?} is missing in: {words}");
    }
}

#[test]
fn a_merged_module_is_not_merged_again() {
    assert!(refusal(&merged(&plain())).contains("embedded into it already"));
}

/// Core WebAssembly permits two imports of one name with different types.
#[test]
fn a_function_of_another_type_than_the_filesystem_calls_is_imported_beside_it() {
    let other = r#"(import "wasi_snapshot_preview1" "random_get" (func (param i64)))"#;
    let right = r#"(import "wasi_snapshot_preview1" "random_get"
        (func (param i32 i32) (result i32)))"#;
    for (besides, expected) in [
        (other.to_owned(), 2),
        (right.to_owned(), 1),
        (format!("{other} {right}"), 2),
        (format!("{right} {other}"), 2),
    ] {
        let (imports, _) = names(&merged(&program(&besides, MEMORY)));
        let found = imports.iter().filter(|it| *it == "wasi_snapshot_preview1 random_get");
        assert_eq!(found.count(), expected, "{besides}");
    }
}

#[test]
fn the_features_that_the_outcome_uses_are_listed() {
    let listed = |section: &str| {
        let whole = merged(&program(section, MEMORY));
        Parser::new(0).parse_all(&whole).find_map(|payload| match payload.unwrap() {
            Payload::CustomSection(it) if it.name() == "target_features" => {
                Some(String::from_utf8(it.data()[1..].to_vec()).unwrap())
            }
            _ => None,
        })
    };
    // The program has its own, and one that was not allowed.
    let section = r#"(@custom "target_features" "\03+\07simd128+\08sign-ext-\0bmultimemory")"#;
    let found = listed(section).unwrap();
    for feature in ["+\u{7}simd128", "+\u{8}sign-ext", "+\u{b}multimemory", "+\u{b}bulk-memory"] {
        assert_eq!(found.matches(feature).count(), 1, "{feature:?} in {found:?}");
    }
    assert_eq!(listed(""), None, "nor does the program list any");
    assert_eq!(listed(r#"(@custom "target_features" "\02+\08sign-ext")"#), None, "it is cut off");
}

/// DWARF speaks of positions in the code section. The count of its functions comes first, which
/// takes a byte more from 128 on.
#[test]
fn debug_information_of_code_that_moves_is_left_out_and_that_is_told() {
    let debug = r#"(@custom ".debug_info" "positions")"#;
    let many = format!("{debug} {}", "(func)".repeat(126));
    for (besides, lost) in [("", false), (debug, false), (many.as_str(), true)] {
        // Functions come after the imports, which are given first.
        let memory = format!("{MEMORY} {besides}");
        let program = program("", &memory);
        let memory = Memory { form: Some(Form::Embedded), ..Memory::default() };
        let options = Options { memory: Some(memory), ..Options::default() };
        let whole = compose(&program, &options, |_| FILESYSTEM.as_slice()).unwrap();
        assert_eq!(whole.way, Way::Embedded { without_debug_information: lost, component: false });
        assert_eq!(whole.way.to_string().contains("debug information was left out"), lost);
    }
}
