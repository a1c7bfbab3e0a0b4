//! Programs that misbehave, on a filesystem in memory as `tmpfs.wasm`, as a part of the program,
//! and as the host's. Each gets error codes to its end, takes no more than the limits, and leaves a
//! host on which the next program works.

use host_tests::programs::RUST_TEMPFILE_EXAMPLES;
use host_tests::{Builder, Built, Program, Run, Sandbox};
use wasmtime_scratch::{Limits, Space};

mod endings;
mod limits;
mod paths;
mod streams;

include!(concat!(env!("OUT_DIR"), "/programs_of_evil_main.rs"));

const BYTES: usize = 4 << 20;
const METADATA: usize = 2 << 20;
const NODES: usize = 5000;
const HANDLES: usize = 400;

/// The memory of a program that stores nothing, and the difference between amounts and pages.
const PROGRAM: usize = 4 << 20;

fn limited(ground: Builder) -> Builder {
    let limits = [
        ("TMPFS_BYTES", BYTES),
        ("TMPFS_METADATA", METADATA),
        ("TMPFS_NODES", NODES),
        ("TMPFS_HANDLES", HANDLES),
    ];
    limits.into_iter().fold(ground, |ground, (name, limit)| ground.env(name, &limit.to_string()))
}

/// Runs a program on each ground, and checks from outside what it took and left.
#[track_caller]
fn assert_contained(program: Built, ended: impl Fn(&Run) -> bool, stdout: &str) {
    for ground in [Builder::memory, Builder::embedded] {
        let run = ran(program, limited(ground(Sandbox::builder())), &ended, stdout);
        assert!(run.memory() < BYTES + METADATA + PROGRAM, "{} bytes", run.memory());
        assert_next_works(limited(ground(Sandbox::builder())));
    }
    assert_contained_in_a_space(program, Sandbox::builder(), ended, stdout);
}

/// Runs a program on a space that the host serves, and checks what it took and left.
#[track_caller]
fn assert_contained_in_a_space(
    program: Built,
    ground: Builder,
    ended: impl Fn(&Run) -> bool,
    stdout: &str,
) {
    let limits = Limits {
        content: u64::try_from(BYTES).unwrap(),
        metadata: u64::try_from(METADATA).unwrap(),
        nodes: u64::try_from(NODES).unwrap(),
        handles: u32::try_from(HANDLES).unwrap(),
        ..Limits::default()
    };
    let space = Space::builder().limits(limits).build().unwrap();
    let empty = space.usage();
    drop(ran(program, ground.space(&space), ended, stdout));
    space.audit().unwrap();
    let most = space.high_water();
    assert!(most.content <= limits.content && most.metadata <= limits.metadata, "{most:?}");
    assert!(most.nodes <= limits.nodes && most.handles <= u64::from(limits.handles), "{most:?}");
    assert_eq!(space.usage().handles, 0, "what it held went with its store");
    space.clear().unwrap();
    assert_eq!(space.usage(), empty);
    assert_next_works(Sandbox::builder().space(&space));
}

/// Runs a program, and asserts how it ended and what it printed.
#[track_caller]
fn ran(program: Built, ground: Builder, ended: impl Fn(&Run) -> bool, stdout: &str) -> Run {
    let run = run(program, ground, ended);
    assert_eq!(run.stdout, stdout);
    run
}

/// Runs a program, and asserts how it ended.
#[track_caller]
fn run(program: Built, ground: Builder, ended: impl Fn(&Run) -> bool) -> Run {
    let run = Program::new(program, ground).run(&[]);
    assert!(ended(&run), "{:?} {:?}\n{}\n{}", run.exit, run.trap, run.stdout, run.stderr);
    run
}

/// Runs a program that does as it should.
#[track_caller]
fn assert_next_works(ground: Builder) {
    let _ = Program::new(RUST_TEMPFILE_EXAMPLES, ground).run(&[]).succeeded();
}

fn returned(run: &Run) -> bool {
    run.exit == Some(0)
}

fn trapped(run: &Run) -> bool {
    run.trap.is_some()
}

/// Runs a program on each ground, and asserts that it ends and prints as on a directory of the
/// host. Returns what it printed.
#[track_caller]
fn assert_contained_as_on_the_host(program: Built, ended: impl Fn(&Run) -> bool) -> String {
    // Native Linux answers here, through wasmtime.
    let heard = run(program, Sandbox::builder().tmp("/tmp"), &ended).stdout;
    assert_contained(program, ended, &heard);
    heard
}
