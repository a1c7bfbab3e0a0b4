//! Costs of operations of a C program of preview 1 with the filesystem as a part of it: calls of
//! the host, which are exact, and instructions, which wasmtime counts as fuel.

use std::ffi::OsStr;
use std::fs;

use host_tests::preview1::Command;
use host_tests::{Cost, zig};
use wasmtime::{Config, Engine};

use crate::{made, merged};

/// Prepares the benchmark's program, alone and beside the host's directories.
fn programs(test: &str) -> Option<[Command; 2]> {
    let file = zig::module("workloads.c", &["-O2", "-s"].map(OsStr::new), &[]);
    let module = fs::read(made(&format!("costs::{test}"), file)?).unwrap();
    let mut config = Config::new();
    config.consume_fuel(true);
    let engine = Engine::new(&config).unwrap();
    Some([false, true].map(|beside| Command::new(&engine, &merged(&module, beside, &[])).unwrap()))
}

/// Measures the cost of a round. Program and filesystem are built as the benchmark measures them.
fn cost(program: &Command, workload: &str) -> Cost {
    Cost::of_a_round(workload, |rounds| {
        let ended = program.count(&[workload, &rounds.to_string()]).unwrap();
        Cost { calls: ended.calls, fuel: ended.fuel.unwrap() }
    })
}

#[test]
fn only_the_time_of_a_change_is_asked_of_the_host() {
    let Some(programs) = programs("only_the_time_of_a_change_is_asked_of_the_host") else { return };
    for program in &programs {
        // Made, written, deleted.
        assert_eq!(cost(program, "anonymous").calls, 3);
        // The same; to open it again and to read it changes nothing.
        assert_eq!(cost(program, "named").calls, 3);
        // 11 directories and 100 files made, 100 files written, 111 deleted.
        assert_eq!(cost(program, "tree").calls, 11 + 100 + 100 + 111);
        assert_eq!(cost(program, "stat").calls, 0);
        for length in [64, 4096, 65536] {
            // Written; a read changes nothing.
            assert_eq!(cost(program, &format!("piece-{length}")).calls, 1);
        }
    }
}

/// Compares with bounds: the instructions measured with zig 0.17.1 and Rust 1.95, and a tenth more.
#[test]
fn an_operation_executes_no_more_instructions_than_it_did() {
    let test = "an_operation_executes_no_more_instructions_than_it_did";
    let Some(programs) = programs(test) else { return };
    for program in &programs {
        for (workload, most) in [
            ("anonymous", 23_100),
            ("named", 27_400),
            ("tree", 2_112_000),
            ("stat", 2_160),
            ("piece-64", 2_450),
        ] {
            let fuel = cost(program, workload).fuel;
            assert!(fuel <= most, "{workload}: {fuel} instructions, no more than {most} expected");
        }
    }
}

#[test]
fn a_byte_moves_once_into_a_file_and_once_out_of_it() {
    const SMALL: u64 = 64;
    const LARGE: u64 = 65536;
    let Some(programs) = programs("a_byte_moves_once_into_a_file_and_once_out_of_it") else {
        return;
    };
    for program in &programs {
        let fuel = |length: u64| cost(program, &format!("piece-{length}")).fuel;
        let moved = 2 * (LARGE - SMALL);
        let rest = (fuel(LARGE) - fuel(SMALL)).checked_sub(moved).expect("they were moved");
        // 16 pages twice, each of which is found and accounted for.
        assert!(rest <= 2 * 16 * 120, "{rest} instructions besides");
    }
}
