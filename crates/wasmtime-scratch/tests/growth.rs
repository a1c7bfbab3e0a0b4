//! Memory of the host that a space takes: as much as it is charged, and none once it has gone.

#[path = "../../tmpfs/tests/hostile/allocator.rs"]
mod allocator;

use allocator::counted;
use wasmtime_scratch::{Space, Usage};

/// The most that a space holds beside its charge here: a mebibyte of pages for the next files, and
/// free rows of tables.
const BESIDE: i64 = (1 << 20) + (128 << 10);

/// Numbers and lengths of files: some megabytes each.
const HOLDINGS: [(u32, usize); 4] = [(20_000, 0), (20_000, 100), (1_000, 4096), (16, 1 << 20)];

fn space() -> Space {
    Space::builder().build().expect("the limits allow a root")
}

fn fill(space: &Space, files: u32, bytes: usize) {
    let content = vec![b'x'; bytes];
    for file in 0..files {
        space.write(&file.to_string(), &content).expect("there is room");
    }
}

fn charge(usage: Usage) -> i64 {
    i64::try_from(usage.content + usage.metadata).expect("it is in memory")
}

#[test]
fn files_take_what_they_are_charged_and_nothing_is_left_after_deletion_and_after_the_drop() {
    // The first space makes the thread and the system's random source allocate memory that they
    // keep, which must not be counted.
    drop(space());
    for (files, bytes) in HOLDINGS {
        let (space, filling) = counted(|| {
            let space = space();
            fill(&space, files, bytes);
            space
        });
        let (taken, charged) = (filling.live, charge(space.usage()));
        let ((), deletion) = counted(|| {
            for file in 0..files {
                space.remove_file(&file.to_string()).unwrap();
            }
        });
        let removed = taken + deletion.live;
        let ((), end) = counted(|| drop(space));
        let dropped = removed + end.live;
        println!("{files} of {bytes}: {taken} for {charged}; {removed}; {dropped}");
        assert!(taken <= charged + BESIDE, "{files} of {bytes}: {taken} for {charged}");
        assert!(removed <= BESIDE, "{files} of {bytes}: {removed} after deletion");
        assert_eq!(dropped, 0, "{files} of {bytes}: after the drop");
    }
}

#[test]
fn filling_and_emptying_a_space_again_takes_no_more_than_once() {
    let space = space();
    let mut held = 0;
    let mut turn = || {
        let ((), filling) = counted(|| fill(&space, 2_000, 4096));
        let filled = held + filling.live;
        let ((), clearing) = counted(|| space.clear().unwrap());
        held = filled + clearing.live;
        (filled, held)
    };
    let (filled, cleared) = turn();
    for _ in 0..10 {
        // Each time less than one file more.
        let (filled_again, cleared_again) = turn();
        assert!(filled_again <= filled + 4096, "{filled_again} after {filled}");
        assert!(cleared_again <= cleared + 4096, "{cleared_again} after {cleared}");
    }
}

#[test]
fn a_fork_takes_what_it_changes_and_gives_it_back() {
    // As in the first test, allocate the memory that the thread keeps before counting.
    drop(space());
    let (template, alone) = counted(|| {
        let seeded = space();
        fill(&seeded, 64, 1 << 20);
        seeded.snapshot().unwrap()
    });
    let start = || Space::builder().bytes(128 << 20).build_from(&template).unwrap();
    let (fork, start) = counted(start);
    let started = start.live;
    let ((), change) = counted(|| {
        fork.write("one more", [b'y'; 1 << 20]).unwrap();
        fork.remove_file("0").unwrap();
    });
    let changed = started + change.live;
    let ((), back) = counted(|| fork.reset_to(&template).unwrap());
    let reset = changed + back.live;
    let ((), end) = counted(|| drop(fork));
    let dropped = reset + end.live;
    let ((), last) = counted(|| drop(template));
    let left = alone.live + dropped + last.live;
    assert!(started <= 4096, "{started} for a fork of 64 MiB");
    assert!(((1 << 20)..(1 << 20) + BESIDE).contains(&changed), "{changed} for a change of 1 MiB");
    assert!(reset <= BESIDE, "{reset} after going back");
    assert_eq!((dropped, left), (0, 0));
}
