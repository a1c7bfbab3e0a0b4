//! Programs that use `scratch:space`. One asks for the usage and stops in time, and another does
//! not ask and is refused. A third clears its space and finds its first files again.

use std::fs;

use host_tests::{Builder, Program, Run, Sandbox, composed};
use scratch_compose::{Form, Memory, Options, Record, Time, binary};
use wac_graph::types::{Package, Types};

include!(concat!(env!("OUT_DIR"), "/programs_of_memory_usage.rs"));

/// The filesystem beside the program, in the program, and lent by the host.
const GROUNDS: [fn(Builder) -> Builder; 3] = [Builder::memory, Builder::embedded, Builder::hosted];
const FORMS: [Form; 2] = [Form::Composed, Form::Embedded];

#[test]
fn a_program_that_asks_is_never_refused() {
    for ground in GROUNDS {
        let ground = ground(Sandbox::builder()).env("TMPFS_BYTES", "2M");
        let run = Program::new(README_CACHE, ground).run(&[]).succeeded();
        // 100,000 bytes take six pages of 16 KiB and one of 4 KiB: 100 KiB, or 102,400 bytes. The
        // sixteenth file therefore passes the soft limit of 1.5 MiB.
        assert_eq!(run.stdout, "16 results are kept of 1000\n");
    }
}

#[test]
fn a_program_that_was_refused_goes_on_when_it_has_deleted_something() {
    for ground in GROUNDS {
        let ground = ground(Sandbox::builder()).env("TMPFS_BYTES", "12K");
        let run = Program::new(README_PAGES, ground).run(&[]).succeeded();
        assert_eq!(run.stdout, "3 pages of 4 KiB fit into /tmp\n");
    }
}

#[test]
fn where_the_soft_limit_is_no_limit_it_is_refused() {
    for ground in GROUNDS {
        let ground = ground(Sandbox::builder()).env("TMPFS_BYTES", "2M").env("TMPFS_SOFT", "1G");
        let run = Program::new(README_CACHE, ground).run(&[]);
        assert_eq!(run.exit, Some(1));
        // For a failed stream, wasi-libc answers EIO whatever code the filesystem gave.
        assert!(run.stderr.contains("I/O error"), "{}", run.stderr);
    }
}

/// Puts a filesystem with these records under the program that clears its space, or into it.
fn made(form: Form, records: Vec<Record>) -> Vec<u8> {
    let memory = Some(Memory { form: Some(form), records, ..Memory::default() });
    let program = fs::read(BEGINS_ANEW.file()).unwrap();
    composed(&program, &Options { audited: false, memory }).unwrap()
}

fn run(form: Form, records: &[Record], arguments: &[&str]) -> Run {
    let whole = made(form, records.to_vec());
    Program::run_bytes(&whole, Sandbox::builder(), arguments).succeeded()
}

fn seed() -> Vec<Record> {
    let time = Time { seconds: 1_000_000_000, nanoseconds: 0 };
    vec![
        Record::Directory("d".into()),
        Record::File("d/seed".into(), b"seeded".to_vec()),
        Record::HardLink("d/hard".into(), "d/seed".into()),
        Record::Link("link".into(), "d/seed".into()),
        Record::Modified("d/seed".into(), time),
    ]
}

/// The output of the program for the seeded files.
const SEED: &str = "\
    d/\n\
    d/hard \"seeded\" of 1000000000\n\
    d/seed \"seeded\" of 1000000000\n\
    link -> d/seed\n";

#[test]
fn a_program_that_begins_anew_finds_what_was_seeded() {
    let expected = format!(
        "at the start:\n{SEED}begun anew:\n{SEED}\
        open still: \"seeded, changed\"\nand 26 bytes long\nthe directory lists 0\n\
        once more:\n{SEED}"
    );
    for form in FORMS {
        assert_eq!(run(form, &seed(), &[]).stdout, expected, "{form:?}");
    }
}

/// Mounts a space at the root. It has a directory for temporary files, also after it is cleared.
#[test]
fn a_program_that_begins_anew_finds_its_directory_for_temporary_files() {
    let mount = Record::Variable("TMPFS_MOUNT".into(), "/".into());
    for form in FORMS {
        let whole = made(form, vec![mount.clone(), Record::File("tmp_of".into(), Vec::new())]);
        let run = Program::run_bytes(&whole, Sandbox::builder(), &["held"]).succeeded();
        assert_eq!(run.stdout, "begins anew: Ok(())\nthen:\nbegins anew: Ok(())\nand then:\n");
    }
}

#[test]
fn where_what_is_open_leaves_no_room_for_what_was_seeded_nothing_is_left() {
    let time = Time { seconds: 1_000_000_001, nanoseconds: 0 };
    let more = [
        Record::File("zeros".into(), vec![b'0'; 50_000]),
        Record::Modified("zeros".into(), time),
        Record::Variable("TMPFS_BYTES".into(), "256K".into()),
    ];
    let seed = [seed(), more.into()].concat();
    let expected = format!(
        "begins anew: Err(())\nthen:\nbegins anew: Ok(())\nand then:\n\
        {SEED}zeros \"00000000000000000000\" of 1000000001\n"
    );
    for form in FORMS {
        assert_eq!(run(form, &seed, &["held"]).stdout, expected, "{form:?}");
    }
}

#[test]
fn nothing_of_the_interfaces_is_left_in_the_imports() {
    let ours = |names: Vec<String>| -> Vec<String> {
        names.into_iter().filter(|name| name.starts_with("scratch:")).collect()
    };
    let whole = FORMS.map(|form| made(form, Vec::new()));
    for whole in &whole {
        assert_eq!(ours(binary::imports(whole).unwrap()), [""; 0]);
    }
    let [composed, embedded] = whole.map(|whole| {
        let mut types = Types::default();
        let package = Package::from_bytes("whole", None, whole, &mut types).unwrap();
        ours(types[package.ty()].exports.keys().cloned().collect())
    });
    assert_eq!(composed, ["scratch:space/usage@0.1.0", "scratch:space/files@0.1.0"]);
    assert_eq!(embedded, [""; 0], "the host cannot see into an embedded filesystem");
}
