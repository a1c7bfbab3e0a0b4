//! The costs of a Rust std program with the filesystem as a part of it. The calls of the host are
//! exact. wasmtime counts instructions as fuel. Other tests bound the growth of the program.

use std::fs;

use host_tests::programs::STD_FILES;
use host_tests::{Builder, Cost, Program, Sandbox, composed};
use scratch_compose::{Memory, Options};

include!(concat!(env!("OUT_DIR"), "/programs_of_embedded_costs.rs"));

/// Measures the cost of a round. The program is built for tests, and the filesystem as it ships.
fn cost(workload: &str, ground: fn(Builder) -> Builder) -> Cost {
    Cost::of_a_round(workload, |rounds| {
        let builder = ground(Sandbox::builder().fuel(u64::MAX));
        let program = Program::new(CALLS_TEMPFILE, builder);
        let run = program.run(&[workload, &rounds.to_string()]).succeeded();
        Cost { calls: run.calls, fuel: run.fuel.unwrap() }
    })
}

/// The forms of the filesystem: alone, and beside a directory that the host grants.
const GROUNDS: [fn(Builder) -> Builder; 2] =
    [Builder::embedded, |builder| builder.tmp("/host").beside()];

#[test]
fn only_the_time_of_a_change_is_asked_of_the_host() {
    for ground in GROUNDS {
        // The file is made, written and deleted.
        assert_eq!(cost("anonymous", ground).calls, 3);
        // The calls are the same: opening the file again and reading it change nothing.
        assert_eq!(cost("named", ground).calls, 3);
        // The workload makes 11 directories and 100 files, writes 100 files, and deletes 111.
        assert_eq!(cost("tree", ground).calls, 11 + 100 + 100 + 111);
        assert_eq!(cost("make and unlink", ground).calls, 2);
        for workload in ["stat", "stat-at", "get-type"] {
            assert_eq!(cost(workload, ground).calls, 0);
        }
        for length in [64, 4096, 65536] {
            assert_eq!(cost(&format!("read {length}"), ground).calls, 0);
            assert_eq!(cost(&format!("write {length}"), ground).calls, 1);
        }
    }
}

/// Compares with bounds: the instructions measured with Rust 1.95, and a tenth more. In `anonymous`
/// and `named`, about half of the cost are the bytes written and the zeros that they overwrite.
/// About half of the rest belongs to the program itself.
#[test]
fn an_operation_executes_no_more_instructions_than_it_did() {
    for ground in GROUNDS {
        for (workload, most) in [
            ("get-type", 460),
            ("stat", 3_770),
            ("stat-at", 2_780),
            ("make and unlink", 9_420),
            ("read 64", 3_530),
            ("write 64", 4_160),
            ("anonymous", 42_400),
            ("named", 49_100),
            ("tree", 3_086_000),
        ] {
            let fuel = cost(workload, ground).fuel;
            assert!(fuel <= most, "{workload}: {fuel} instructions, no more than {most} expected");
        }
    }
}

#[test]
fn a_byte_moves_once_into_a_file_and_twice_out_of_it() {
    const SMALL: u64 = 64;
    const LARGE: u64 = 65536;
    for ground in GROUNDS {
        // A read of preview 2 makes a list, and the C library copies the bytes from there to their
        // place.
        for (what, copies) in [("write", 1), ("read", 2)] {
            let fuel = |length: u64| cost(&format!("{what} {length}"), ground).fuel;
            let moved = copies * (LARGE - SMALL);
            // The filesystem finds and accounts for 16 pages.
            let rest = (fuel(LARGE) - fuel(SMALL)).checked_sub(moved).expect("bytes moved");
            assert!(rest <= 16 * 120, "{what}: {rest} instructions besides");
        }
    }
}

#[test]
fn an_instance_takes_no_more_memory_until_it_comes_to_a_file() {
    let taken = |builder| Program::new(CALLS_TEMPFILE, builder).memory_at_start();
    let alone = taken(Sandbox::builder().tmp("/tmp"));
    assert!(alone > 0);
    for ground in GROUNDS {
        assert_eq!(taken(ground(Sandbox::builder())), alone);
    }
}

/// Compares the growth with the 90 KB that the design allows. For a program that uses everything,
/// the bound is the growth that was measured.
#[test]
fn a_program_grows_by_what_it_uses() {
    for (program, most) in [(CALLS_TEMPFILE, 90_000), (STD_FILES, 97_000)] {
        let bytes = fs::read(program.file()).unwrap();
        let options = Options { memory: Some(Memory::default()), ..Options::default() };
        let growth = composed(&bytes, &options).unwrap().len() - bytes.len();
        println!("{program} grows by {growth}");
        assert!(growth <= most, "{program} grows by {growth} bytes, no more than {most} expected");
    }
}
