//! Spaces that several stores use at once, and limits that several spaces share.

use std::thread;

use wasmtime_scratch::{Limit, ScratchCtx, SharedLimit, SharedLimits, SharedUsage, Space};

use crate::embedder::{CALLINGS, Calling, Granted, answers};

const INSTANCES: u64 = 64;

/// Returns the number of files in the answer of `fill`. The rest of the answer is ENOSPC or EDQUOT
/// of WASI's C library, or EIO if a stream was refused.
fn made(answer: &str) -> u64 {
    answer.split(' ').next().unwrap().parse().unwrap()
}

fn fill(calling: Calling, space: &Space, most: u64) -> u64 {
    let scratch = ScratchCtx::new().mount("/tmp", space);
    let command = format!("fill /tmp {most}");
    made(&answers(calling, Granted::new(scratch), &[&command])[0])
}

/// Runs `work` in `INSTANCES` threads at once.
fn at_once<T: Send>(work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..INSTANCES).map(|it| scope.spawn(move || work(it))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn instances_at_once_each_fill_their_own_space_to_its_limit() {
    for calling in CALLINGS {
        let spaces: Vec<Space> = (0..INSTANCES)
            .map(|number| Space::builder().bytes((number + 1) << 10).build().unwrap())
            .collect();
        let filled =
            at_once(|number| fill(calling, &spaces[usize::try_from(number).unwrap()], 1_000));
        for ((space, made), number) in spaces.iter().zip(filled).zip(1..) {
            assert_eq!(made, number);
            assert_eq!(space.usage().content, number << 10);
            assert_eq!(space.usage().handles, 0);
            assert_eq!(space.last_refusal().unwrap().limit, Limit::Content);
            space.audit().unwrap();
        }
    }
}

#[test]
fn instances_at_once_share_one_budget_to_the_last_byte() {
    const BYTES: u64 = 4 << 20;
    for calling in CALLINGS {
        let limits = SharedLimits { bytes: BYTES, nodes: 1 << 20, handles: 1 << 20 };
        let budget = SharedLimit::new(limits);
        let spaces: Vec<Space> = (0..INSTANCES)
            .map(|_| Space::builder().shared_limit(&budget).build().unwrap())
            .collect();
        let filled =
            at_once(|number| fill(calling, &spaces[usize::try_from(number).unwrap()], 1_000));
        let held: u64 = spaces.iter().map(|space| space.usage().content).sum();
        assert_eq!(held, filled.iter().sum::<u64>() << 10);
        let metadata: u64 = spaces.iter().map(|space| space.usage().metadata).sum();
        assert_eq!(budget.usage().bytes, held + metadata);
        // The rest of the limit is less than the next file takes with its name and node.
        assert!(budget.usage().bytes <= BYTES && budget.usage().bytes > BYTES - 4_096);
        assert_eq!(budget.last_refusal().unwrap().limit, Limit::SharedBytes);
        for space in &spaces {
            space.audit().unwrap();
        }
        drop(spaces);
        assert_eq!(budget.usage(), SharedUsage { bytes: 0, nodes: 0, handles: 0 });
    }
}

#[test]
fn instances_at_once_in_one_space_see_one_filesystem() {
    for calling in CALLINGS {
        let space = Space::builder().build().unwrap();
        let scratch = ScratchCtx::new().mount("/tmp", &space);
        let done = at_once(|number| {
            let [directory, fill] =
                [format!("mkdir /tmp/{number}"), format!("many /tmp/{number} 50")];
            answers(calling, Granted::new(scratch.clone()), &[&directory, &fill])
        });
        assert!(done.iter().all(|answers| answers[..] == ["done", "50"]), "{done:?}");
        assert_eq!(space.usage().nodes, 1 + INSTANCES * 51);
        assert_eq!(space.usage().handles, 0);
        space.audit().unwrap();
    }
}
