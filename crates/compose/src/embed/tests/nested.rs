//! Components that put others together.

use wasmparser::{Parser, Payload};

use crate::embed::embed;
use crate::embed::tests::fixtures::{
    FILESYSTEM, IMPORTS, LOWERED, MODULE, USER, component, embedded, imports, refusal,
};

/// A component within that uses files.
fn inner(name: &str) -> String {
    format!("(component ${name} {IMPORTS} {MODULE} {LOWERED} {USER})")
}

/// Instantiates it with what the outer one imports.
fn instance(name: &str) -> String {
    format!(
        r#"(instance ${name} (instantiate ${name}
            (with "wasi:io/streams@0.2.6" (instance $streams))
            (with "wasi:filesystem/types@0.2.6" (instance $types))
            (with "wasi:filesystem/preopens@0.2.6" (instance $preopens))))
        (export "{name}" (func ${name} "run"))"#
    )
}

#[test]
fn the_one_component_that_uses_files_is_rewritten_within() {
    let whole = embedded(&component(&[IMPORTS, &inner("user"), &instance("user")]));
    let expected =
        ["wasi:io/streams@0.2.6", "wasi:clocks/wall-clock@0.2.6", "wasi:random/random@0.2.6"];
    assert_eq!(imports(&whole), expected);
}

#[test]
fn the_outer_import_of_a_clock_is_extended_and_handed_in() {
    let clock = r#"(import "wasi:clocks/wall-clock@0.2.6" (instance $clock
        (export "resolution" (func (result u64)))))"#;
    let whole = embedded(&component(&[clock, IMPORTS, &inner("user"), &instance("user")]));
    let expected =
        ["wasi:clocks/wall-clock@0.2.6", "wasi:io/streams@0.2.6", "wasi:random/random@0.2.6"];
    assert_eq!(imports(&whole), expected);
}

#[test]
fn beside_the_hosts_directories_stay_and_are_handed_in() {
    let program = component(&[IMPORTS, &inner("user"), &instance("user")]);
    let whole = embed(&program, &FILESYSTEM, true).unwrap();
    assert!(imports(&whole).contains(&"wasi:filesystem/preopens@0.2.6".to_owned()));
}

#[test]
fn two_components_that_use_files_share_them_and_are_refused() {
    let parts = [&inner("one"), &instance("one"), &inner("two"), &instance("two")];
    let words = refusal(&component(&[IMPORTS, parts[0], parts[1], parts[2], parts[3]]));
    assert!(words.contains("2 components in it use files and share them"), "{words}");
}

#[test]
fn a_component_with_two_instances_is_refused() {
    let again = r#"(instance (instantiate $user
        (with "wasi:io/streams@0.2.6" (instance $streams))
        (with "wasi:filesystem/types@0.2.6" (instance $other-types))
        (with "wasi:filesystem/preopens@0.2.6" (instance $other-preopens))))"#;
    // What is given here is another component's.
    let inner_imports = IMPORTS
        .replace("wasi:io/streams@0.2.6", "streams")
        .replace("wasi:filesystem/types@0.2.6", "types")
        .replace("wasi:filesystem/preopens@0.2.6", "preopens");
    let exports = r#"
            (export "types" (instance $types))
            (export "preopens" (instance $preopens)))
        (instance $maker (instantiate $maker
            (with "streams" (instance $streams))
            (with "types" (instance $types))
            (with "preopens" (instance $preopens))))
        (alias export $maker "types" (instance $other-types))
        (alias export $maker "preopens" (instance $other-preopens))"#;
    let others = format!("(component $maker {inner_imports} {exports}");
    let program = component(&[IMPORTS, &inner("user"), &instance("user"), &others, again]);
    let words = refusal(&program);
    // Files reach two instances, one of them under other names.
    assert!(words.contains("2 components in it use files"), "{words}");
}

#[test]
fn the_component_within_is_the_only_thing_that_grows() {
    let program = component(&[IMPORTS, &inner("user"), &instance("user")]);
    let count = |wasm: &[u8]| {
        let payloads = Parser::new(0).parse_all(wasm);
        let modules = payloads.filter(|it| matches!(it, Ok(Payload::ModuleSection { .. })));
        modules.count()
    };
    assert_eq!(count(&embedded(&program)), count(&program) + 2);
}

/// Plain `wasmtime serve` offers no environment. What the outer component exports decides whether
/// that is the host.
#[test]
fn the_environment_goes_from_a_component_within_a_handler_and_stays_elsewhere() {
    let variables = r#"
        (import "wasi:cli/environment@0.2.6" (instance $environment
            (export "get-environment" (func (result (list (tuple string string)))))))"#;
    let lowered = r#"
        (core func (canon lower (func $environment "get-environment")
            (memory $memory) (realloc $realloc)))"#;
    let handler = |of: &str| {
        format!(
            r#"(instance $handler (export "handle" (func {of})))
            (export "wasi:http/incoming-handler@0.2.6" (instance $handler))"#
        )
    };
    let inner = |exports: &str| {
        format!(
            "(component $user {variables} {IMPORTS} {MODULE} {LOWERED} {lowered} {USER} {exports})"
        )
    };
    let given = instance("user").replace(
        r#"(with "wasi:io"#,
        r#"(with "wasi:cli/environment@0.2.6" (instance $environment)) (with "wasi:io"#,
    );
    let whole = |inner_exports: &str, exports: &str| {
        imports(&embedded(&component(&[
            variables,
            IMPORTS,
            &inner(inner_exports),
            &given,
            exports,
        ])))
    };
    let environment = "wasi:cli/environment@0.2.6".to_owned();
    let outer = r#"(alias export $user "run" (func $handle))"#.to_owned() + &handler("$handle");
    assert!(!whole("", &outer).contains(&environment));
    let within = "(func $handle (canon lift (core func $run)))".to_owned() + &handler("$handle");
    assert!(!whole(&within, &outer).contains(&environment));
    assert!(whole(&within, "").contains(&environment));
    assert!(whole("", "").contains(&environment));
}
