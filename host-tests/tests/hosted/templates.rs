//! Templates in the host of a code interpreter: fill a space once, run code, list the changes, roll
//! back, and fork.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use wasmtime_scratch::{
    Difference, Error, Limits, ScratchCtx, SharedLimit, SharedLimits, Space, Template,
};

use crate::embedder::{CALLINGS, Calling, Granted, answers};

fn run(calling: Calling, space: &Space, commands: &[&str]) -> Vec<String> {
    answers(calling, Granted::new(ScratchCtx::new().mount("/tmp", space)), commands)
}

fn seeded(commands: &[&str]) -> Template {
    let space = Space::builder().build().unwrap();
    let _ = run(Calling::Sync, &space, commands);
    space.snapshot().unwrap()
}

/// Formats the changes, a line each.
fn changes(space: &Space, template: &Template) -> Vec<String> {
    let changes = space.changes_since(template).unwrap();
    let lines = changes.into_iter().map(|change| match change.difference {
        Difference::Renamed { from, changed } => format!("{} from {from} {changed}", change.path),
        other => format!("{} {other:?}", change.path),
    });
    lines.collect()
}

#[test]
fn what_a_guest_changed_is_told_and_can_be_taken_back() {
    let seed = ["write /tmp/kept a", "write /tmp/saved b", "mkdir /tmp/d", "write /tmp/d/x c"];
    let template = seeded(&[&seed[..], &["write /tmp/gone d", "write /tmp/touched e"]].concat());
    for calling in CALLINGS {
        let space = Space::builder().build_from(&template).unwrap();
        assert_eq!(run(calling, &space, &["read /tmp/kept", "ls /tmp/d"]), ["a", r#"["x"]"#]);
        assert_eq!(changes(&space, &template), [""; 0]);
        let _ = run(
            calling,
            &space,
            &[
                "write /tmp/new text",
                "write /tmp/passing text",
                "rm /tmp/passing",
                "write /tmp/saved.new other",
                "rename /tmp/saved.new /tmp/saved",
                "rename /tmp/d /tmp/e",
                "rm /tmp/gone",
                "touch /tmp/touched 5",
            ],
        );
        let expected =
            ["e from d false", "gone Removed", "new Created", "saved Changed", "touched Metadata"];
        assert_eq!(changes(&space, &template), expected);

        space.reset_to(&template).unwrap();
        assert_eq!(changes(&space, &template), [""; 0]);
        assert_eq!(space.usage(), template.usage());
        let read = run(calling, &space, &["read /tmp/saved", "read /tmp/d/x", "read /tmp/gone"]);
        assert_eq!(read, ["b", "c", "d"]);
        space.audit().unwrap();
    }
}

#[test]
fn a_space_is_rolled_back_under_a_guest_that_runs() {
    let template = seeded(&["write /tmp/seed text"]);
    for calling in CALLINGS {
        let space = Space::builder().build_from(&template).unwrap();
        let done = AtomicBool::new(false);
        let resets = thread::scope(|scope| {
            let resetting = scope.spawn(|| {
                let mut resets = 0;
                while !done.load(Ordering::Relaxed) {
                    space.reset_to(&template).unwrap();
                    space.audit().unwrap();
                    resets += 1;
                }
                resets
            });
            for _ in 0..5 {
                // The answers depend on the moment. Calls may fail, but must not trap.
                let _ = run(calling, &space, &["fill /tmp 500", "ls /tmp", "read /tmp/seed"]);
            }
            done.store(true, Ordering::Relaxed);
            resetting.join().unwrap()
        });
        assert!(resets > 0);
        assert_eq!(space.usage().handles, 0);
        space.audit().unwrap();
    }
}

/// Expects EBADF, which is error 8 of WASI's C library.
#[test]
fn what_is_open_when_a_space_goes_back_is_a_bad_descriptor() {
    let template = seeded(&["write /tmp/seed text"]);
    for calling in CALLINGS {
        let space = Space::builder().bytes(1 << 30).nodes(1 << 20).build_from(&template).unwrap();
        let commands = ["fill /tmp 1000000", "ls /tmp", "read /tmp/seed"];
        let answers = thread::scope(|scope| {
            let running = scope.spawn(|| run(calling, &space, &commands));
            while space.usage().nodes == template.usage().nodes && !running.is_finished() {
                thread::yield_now();
            }
            space.reset_to(&template).unwrap();
            running.join().unwrap()
        });
        // The guest's only directory was open, too, so every later path fails.
        assert!(answers[1..].iter().all(|answer| answer.ends_with(" Some(8)")), "{answers:?}");
        assert_eq!(changes(&space, &template), [""; 0]);
        space.audit().unwrap();
    }
}

#[test]
fn forks_share_what_they_do_not_change() {
    let shared = SharedLimit::new(SharedLimits { bytes: 64 << 20, nodes: 1 << 20, handles: 1000 });
    let space = Space::builder().shared_limit(&shared).build().unwrap();
    assert_eq!(run(Calling::Sync, &space, &["fill /tmp 4000"]), ["4000"]);
    let template = space.snapshot().unwrap();
    // Each fork is charged for its 4 MB in full, against its own limits.
    let forks: Vec<Space> =
        (0..100).map(|_| Space::builder().build_from(&template).unwrap()).collect();
    for fork in &forks {
        assert_eq!(fork.usage(), template.usage());
    }
    assert_eq!(run(Calling::Sync, &forks[7], &["write /tmp/0 other"]), ["done"]);
    assert_eq!(changes(&forks[7], &template), ["0 Changed"]);
    assert_eq!(changes(&forks[8], &template), [""; 0]);
    assert_eq!(run(Calling::Sync, &space, &["size /tmp/0"]), ["1024"]);

    let small = Limits { content: template.usage().content - 1, ..Limits::default() };
    let refused = Space::builder().limits(small).build_from(&template);
    assert_eq!(refused.unwrap_err(), Error::InsufficientSpace);
    let stranger = Space::builder().build().unwrap();
    assert_eq!(stranger.changes_since(&template).unwrap_err(), Error::Invalid);
    assert_eq!(stranger.reset_to(&template).unwrap_err(), Error::Invalid);
}
