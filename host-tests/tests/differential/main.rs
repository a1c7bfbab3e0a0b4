//! Random programs of file operations. CPython and the component run them, and must agree line by
//! line.
//!
//! `DIFFERENTIAL_PROGRAMS` sets the number of programs of each kind, and `DIFFERENTIAL_SEED` sets
//! the first seed:
//!
//! ```sh
//! DIFFERENTIAL_PROGRAMS=20000 cargo test -p host-tests --test differential -- --nocapture
//! ```
//!
//! Without a recent CPython on the machine, or with `DIFFERENTIAL_RECORDED=1`, the tests compare
//! with the recorded answers of 3.13.0. `DIFFERENTIAL_RECORD=1` records them.

mod append;
mod binary;
mod chance;
mod cpython;
mod generate;
mod methods;
mod outcome;
mod recorded;
mod shrink;
mod tables;
mod text;
mod words;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::thread;

use cpython::{CPython, REFERENCE};
use generate::Kind;
use host_tests::script::{Interpreter, Outcomes, Script};
use host_tests::seeds;
use outcome::{comparable, first_difference};

/// The number of programs of each kind that run by default, and that are recorded.
const PROGRAMS: u64 = 400;

/// The number of programs in a batch.
const BATCH: u64 = 200;

/// The number of failing programs that are shown, each for another reason.
const SHOWN: usize = 5;

/// Compares the programs of a kind.
fn compare(kind: Kind) {
    let seeds = seeds(PROGRAMS);
    let name = kind.name();
    if let Some(cpython) = CPython::start(kind.since()) {
        let (count, version) = (seeds.clone().count(), cpython.version);
        println!("{name}: {count} programs, seeds {seeds:?}, CPython {version}");
        compare_live(kind, seeds, cpython);
    } else {
        let (recorded, since) = (recorded::marks_of(kind), kind.since());
        let count = recorded.len();
        println!(
            "{name}: no CPython {since} or newer here: {count} programs as recorded of {REFERENCE}"
        );
        compare_recorded(kind, &recorded);
    }
}

fn compare_live(kind: Kind, seeds: std::ops::Range<u64>, mut cpython: CPython) {
    let mut component = Interpreter::start();
    let (mut failures, mut marks) = (BTreeMap::new(), Vec::new());
    let mut seed = seeds.start;
    while seed < seeds.end && failures.len() < SHOWN {
        let batch: Vec<u64> = (seed..seeds.end.min(seed + BATCH)).collect();
        let programs: Vec<Script> = batch.iter().map(|seed| kind.program(*seed)).collect();
        let (expected, found) = both(&mut cpython, &mut component, &programs);
        for (at, (expected, found)) in expected.iter().zip(&found).enumerate() {
            let program = &programs[at];
            let difference = first_difference(program, expected, found);
            if difference.is_some() && failures.len() < SHOWN {
                let (reason, shown) = failure(batch[at], program, &mut cpython, &mut component);
                failures.entry(reason).or_insert(shown);
            }
            if batch[at] < PROGRAMS {
                marks.push(recorded::marks(&expected[..comparable(program, expected, found)]));
            }
        }
        seed += BATCH;
    }
    let failures: Vec<String> = failures.into_values().collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    if cpython.version == REFERENCE && seeds.start == 0 && seeds.end >= PROGRAMS {
        record_or_check(kind, &marks);
    }
}

/// Runs programs in CPython and in the component at the same time.
fn both(
    cpython: &mut CPython,
    component: &mut Interpreter,
    programs: &[Script],
) -> (Vec<Outcomes>, Vec<Outcomes>) {
    thread::scope(|threads| {
        let expected = threads.spawn(|| cpython.run(programs));
        let found = programs.iter().map(|program| component.run(program)).collect();
        (expected.join().expect("CPython runs programs"), found)
    })
}

/// Shrinks a failing program, and formats it with the outcomes of both sides. It also returns the
/// reason of the failure: the method, and the families of both outcomes.
fn failure(
    seed: u64,
    program: &Script,
    cpython: &mut CPython,
    component: &mut Interpreter,
) -> (String, String) {
    let smallest = shrink::shrink(program.clone(), |programs| {
        let (expected, found) = both(cpython, component, programs);
        let outcomes = programs.iter().zip(expected.iter().zip(&found));
        let fails = |(program, (expected, found))| first_difference(program, expected, found);
        outcomes.map(fails).map(|difference| difference.is_some()).collect()
    });
    let (expected, found) = both(cpython, component, std::slice::from_ref(&smallest));
    let mut reason = String::new();
    let mut shown = format!("\nseed {seed}, shrunk from {} lines:\n", program.len());
    let difference = first_difference(&smallest, &expected[0], &found[0]);
    for (at, line) in smallest.iter().enumerate() {
        let outcome = |outcomes: &Outcomes| outcomes.get(at).cloned().unwrap_or_default();
        shown += &format!("    {line}\n");
        if Some(at) == difference {
            let word = |text: &str| text.split([' ', ':']).next().unwrap_or_default().to_owned();
            let (expected, found) = (outcome(&expected[0]), outcome(&found[0]));
            reason = [word(line), word(&expected), word(&found)].join(" ");
            shown += &format!("        CPython: {expected}\n        here:    {found}\n");
        } else {
            shown += &format!("        {}\n", outcome(&found[0]));
        }
    }
    (reason, shown)
}

fn compare_recorded(kind: Kind, recorded: &[&str]) {
    let mut component = Interpreter::start();
    let mut failures = Vec::new();
    for (seed, recorded) in (0..).zip(recorded) {
        let program = kind.program(seed);
        let outcomes = component.run(&program);
        if let Some(line) = recorded::first_difference(recorded, &outcomes) {
            let upto = program.iter().zip(&outcomes).take(line + 1);
            let upto: String =
                upto.map(|(line, outcome)| format!("    {line}\n        {outcome}\n")).collect();
            failures.push(format!("seed {seed}, where the last line is not as recorded:\n{upto}"));
        }
    }
    failures.truncate(SHOWN);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Records a kind's programs, or asserts that the recording is what CPython answers.
fn record_or_check(kind: Kind, marks: &[String]) {
    static RECORDING: Mutex<()> = Mutex::new(());
    if std::env::var_os("DIFFERENTIAL_RECORD").is_none() {
        let same = recorded::marks_of(kind) == marks;
        assert!(same, "DIFFERENTIAL_RECORD=1 records the programs of {} anew", kind.name());
        return;
    }
    let recording = RECORDING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let old = fs::read_to_string(recorded::file()).unwrap_or_default();
    let mut sections: Vec<String> = old
        .split("\n\n")
        .map(|section| section.trim().to_owned())
        .filter(|section| !section.is_empty() && section.lines().next() != Some(kind.name()))
        .collect();
    sections.push(format!("{}\n{}", kind.name(), marks.join("\n")));
    sections.sort();
    fs::write(recorded::file(), sections.join("\n\n") + "\n").expect("writing the recording");
    drop(recording);
}

#[test]
fn programs_on_temporary_binary_files_agree_with_cpython() {
    compare(Kind::TemporaryBinary);
}

#[test]
fn programs_on_temporary_text_files_agree_with_cpython() {
    compare(Kind::TemporaryText);
}

#[test]
fn programs_on_named_binary_files_agree_with_cpython() {
    compare(Kind::NamedBinary);
}

#[test]
fn programs_on_named_text_files_agree_with_cpython() {
    compare(Kind::NamedText);
}

#[test]
fn programs_on_spooled_binary_files_agree_with_cpython() {
    compare(Kind::SpooledBinary);
}

#[test]
fn programs_on_spooled_text_files_agree_with_cpython() {
    compare(Kind::SpooledText);
}

#[test]
fn programs_on_temporary_directories_agree_with_cpython() {
    compare(Kind::Directories);
}

#[test]
fn programs_on_names_agree_with_cpython() {
    compare(Kind::Names);
}

#[test]
fn programs_on_files_with_several_appenders_agree_with_cpython() {
    compare(Kind::Appending);
}
