//! Programs that misbehave, on a filesystem in memory as `tmpfs.wasm`, as a part of the program,
//! and as the host's. Each gets error codes to its end, takes no more than the limits, and leaves a
//! host on which the next program works.

use host_tests::programs::RUST_TEMPFILE_EXAMPLES;
use host_tests::{Builder, Built, Program, Run, Sandbox};
use wasmtime_scratch::{Limits, Space};

include!(concat!(env!("OUT_DIR"), "/programs_of_evil.rs"));

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
    let assert_ran = |ground: Builder| {
        let run = Program::new(program, ground).run(&[]);
        assert!(ended(&run), "{:?} {:?}\n{}\n{}", run.exit, run.trap, run.stdout, run.stderr);
        assert_eq!(run.stdout, stdout);
        run
    };
    for ground in [Builder::memory, Builder::embedded] {
        let run = assert_ran(limited(ground(Sandbox::builder())));
        assert!(run.memory() < BYTES + METADATA + PROGRAM, "{} bytes", run.memory());
        assert_next_works(limited(ground(Sandbox::builder())));
    }
    let limits = Limits {
        content: u64::try_from(BYTES).unwrap(),
        metadata: u64::try_from(METADATA).unwrap(),
        nodes: u64::try_from(NODES).unwrap(),
        handles: u32::try_from(HANDLES).unwrap(),
        ..Limits::default()
    };
    let space = Space::builder().limits(limits).build().unwrap();
    let empty = space.usage();
    drop(assert_ran(Sandbox::builder().space(&space)));
    space.audit().unwrap();
    let most = space.high_water();
    assert!(most.content <= limits.content && most.metadata <= limits.metadata, "{most:?}");
    assert!(most.nodes <= limits.nodes && most.handles <= u64::from(limits.handles), "{most:?}");
    assert_eq!(space.usage().handles, 0, "what it held went with its store");
    space.clear().unwrap();
    assert_eq!(space.usage(), empty);
    assert_next_works(Sandbox::builder().space(&space));
}

/// Runs a program that does as it should.
#[track_caller]
fn assert_next_works(ground: Builder) {
    let _ = Program::new(RUST_TEMPFILE_EXAMPLES, ground).run(&[]).succeeded();
}

fn returned(run: &Run) -> bool {
    run.exit == Some(0)
}

/// Returns the answers of native Linux, through wasmtime on a directory of the host.
fn on_a_directory_of_the_host(program: Built) -> String {
    Program::new(program, Sandbox::builder().tmp("/tmp")).run(&[]).stdout
}

#[test]
fn one_that_fills_everything_and_goes_on_is_refused_and_loses_nothing() {
    // ENOSPC for content and for files, EFBIG beyond the largest file.
    let heard = "{\"file-too-large\", \"insufficient-space\"}\n";
    assert_contained(EVIL_FILLS, returned, heard);
}

#[test]
fn one_that_digs_ends_at_the_limit_of_nodes_and_confuses_nobody() {
    // The root is a node. A path that leads out of what is held is EPERM, one of 4,096 bytes
    // ENAMETOOLONG, a move into what is moved EINVAL.
    let heard = format!(
        "{} directories, then insufficient-space\n\
        up from the bottom: not-permitted\n\
        up and down again: not-permitted\n\
        the root of everything: not-permitted\n\
        a file at the bottom: insufficient-space\n\
        two thousand down from the top: done\n\
        three thousand: name-too-long\n\
        into itself: invalid\n\
        into its bottom: invalid\n\
        away with all of it: not-empty\n",
        NODES - 1
    );
    assert_contained(EVIL_DIGS, returned, &heard);
}

#[test]
fn one_that_holds_all_handles_is_refused_more_and_can_have_them_again() {
    // The root's and the first one's are two.
    let heard = format!("opened {} times\n{{\"insufficient-memory\"}}\n", HANDLES - 2);
    assert_contained(EVIL_HOLDS, returned, &heard);
}

#[test]
fn one_that_storms_with_long_names_leaves_exact_books() {
    // A move makes the new entry before it removes the old one, which is refused where all is full:
    // then there is nothing to move back.
    let heard = "then insufficient-space\nlonger name-too-long\nlongest name-too-long\n\
        empty no-entry\nmoved: {\"insufficient-space\", \"no-entry\"}\n";
    assert_contained(EVIL_NAMES, returned, heard);
}

#[test]
fn one_that_reaches_for_the_largest_offsets_gets_holes_or_a_code() {
    let largest = (1_u64 << 63) - 1;
    let answer = |fits: bool| if fits { "done" } else { "file-too-large" };
    let (mut size, mut heard) = (5, String::new());
    for offset in [1 << 62, largest - 1, largest, largest + 1, u64::MAX] {
        let (written, cut) = (offset < largest, offset <= largest);
        // Where nothing is cut, the file is as long as the largest one already.
        size = if cut { offset } else { size };
        heard += &format!(
            "-- {offset:#x}\nwrite: {}\nread: done\nset-size: {}\n{size:#x} bytes\n\
            0 bytes of a stream\n",
            answer(written),
            answer(cut)
        );
        // Of two bytes the first may fit.
        let both = offset < largest - 1;
        heard += &format!("written by a stream: Ok({})\n", if both { "Ok(())" } else { "Err(())" });
        size = if cut { largest.min(offset + 2) } else { size };
    }
    assert_contained(EVIL_SEEKS, returned, &heard);
}

#[test]
fn one_that_follows_links_in_circles_is_told_so() {
    let heard = on_a_directory_of_the_host(EVIL_LOOPS);
    assert!(heard.contains("level3: loop\n"), "{heard}");
    assert_contained(EVIL_LOOPS, returned, &heard);
}

#[test]
fn one_that_saws_at_its_own_branch_keeps_what_it_holds_until_it_traps() {
    let heard = on_a_directory_of_the_host(EVIL_SAWS);
    assert!(heard.ends_with("all is open\n"), "{heard}");
    assert_contained(EVIL_SAWS, |run| run.trap.is_some(), &heard);
}
