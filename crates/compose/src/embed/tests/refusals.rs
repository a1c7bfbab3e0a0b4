//! Programs that are refused, with what to do.

use crate::binary;
use crate::embed::embed;
use crate::embed::tests::fixtures::{
    FILESYSTEM, IMPORTS, LOWERED, MODULE, USER, component, embedded, plain, refusal,
};
use crate::error::Error;

#[track_caller]
fn assert_refused(parts: &[&str], expected: &str) {
    let words = refusal(&component(parts));
    assert!(words.contains(expected), "{expected:?} is missing in: {words}");
}

#[test]
fn a_damaged_program_is_refused_wherever_it_is_cut() {
    let whole = plain();
    let mut refused = 0;
    for length in 0..whole.len() {
        match embed(&whole[..length], &FILESYSTEM, false) {
            Err(Error::Program(_)) => refused += 1,
            // Between two sections it can be a whole component that exports nothing.
            Ok(_) => wasmparser::Validator::new().validate_all(&whole[..length]).map(drop).unwrap(),
            Err(other) => panic!("{length} of {}: {other}", whole.len()),
        }
    }
    assert!(refused > whole.len() * 9 / 10, "{refused} of {}", whole.len());
    assert!(refusal(&whole[..whole.len() - 1]).contains("truncated or damaged; build it again"));
}

#[test]
fn a_filesystem_that_is_no_module_is_the_callers_fault() {
    let refused = embed(&plain(), b"\0asm", false);
    assert!(matches!(refused, Err(Error::Component(_))), "{refused:?}");
}

#[test]
fn a_program_without_files_is_refused() {
    let run = r#"(func (export "run") (canon lift (core func $run)))"#;
    assert_refused(&[MODULE, run], "does not import wasi:filesystem: nothing to embed");
    assert_refused(&[IMPORTS, MODULE, run], "calls nothing of it");
}

#[test]
fn nothing_is_embedded_twice_even_if_names_and_notes_were_removed() {
    let expected = "embedded into it already; give the program that it was made from";
    for beside in [false, true] {
        let once = embed(&plain(), &FILESYSTEM, beside).unwrap();
        for program in [crate::binary::strip(&once).unwrap(), once] {
            let words = embed(&program, &FILESYSTEM, beside).unwrap_err().to_string();
            assert!(words.contains(expected), "{words}");
        }
    }
}

#[test]
fn a_program_that_holds_the_mark_as_a_text_is_none_that_was_embedded() {
    for place in ["(i32.const 0)", ""] {
        let text = r#""scratch:tmpfs@01\00\00\00\00""#;
        let data = format!("(core module (memory 1) (data {place} {text}))");
        embedded(&component(&[IMPORTS, MODULE, LOWERED, &data, USER]));
    }
}

#[test]
fn another_wasi_than_0_2_is_refused() {
    for version in ["0.3.0", "0.1.0", "1.0.0"] {
        let imports = IMPORTS.replace("types@0.2.6", &format!("types@{version}"));
        let expected =
            format!("wasi:filesystem/types@{version}, and the filesystem answers WASI 0.2");
        assert_refused(&[&imports, MODULE, LOWERED, USER], &expected);
    }
    embedded(&component(&[&IMPORTS.replace("0.2.6", "0.2.0"), MODULE, LOWERED, USER]));
}

#[test]
fn a_function_of_files_that_the_filesystem_lacks_is_named() {
    let imports = IMPORTS.replace("descriptor.read-via-stream", "descriptor.teleport");
    let lowered = r#"(core func (canon lower (func $types "[method]descriptor.teleport")
        (memory $memory)))"#;
    let expected = "does not answer wasi:filesystem/types#[method]descriptor.teleport";
    assert_refused(&[&imports, MODULE, LOWERED, lowered, USER], expected);
}

/// An import of `scratch:space`, lowered, of this version and with this function of this result.
fn asking(version: &str, function: &str, result: &str) -> String {
    format!(
        r#"(import "scratch:space/usage@{version}" (instance $usage
            (export "{function}" (func (result {result})))))
        (core func (canon lower (func $usage "{function}") (memory $memory)))"#
    )
}

#[test]
fn what_a_program_asks_of_its_space_is_answered_or_named() {
    for (version, function, result, expected) in [
        ("0.1.0", "over-soft-limit", "u64", "over-soft-limit has another type than in scratch:spa"),
        ("0.1.0", "weight", "u64", "does not answer scratch:space/usage#weight"),
        ("0.2.0", "over-soft-limit", "bool", "scratch:space/usage@0.2.0, and the filesystem answ"),
    ] {
        let asking = asking(version, function, result);
        assert_refused(&[IMPORTS, MODULE, LOWERED, &asking, USER], expected);
    }
    let asking = asking("0.1.3", "over-soft-limit", "bool");
    let whole = embed(&component(&[IMPORTS, MODULE, LOWERED, &asking, USER]), &FILESYSTEM, true);
    let imports = binary::imports(&whole.unwrap()).unwrap();
    assert!(!imports.iter().any(|name| name.starts_with("scratch:")), "{imports:?}");
}

#[test]
fn a_space_that_another_component_asks_about_is_refused() {
    let asking = r#"(import "scratch:space/usage@0.1.0" (instance $usage
            (export "over-soft-limit" (func (result bool)))))
        (component $asker (import "usage" (instance
            (export "over-soft-limit" (func (result bool))))))
        (instance (instantiate $asker (with "usage" (instance $usage))))"#;
    assert_refused(&[IMPORTS, MODULE, LOWERED, asking, USER], "scratch:space/usage@0.1.0 <- ");
}

#[test]
fn a_function_of_another_type_than_wasis_is_named() {
    let imports = IMPORTS.replace(
        r#"(param "offset" u64) (result $read)"#,
        r#"(param "offset" u32) (result $read)"#,
    );
    let lowered = r#"(core func (canon lower (func $types "[method]descriptor.read-via-stream")
        (memory $memory)))"#;
    let expected = "[method]descriptor.read-via-stream has another type than in WASI 0.2";
    assert_refused(&[&imports, MODULE, LOWERED, lowered, USER], expected);
}

#[test]
fn memories_that_the_filesystem_cannot_reach_are_refused() {
    let memory = |memory: &str| {
        MODULE.replace(
            r#"(memory (export "memory") 1)"#,
            &format!(r#"(memory (export "memory") {memory})"#),
        )
    };
    let pages = memory("1 (pagesize 1)");
    assert_refused(&[IMPORTS, &pages, LOWERED, USER], "another size than 64 KiB");
    let large = memory("i64 1").replace(
        "(param i32 i32 i32 i32) (result i32) i32.const",
        "(param i64 i64 i64 i64) (result i64) i64.const",
    );
    let user = r#"(func (export "run") (canon lift (core func $run)))"#;
    assert_refused(&[IMPORTS, &large, LOWERED, user], "build the program for wasm32");
}

#[test]
fn two_memories_that_use_files_are_refused() {
    let second = r#"
        (core instance $second (instantiate $module))
        (alias core export $second "memory" (core memory $other))"#;
    let lowered = LOWERED.replacen("(memory $memory)", "(memory $other)", 1);
    let expected = "2 memories of the component use files";
    assert_refused(&[IMPORTS, MODULE, second, &lowered, USER], expected);
}

#[test]
fn strings_that_are_not_utf_8_are_refused() {
    let lowered = LOWERED.replacen("(memory $memory)", "string-encoding=utf16 (memory $memory)", 1);
    let expected = "preopens#get-directories is lowered with an option";
    assert_refused(&[IMPORTS, MODULE, &lowered, USER], expected);
}

#[test]
fn what_keeps_an_import_of_files_alive_is_told_link_by_link() {
    let other = r#"(import "test:other/open" (instance
        (alias outer 1 $descriptor (type $theirs))
        (export "descriptor" (type $same (eq $theirs)))
        (export "open" (func (result (own $same))))))"#;
    let expected = "its files are used by others, too: import wasi:filesystem/types@0.2.6 <- descriptor \
        <- type <- import test:other/open";
    assert_refused(&[IMPORTS, other, MODULE, LOWERED, USER], expected);
}

#[test]
fn an_export_of_files_is_refused() {
    let export = r#"
        (instance $mine (export "descriptor" (type $descriptor)))
        (export "wasi:filesystem/types@0.2.6" (instance $mine))"#;
    let expected = "it exports wasi:filesystem/types@0.2.6";
    assert_refused(&[IMPORTS, MODULE, LOWERED, USER, export], expected);
}

/// A program that reads streams of files, so that streams may be ours.
const READ: &str = r#"
    (core func $read (canon lower (func $types "[method]descriptor.read-via-stream")
        (memory $memory)))"#;

#[test]
fn a_function_of_the_host_that_takes_a_stream_is_named() {
    let other = r#"
        (import "test:other/upload" (instance $upload
            (alias outer 1 $input-stream (type $stream))
            (export "send" (func (param "it" (own $stream))))))"#;
    let lowered = r#"(core func $send (canon lower (func $upload "send")))"#;
    let expected = "test:other/upload#send, which takes a wasi:io/streams.input-stream";
    assert_refused(&[IMPORTS, other, MODULE, LOWERED, READ, lowered, USER], expected);
    // Without a stream of a file, those of the host go there as before.
    embedded(&component(&[IMPORTS, other, MODULE, LOWERED, lowered, USER]));
}

#[test]
fn a_function_that_is_an_import_of_its_own_or_of_a_component_within_is_named_too() {
    let import = r#"(import "send" (func $send (param "it" (own $input-stream))))"#;
    let lowered = r#"(core func $sent (canon lower (func $send)))"#;
    let expected = "it imports send, which takes a wasi:io/streams.input-stream";
    assert_refused(&[IMPORTS, import, MODULE, LOWERED, READ, lowered, USER], expected);
    let within = r#"
        (component $inner
            (import "input-stream" (type $stream (sub resource)))
            (core module $taker (func (export "send") (param i32)))
            (core instance $taker (instantiate $taker))
            (func (export "send") (param "it" (own $stream))
                (canon lift (core func $taker "send"))))
        (instance $inner (instantiate $inner (with "input-stream" (type $input-stream))))
        (alias export $inner "send" (func $send))"#;
    let expected = "send of an instance within, which takes a wasi:io/streams.input-stream";
    assert_refused(&[IMPORTS, within, MODULE, LOWERED, READ, lowered, USER], expected);
}

#[test]
fn an_interface_under_another_name_is_named() {
    let disk = r#"
        (import "disk" (implements "wasi:filesystem/preopens@0.2.6") (instance))"#;
    assert_refused(&[IMPORTS, disk, MODULE, LOWERED, USER], "its import disk names its interface");
    // wasmtime 48 does not run a component with a version apart, and no toolchain makes one.
    let clock = r#"
        (import "wasi:clocks/wall-clock@0.2" (versionsuffix ".6") (instance))"#;
    let expected = "its import wasi:clocks/wall-clock@0.2 names its interface or version apart";
    assert_refused(&[IMPORTS, clock, MODULE, LOWERED, USER], expected);
}

#[test]
fn two_versions_of_an_interface_are_named() {
    let other = r#"(import "wasi:io/streams@0.2.9" (instance))"#;
    let expected = "it imports wasi:io/streams@0.2.6 and wasi:io/streams@0.2.9";
    assert_refused(&[IMPORTS, other, MODULE, LOWERED, USER], expected);
    // WASI 0.3 has names of its own.
    let other = r#"(import "wasi:clocks/monotonic-clock@0.3.0" (instance))"#;
    let clock = r#"(import "wasi:clocks/monotonic-clock@0.2.6" (instance))"#;
    for order in [[other, clock], [clock, other]] {
        embedded(&component(&[order[0], order[1], IMPORTS, MODULE, LOWERED, USER]));
    }
}

#[test]
fn an_export_that_returns_a_stream_is_named() {
    let export = r#"
        (core module $maker (func (export "make") (result i32) i32.const 0))
        (core instance $maker (instantiate $maker))
        (type $make (func (result (own $input-stream))))
        (func $make (type $make) (canon lift (core func $maker "make")))
        (export "make" (func $make))"#;
    let expected = "it exports make, which returns a wasi:io/streams.input-stream";
    assert_refused(&[IMPORTS, MODULE, LOWERED, READ, USER, export], expected);
    embedded(&component(&[IMPORTS, MODULE, LOWERED, USER, export]));
}

#[test]
fn a_component_within_that_takes_things_of_the_outer_one_by_alias_is_refused() {
    let types = r#"(type $pair (tuple u32 u32)) (core type $call (func (param i32)))"#;
    for inner in [
        "(alias outer 1 $module (core module))",
        r#"(type (instance (alias outer 2 $pair (type $it))
            (export "f" (func (param "it" $it)))))"#,
        r#"(type (component (type (instance (alias outer 3 $pair (type $it))
            (export "f" (func (param "it" $it)))))))"#,
        r#"(core type (module (alias outer 2 $call (type $it)) (import "" "f" (func (type $it)))))"#,
    ] {
        let inner = format!("(component $inner {inner})");
        let expected = "by an outer alias";
        assert_refused(&[types, IMPORTS, MODULE, &inner, LOWERED, USER], expected);
    }
    // What is of the component itself is its own.
    let inner = r#"(component $inner (type $pair (tuple u32 u32))
        (type (instance (alias outer 1 $pair (type $it)) (export "f" (func (param "it" $it))))))"#;
    embedded(&component(&[IMPORTS, MODULE, inner, LOWERED, USER]));
}

#[test]
fn a_clock_whose_type_cannot_be_extended_is_refused() {
    let clock = r#"
        (type $clock (instance (export "resolution" (func (result u64)))))
        (alias outer 0 $clock (type $again))
        (import "wasi:clocks/wall-clock@0.2.6" (instance (type $again)))"#;
    let expected = "the type of its import wasi:clocks/wall-clock is not written out";
    assert_refused(&[clock, IMPORTS, MODULE, LOWERED, USER], expected);
}

/// Changes each byte of programs of every kind in several ways. A valid program is embedded or
/// refused with a reason, and an embedded program is valid.
#[test]
fn no_change_of_a_byte_makes_the_tool_fail() {
    let nested = component(&[
        IMPORTS,
        &format!("(component $user {IMPORTS} {MODULE} {LOWERED} {USER})"),
        r#"(instance (instantiate $user
            (with "wasi:io/streams@0.2.6" (instance $streams))
            (with "wasi:filesystem/types@0.2.6" (instance $types))
            (with "wasi:filesystem/preopens@0.2.6" (instance $preopens))))"#,
    ]);
    let (mut whole, mut refused) = (0, 0);
    for program in [plain(), nested, super::preview1::plain()] {
        for at in 8..program.len() {
            for change in [0x01, 0x02, 0x04, 0x40, 0x80, 0xff] {
                let mut changed = program.clone();
                changed[at] ^= change;
                match embed(&changed, &FILESYSTEM, at % 2 == 0) {
                    Ok(_) => whole += 1,
                    Err(Error::Program(words)) if !words.contains("BUG") => refused += 1,
                    Err(error) => panic!("byte {at} changed by {change:#x}: {error}"),
                }
            }
        }
    }
    assert!(whole > 1000 && refused > 1000, "{whole} {refused}");
}
