//! Programs with the filesystem as a part of them, as `scratch compose --memory` makes them.
//! `memory_std` and `memory_streams` compare their use of files. The tests here are about imports,
//! baked-in files, and the host's directories beside memory.

use std::fs;

use host_tests::programs::{
    CALLS_LINKED, LIBRARY_LINKED, POLLING, README_CACHE, README_PROGRAM, RUST_TEMPFILE_EXAMPLES,
    STD_FILES, STD_LIMITS, STREAM_CALLS,
};
use host_tests::{Built, Program, Sandbox, composed, composition, names_in};
use scratch_compose::{Form, Memory, Options, Record, Way, binary};
use tempfile::TempDir;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};

include!(concat!(env!("OUT_DIR"), "/programs_of_embedded_std.rs"));

/// Embeds the filesystem into a program.
fn embedded(program: &[u8], records: Vec<Record>) -> scratch_compose::Result<Vec<u8>> {
    let memory = Memory { form: Some(Form::Embedded), records, ..Memory::default() };
    composed(program, &Options { memory: Some(memory), ..Options::default() })
}

fn read(program: Built) -> Vec<u8> {
    fs::read(program.file()).unwrap()
}

#[test]
fn a_program_that_links_the_library_does_what_it_does_on_a_directory_of_the_host() {
    for (program, arguments) in [
        (LIBRARY_LINKED, &[][..]),
        (CALLS_LINKED, &["new", "10"]),
        (CALLS_LINKED, &["recycled", "10"]),
        (CALLS_LINKED, &["named", "10"]),
    ] {
        let run = |builder| Program::new(program, builder).run(arguments).succeeded();
        let on_disk = run(Sandbox::builder().tmp("/tmp"));
        let in_memory = run(Sandbox::builder().embedded());
        assert_eq!(in_memory.stdout, on_disk.stdout, "{program} {arguments:?}");
    }
}

#[test]
fn a_program_that_a_component_has_to_serve_is_composed() {
    let interface = "scratch:tempfile";
    let options = Options { memory: Some(Memory::default()), ..Options::default() };
    let whole = composition(&read(README_PROGRAM), &options).unwrap();
    let words = whole.way.to_string();
    assert!(matches!(whole.way, Way::Composed { .. }) && words.contains(interface), "{words}");
    let refusal = embedded(&read(README_PROGRAM), Vec::new()).unwrap_err().to_string();
    assert!(refusal.contains(interface), "{refusal}");
}

#[test]
fn a_program_that_asks_what_it_holds_is_answered_by_a_part_of_it() {
    let options = Options { memory: Some(Memory::default()), ..Options::default() };
    let whole = composition(&read(README_CACHE), &options).unwrap();
    assert!(matches!(whole.way, Way::Embedded { .. }), "{}", whole.way);
}

#[test]
fn the_program_imports_no_files_and_nothing_new_but_random_numbers_and_a_clock() {
    const GRANTED: [&str; 2] = ["wasi:clocks/wall-clock", "wasi:random/random"];
    for program in [STD_FILES, POLLING, RUST_TEMPFILE_EXAMPLES, STREAM_CALLS] {
        let before = binary::imports(&read(program)).unwrap();
        let after = binary::imports(&embedded(&read(program), Vec::new()).unwrap()).unwrap();
        for import in after {
            let files = import.starts_with("wasi:filesystem/");
            let interface = import.split('@').next().unwrap();
            let known = before.contains(&import) || GRANTED.contains(&interface);
            assert!(!files && known, "{program} imports {import}");
        }
    }
}

#[test]
fn limits_that_are_baked_in_hold() {
    let limits = [
        ("TMPFS_BYTES", "1M"),
        ("TMPFS_FILE_SIZE", "512K"),
        ("TMPFS_NODES", "20"),
        ("TMPFS_HANDLES", "10"),
    ];
    let record = |(name, value): (&str, &str)| Record::Variable(name.into(), value.into());
    let whole = embedded(&read(STD_LIMITS), limits.map(record).into()).unwrap();
    let _ = Program::run_bytes(&whole, Sandbox::builder(), &[]).succeeded();
}

#[test]
fn a_granted_directory_is_seen_beside_it_only_if_that_was_asked_for() {
    let grant = |builder: host_tests::Builder| builder.tmp("/data").env("TMPDIR", "/data");
    // The filesystem sets TMPDIR, so that temporary files go to memory.
    for builder in [grant(Sandbox::builder()).embedded(), grant(Sandbox::builder()).beside()] {
        let run = Program::new(RUST_TEMPFILE_EXAMPLES, builder).run(&[]).succeeded();
        assert!(names_in(run.tmp()).is_empty());
    }
    for (beside, expected) in [(false, None), (true, Some("wasi:filesystem/preopens"))] {
        let memory = Memory { form: Some(Form::Embedded), beside, ..Memory::default() };
        let options = Options { memory: Some(memory), ..Options::default() };
        let whole = composed(&read(STD_FILES), &options).unwrap();
        let imports = binary::imports(&whole).unwrap();
        let found = imports.iter().find(|it| it.starts_with("wasi:filesystem/preopens"));
        assert_eq!(found.map(|it| it.split('@').next().unwrap()), expected);
    }
}

/// Expects EXDEV, as in POSIX, for a link or rename to another filesystem.
#[test]
fn files_pass_between_the_hosts_directory_and_memory_and_names_do_not() {
    let data = TempDir::new().unwrap();
    fs::write(data.path().join("given"), "a gift").unwrap();
    let builder = Sandbox::builder().preopen(data.path(), "/data").beside();
    let run = Program::new(BESIDE, builder).run(&[]).succeeded();
    let expected = "read \"made of a gift\"\ncopied 14\ncopied 6\nsame true of 790\n\
        rename Err(CrossesDevices)\nlink Err(CrossesDevices)\n\
        rename Err(CrossesDevices)\nlink Err(CrossesDevices)\n\
        /data [\"given\", \"one\", \"out\"]\n/tmp [\"in\", \"made\", \"other\"]\n";
    assert_eq!(run.stdout, expected);
    assert_eq!(names_in(data.path()), ["given"]);
}

/// Makes a composition with the program as its only part and with all its imports.
fn within_a_composition(program: Built) -> Vec<u8> {
    let mut graph = CompositionGraph::new();
    let package = Package::from_bytes("program", None, read(program), graph.types_mut()).unwrap();
    let package = graph.register_package(package).unwrap();
    let instance = graph.instantiate(package);
    let exported: Vec<_> = graph.types()[graph[package].ty()].exports.keys().cloned().collect();
    for export in exported {
        let value = graph.alias_instance_export(instance, &export).unwrap();
        graph.export(value, export).unwrap();
    }
    graph.encode(EncodeOptions::default()).unwrap()
}

#[test]
fn a_program_within_a_composition_is_served_there() {
    let whole = within_a_composition(STD_FILES);
    let run = |whole: &[u8], builder: host_tests::Builder| {
        Program::run_bytes(whole, builder.stdin(b"one line\ntwo\nthree"), &[]).succeeded().stdout
    };
    let imports = |whole: &[u8]| binary::imports(whole).unwrap();
    assert!(imports(&whole).iter().any(|it| it.starts_with("wasi:filesystem/")));
    let inside = embedded(&whole, Vec::new()).unwrap();
    assert!(!imports(&inside).iter().any(|it| it.starts_with("wasi:filesystem/")));
    let alone = embedded(&read(STD_FILES), Vec::new()).unwrap();
    assert_eq!(run(&inside, Sandbox::builder()), run(&alone, Sandbox::builder()));
}

/// A program whose start functions call the system. One drops the standard output before there is a
/// memory. Another lists directories before the last function is lowered.
const STARTS: &str = r#"(component
    (import "wasi:io/streams@0.2.6" (instance $streams
        (export "output-stream" (type (sub resource)))
        (export "input-stream" (type (sub resource)))))
    (alias export $streams "output-stream" (type $output-stream))
    (alias export $streams "input-stream" (type $input-stream))
    (import "wasi:cli/stdout@0.2.6" (instance $stdout
        (alias outer 1 $output-stream (type $stream))
        (export "get-stdout" (func (result (own $stream))))))
    (import "wasi:filesystem/types@0.2.6" (instance $types
        (export "descriptor" (type (sub resource)))))
    (alias export $types "descriptor" (type $descriptor))
    (import "wasi:filesystem/preopens@0.2.6" (instance $preopens
        (alias outer 1 $descriptor (type $directory))
        (type $listed (list (tuple (own $directory) string)))
        (export "get-directories" (func (result $listed)))))

    (core func $get-stdout (canon lower (func $stdout "get-stdout")))
    (core func $drop-output (canon resource.drop $output-stream))
    (core module $early
        (import "" "get-stdout" (func $get (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func $start (call $drop (call $get)))
        (start $start))
    (core instance (instantiate $early (with "" (instance
        (export "get-stdout" (func $get-stdout)) (export "drop" (func $drop-output))))))

    (core module $main
        (memory (export "memory") 1)
        (global $free (mut i32) (i32.const 4096))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (global.get $free)
            (global.set $free (i32.and (i32.const -8)
                (i32.add (i32.const 7) (i32.add (global.get $free) (local.get 3))))))
        (func (export "run") (result i32) (i32.ne (i32.const 1) (i32.load (i32.const 12)))))
    (core instance $main (instantiate $main))
    (alias core export $main "memory" (core memory $memory))
    (alias core export $main "realloc" (core func $realloc))
    (core func $get-directories (canon lower (func $preopens "get-directories")
        (memory $memory) (realloc $realloc)))
    (core module $late
        (import "" "get-directories" (func $get (param i32)))
        (func $start (call $get (i32.const 8)))
        (start $start))
    (core instance (instantiate $late (with "" (instance
        (export "get-directories" (func $get-directories))))))

    (core func $drop-input (canon resource.drop $input-stream))
    (core module $last (import "" "drop" (func (param i32))))
    (core instance (instantiate $last (with "" (instance
        (export "drop" (func $drop-input))))))

    (alias core export $main "run" (core func $run))
    (func $ran (result (result)) (canon lift (core func $run)))
    (instance $command (export "run" (func $ran)))
    (export "wasi:cli/run@0.2.6" (instance $command)))"#;

#[test]
fn functions_of_the_system_can_be_called_while_the_program_is_instantiated() {
    let program = wat::parse_str(STARTS).unwrap();
    let run = |program: &[u8], ground| Program::run_bytes(program, ground, &[]).succeeded();
    run(&program, Sandbox::builder().tmp("/tmp"));
    run(&embedded(&program, Vec::new()).unwrap(), Sandbox::builder());
}
