//! Modules of preview 1 that become components.

use wasmparser::{ComponentAlias, Payload};

use crate::binary;
use crate::compose::{Composition, Form, Memory, Options, compose};
use crate::embed::tests::fixtures::{self, FILESYSTEM};
use crate::embed::tests::preview1::plain;
use crate::embed::{ExitStatus, embed, into_component};
use crate::error::{Error, Result};

/// A command that opens files, writes and exits.
fn command() -> Vec<u8> {
    let open = "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)";
    let text = format!(
        r#"(module
            (import "wasi_snapshot_preview1" "path_open" (func {open}))
            (import "wasi_snapshot_preview1" "fd_write"
                (func $write (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (memory (export "memory") 1)
            (func (export "_start") (call $exit (i32.const 0))))"#
    );
    wat::parse_str(text).unwrap()
}

fn made(program: &[u8], memory: Memory) -> Result<Composition> {
    let options = Options { memory: Some(memory), ..Options::default() };
    compose(program, &options, |_| FILESYSTEM.as_slice())
}

fn component() -> Memory {
    Memory { component: true, ..Memory::default() }
}

#[test]
fn the_component_imports_no_files_and_what_the_adapter_has() {
    let whole = made(&command(), component()).unwrap();
    assert!(whole.way.to_string().ends_with("part of the program, which is a component now"));
    let imports = binary::imports(&whole.wasm).unwrap();
    assert!(imports.iter().any(|name| name.starts_with("wasi:cli/exit@0.2.")), "{imports:?}");
    assert!(!imports.iter().any(|name| name.starts_with("wasi:filesystem/")), "{imports:?}");
    let exports = binary::exports(&whole.wasm).unwrap();
    assert!(exports.iter().any(|name| name.starts_with("wasi:cli/run@0.2.")), "{exports:?}");
}

/// A program that opens files, with the section that Go's linker adds.
fn of_go(exports: &str) -> Vec<u8> {
    let open = "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)";
    let text = format!(
        r#"(module
            (import "wasi_snapshot_preview1" "path_open" (func {open}))
            (memory (export "memory") 1)
            (func (export "_start"))
            {exports}
            (@custom "go:buildid" "x"))"#
    );
    wat::parse_str(text).unwrap()
}

#[test]
fn a_program_of_go_becomes_no_component_unless_it_gives_the_adapter_its_memory() {
    let module = of_go("");
    let error = into_component(&module, true, ExitStatus::Success).unwrap_err();
    assert!(matches!(error, Error::Program(_)), "{error:?}");
    assert!(error.to_string().contains("compose it as a module, without --component"), "{error}");
    let error = made(&module, component()).unwrap_err();
    assert!(error.to_string().contains("compiled by Go"), "{error}");
    let allocates =
        of_go(r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)"#);
    assert!(into_component(&allocates, true, ExitStatus::Success).is_ok());
}

/// Lists the functions of `wasi:cli/exit` that a component calls.
fn exits(component: &[u8]) -> Vec<String> {
    let names = binary::names(component, |payload| match payload {
        Payload::ComponentAliasSection(aliases) => {
            let name = |alias| match alias {
                ComponentAlias::InstanceExport { name, .. } => name.to_owned(),
                _ => String::new(),
            };
            aliases.into_iter().map(|alias| Ok(name(alias?))).collect()
        }
        _ => Ok(Vec::new()),
    });
    names.unwrap().into_iter().filter(|name| name.starts_with("exit")).collect()
}

#[test]
fn the_status_is_told_by_the_function_that_was_asked_for() {
    for beside in [false, true] {
        let module = embed(&command(), &FILESYSTEM, beside).unwrap();
        for (status, function) in
            [(ExitStatus::Success, "exit"), (ExitStatus::Code, "exit-with-code")]
        {
            let component = into_component(&module, beside, status).unwrap();
            assert_eq!(exits(&component), [function], "beside {beside}");
        }
    }
    // Where the module exits by itself there is nothing to tell.
    let silent =
        wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "_start")))"#);
    let silent = silent.unwrap();
    assert!(into_component(&silent, true, ExitStatus::Code).is_ok());
}

#[test]
fn a_made_component_exits_as_hosts_before_wasi_0_2_12_can() {
    assert_eq!(exits(&made(&command(), component()).unwrap().wasm), ["exit"]);
}

#[test]
fn beside_the_hosts_directories_it_imports_files() {
    let whole = made(&command(), Memory { beside: true, ..component() }).unwrap();
    let imports = binary::imports(&whole.wasm).unwrap();
    assert!(imports.iter().any(|name| name.starts_with("wasi:filesystem/preopens@0.2.")));
}

#[test]
fn what_cannot_become_a_component_is_refused_with_what_to_do() {
    let composed = Memory { form: Some(Form::Composed), ..component() };
    for (program, memory, expected) in [
        (plain(), component(), "the module cannot become a component: "),
        (plain(), component(), "`env`"),
        (command(), composed, "--component needs --form embedded; leave out one of them"),
        (fixtures::plain(), component(), "it is a component already; leave out --component"),
    ] {
        let words = made(&program, memory).unwrap_err().to_string();
        assert!(words.contains(expected), "{expected:?} is missing in: {words}");
        assert!(!words.contains('\n') && !words.contains("BUG"), "{words}");
    }
}

/// Tries modules from which wit-component would make an invalid component.
#[test]
fn a_module_that_the_adapter_does_not_fit_is_refused() {
    const WRITE: &str = "(param i32 i32 i32 i32) (result i32)";
    let write = format!(r#"(import "wasi_snapshot_preview1" "fd_write" (func {WRITE}))"#);
    let (memory, start) = (r#"(memory (export "memory") 1)"#, r#"(func (export "_start"))"#);
    // A type in a group differs from the same type alone, even if nothing refers to the others.
    let grouped = |ty: &str| format!("(rec (type $it (func {ty})) (type (func (param i64))))");
    let type_of = |name: &str| format!("the type of the function {name} is in a group");
    let is_no_start = "the module exports _start, but not as a function without parameters";
    for (parts, expected) in [
        ([&write, memory, r#"(func (export "_start") (param i32))"#], is_no_start),
        ([&write, memory, r#"(func (export "_start") (result i32) i32.const 0)"#], is_no_start),
        ([&write, memory, r#"(global (export "_start") i32 (i32.const 0))"#], is_no_start),
        ([&write, r#"(memory (export "memory") i64 1)"#, start], "addresses of 64 bits"),
        ([&write, r#"(memory (export "memory") 1 (pagesize 1))"#, start], "pages of another size"),
        ([&write, r#"(memory (export "memory") 1 2 shared)"#, start], "threads share"),
        (
            [
                &format!(
                    r#"{} (import "wasi_snapshot_preview1" "fd_write" (func (type $it)))"#,
                    grouped(WRITE)
                ),
                memory,
                start,
            ],
            &type_of("fd_write"),
        ),
        (
            [
                r#"(type $it (sub (func (param i32))))
                (import "wasi_snapshot_preview1" "proc_exit" (func (type $it)))"#,
                memory,
                start,
            ],
            &type_of("proc_exit"),
        ),
        ([&grouped(""), memory, r#"(func (export "_start") (type $it))"#], &type_of("_start")),
        (
            [&grouped(""), memory, r#"(func (export "_initialize") (type $it))"#],
            &type_of("_initialize"),
        ),
        (
            [&grouped(WRITE), memory, r#"(func (export "cabi_realloc") (type $it) i32.const 0)"#],
            &type_of("cabi_realloc"),
        ),
    ] {
        let text = format!("(module {})", parts.concat());
        let module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
        for (beside, status) in [(true, ExitStatus::Code), (false, ExitStatus::Success)] {
            let words = into_component(&module, beside, status).unwrap_err().to_string();
            assert!(words.contains(expected), "{expected:?} is missing in: {words}");
            assert!(!words.contains('\n') && !words.contains("BUG"), "{words}");
        }
    }
}

/// Changes each byte of a module in several ways. It becomes a component, or is refused with a
/// reason.
#[test]
fn no_change_of_a_byte_makes_the_adapter_fail() {
    let program = command();
    let (mut made, mut refused) = (0, 0);
    for at in 8..program.len() {
        for change in [0x01, 0x02, 0x04, 0x40, 0x80, 0xff] {
            let mut changed = program.clone();
            changed[at] ^= change;
            match into_component(&changed, at % 2 == 0, ExitStatus::Code) {
                Ok(_) => made += 1,
                Err(Error::Program(words)) if !words.contains("BUG") => refused += 1,
                Err(error) => panic!("byte {at} changed by {change:#x}: {error}"),
            }
        }
    }
    assert!(made > 10 && refused > 1000, "{made} {refused}");
}

#[test]
fn what_became_a_component_is_not_embedded_into_again() {
    let whole = made(&command(), component()).unwrap().wasm;
    let words = made(&whole, Memory::default()).unwrap_err().to_string();
    assert!(words.contains("embedded into it already"), "{words}");
}
