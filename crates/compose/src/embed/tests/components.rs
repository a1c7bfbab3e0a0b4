//! Components of each shape: index spaces, names, imports.

use wasmparser::{Parser, Payload};

use crate::embed::embed;
use crate::embed::tests::fixtures::{
    FILESYSTEM, IMPORTS, LOWERED, MODULE, USER, component, embedded, imports, library, modules,
    names, plain,
};

const STREAMS: &str = "wasi:io/streams@0.2.6";
const CLOCK: &str = "wasi:clocks/wall-clock@0.2.6";
const RANDOM: &str = "wasi:random/random@0.2.6";

#[test]
fn the_outcome_imports_a_clock_and_random_numbers_and_no_files() {
    assert_eq!(imports(&embedded(&plain())), [STREAMS, CLOCK, RANDOM]);
}

#[test]
fn what_the_filesystem_needs_is_imported_only_if_it_is_reached() {
    let user = r#"
        (core func $sync (canon lower (func $types "[method]descriptor.is-same-object")))
        (core func $memory-user (canon lower (func $types "[method]descriptor.read-via-stream")
            (memory $memory)))
        (func (export "run") (canon lift (core func $run)))"#;
    assert_eq!(imports(&embedded(&component(&[IMPORTS, MODULE, user]))), [STREAMS]);
}

#[test]
fn beside_it_the_hosts_directories_stay_and_are_asked_for() {
    let whole = embed(&plain(), &FILESYSTEM, true).unwrap();
    let expected =
        [STREAMS, "wasi:filesystem/types@0.2.6", "wasi:filesystem/preopens@0.2.6", CLOCK, RANDOM];
    assert_eq!(imports(&whole), expected);
    let (asked, exported) = names(&library(&whole));
    assert!(asked.contains(&"late:wasi:filesystem/preopens get-directories".into()));
    let listed = |name: &str| exported.iter().any(|it| it == name);
    assert!(listed("beside:wasi:filesystem/preopens#get-directories"));
    assert!(!listed("wasi:filesystem/preopens#get-directories"));
}

#[test]
fn an_imported_clock_is_extended_by_the_function_that_it_lacks() {
    let clock = r#"(import "wasi:clocks/wall-clock@0.2.1" (instance
        (type $datetime (record (field "seconds" u64) (field "nanoseconds" u32)))
        (export "datetime" (type $exported (eq $datetime)))
        (export "resolution" (func (result $exported)))))"#;
    let whole = embedded(&component(&[clock, IMPORTS, MODULE, LOWERED, USER]));
    assert_eq!(imports(&whole), ["wasi:clocks/wall-clock@0.2.1", STREAMS, RANDOM]);
}

#[test]
fn one_type_that_two_imports_have_is_extended_for_the_clock_alone() {
    // A host that offers only `other` has no function `now` there.
    let clock = r#"
        (type $same (instance (export "resolution" (func (result u64)))))
        (import "wasi:clocks/wall-clock@0.2.1" (instance (type $same)))
        (import "test:other/other" (instance $other (type $same)))
        (export "other" (instance $other))"#;
    let whole = embedded(&component(&[clock, IMPORTS, MODULE, LOWERED, USER]));
    let types = wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
        .validate_all(&whole)
        .unwrap();
    let functions =
        |instance| types.as_ref()[types.as_ref().component_instance_at(instance)].exports.len();
    // `datetime` and `now` beside `resolution`; and `resolution` alone.
    assert_eq!((functions(0), functions(1)), (3, 1));
}

#[test]
fn functions_of_the_host_stay_for_handles_of_the_host() {
    let drops = r#"
        (core func $drop-stream (canon resource.drop $input-stream))
        (core func $drop-descriptor (canon resource.drop $descriptor))"#;
    let user = r#"
        (core module $other
            (import "drops" "stream" (func (param i32)))
            (import "drops" "descriptor" (func (param i32))))
        (core instance (instantiate $other (with "drops" (instance
            (export "stream" (func $drop-stream))
            (export "descriptor" (func $drop-descriptor))))))"#;
    // The drops come before the module that has the memory.
    let whole = embedded(&component(&[IMPORTS, drops, MODULE, LOWERED, USER, user]));
    let dropped: Vec<u32> = canonical(&whole, |function| match function {
        wasmparser::CanonicalFunction::ResourceDrop { resource } => Some(resource),
        _ => None,
    });
    assert_eq!(dropped.len(), 1, "the stream's drop stays, and the descriptor's goes");
}

#[test]
fn a_resource_is_known_by_any_of_its_names() {
    // The type of descriptors as the interface of preopened directories lists it.
    let drops = r#"
        (alias export $preopens "descriptor" (type $again))
        (core func $drop (canon resource.drop $again))
        (core module $other (import "it" "drop" (func (param i32))))
        (core instance (instantiate $other (with "it" (instance (export "drop" (func $drop))))))"#;
    let whole = embedded(&component(&[IMPORTS, MODULE, LOWERED, drops, USER]));
    assert_eq!(imports(&whole), [STREAMS, CLOCK, RANDOM]);
    let exported = "wasi:filesystem/types#[resource-drop]descriptor".to_owned();
    assert!(names(&library(&whole)).1.contains(&exported));
}

fn canonical<T>(
    component: &[u8],
    pick: impl Fn(wasmparser::CanonicalFunction) -> Option<T>,
) -> Vec<T> {
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ComponentCanonicalSection(section) = payload.unwrap() {
            found.extend(section.into_iter().filter_map(|it| pick(it.unwrap())));
        }
    }
    found
}

#[test]
fn a_memory_in_a_bag_is_the_memory_of_its_module() {
    let bag = r#"
        (core instance $bag (export "mem" (memory $memory)))
        (alias core export $bag "mem" (core memory $bagged))"#;
    let lowered = LOWERED.replacen("(memory $memory)", "(memory $bagged)", 1);
    embedded(&component(&[IMPORTS, MODULE, bag, &lowered, USER]));
}

#[test]
fn two_allocators_have_numbers_and_two_aliases_of_one_are_one() {
    let alias = r#"(alias core export $main "realloc" (core func $again))"#;
    let other = r#"(alias core export $main "other-realloc" (core func $again))"#;
    let second = r#"
        (core func $second (canon lower (func $preopens "get-directories")
            (memory $memory) (realloc $again)))"#;
    for (alias, several) in [(alias, false), (other, true)] {
        let whole = embedded(&component(&[IMPORTS, MODULE, alias, LOWERED, second, USER]));
        let (imports, _) = names(&library(&whole));
        let numbered = imports.contains(&"program realloc-number".into());
        assert_eq!(numbered, several, "{imports:?}");
    }
}

#[test]
fn names_of_the_component_follow_what_they_name() {
    let named = component(&["$named", IMPORTS, MODULE, LOWERED, USER]);
    let whole = embedded(&named);
    let text = |wasm: &[u8], wanted: &str| {
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::CustomSection(section) = payload.unwrap() else { continue };
            let wasmparser::KnownCustom::ComponentName(names) = section.as_known() else {
                continue;
            };
            for name in names {
                match name.unwrap() {
                    wasmparser::ComponentName::Component { name, .. } if wanted == "component" => {
                        found.push((0, name.to_owned()));
                    }
                    wasmparser::ComponentName::CoreInstances(map) if wanted == "instances" => {
                        found.extend(map.into_iter().map(|it| {
                            let it = it.unwrap();
                            (it.index, it.name.to_owned())
                        }));
                    }
                    _ => {}
                }
            }
        }
        found
    };
    assert_eq!(text(&whole, "component"), [(0, "named".to_owned())]);
    assert_eq!(text(&named, "instances"), [(0, "main".to_owned())]);
    // The thunks come before it.
    assert_eq!(text(&whole, "instances"), [(1, "main".to_owned())]);
}

#[test]
fn the_programs_modules_are_left_as_they_are() {
    let program = plain();
    let (before, after) = (modules(&program), modules(&embedded(&program)));
    assert_eq!(after.len(), before.len() + 2);
    for module in before {
        assert!(after.contains(&module));
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(embedded(&plain()), embedded(&plain()));
}

#[test]
fn custom_sections_stay() {
    let note = r#"(@custom "note" "kept")"#;
    let whole = embedded(&component(&[IMPORTS, MODULE, LOWERED, USER, note]));
    let kept = Parser::new(0).parse_all(&whole).any(|payload| {
        matches!(payload.unwrap(), Payload::CustomSection(it) if it.name() == "note" && it.data() == b"kept")
    });
    assert!(kept);
}

/// Hosts such as plain `wasmtime serve` offer HTTP, and of `wasi:cli` standard streams.
#[test]
fn a_handler_asks_its_host_for_no_environment_and_a_command_does() {
    let environment = r#"
        (import "wasi:cli/environment@0.2.6" (instance $environment
            (export "get-environment" (func (result (list (tuple string string)))))
            (export "get-arguments" (func (result (list string))))))"#;
    let http = r#"(import "wasi:http/types@0.2.6" (instance))"#;
    let exit = r#"(import "wasi:cli/exit@0.2.6" (instance))"#;
    let stderr = r#"(import "wasi:cli/stderr@0.2.6" (instance))"#;
    let handler = r#"
        (instance $handler)
        (export "wasi:http/incoming-handler@0.2.6" (instance $handler))"#;
    let lowered = r#"
        (core func $variables (canon lower (func $environment "get-environment")
            (memory $memory) (realloc $realloc)))
        (core func $arguments (canon lower (func $environment "get-arguments")
            (memory $memory) (realloc $realloc)))
        (core module $asker
            (import "it" "variables" (func (param i32)))
            (import "it" "arguments" (func (param i32))))
        (core instance (instantiate $asker (with "it" (instance
            (export "variables" (func $variables)) (export "arguments" (func $arguments))))))"#;
    let asks = |others: &[&str], export: &str| {
        let user = [environment, IMPORTS, MODULE, LOWERED, lowered, USER, export];
        let parts = [others, &user].concat();
        imports(&embedded(&component(&parts))).iter().any(|it| it.starts_with("wasi:cli/env"))
    };
    assert!(!asks(&[http], handler) && !asks(&[http, stderr], handler));
    assert!(
        asks(&[http, exit], handler) && asks(&[http], "") && asks(&[exit], "") && asks(&[], "")
    );
}
