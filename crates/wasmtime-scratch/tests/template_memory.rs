//! The memory that forks take.

#[path = "../../tmpfs/tests/hostile/allocator.rs"]
mod allocator;

use allocator::counted;
use wasmtime_scratch::{Error, SharedLimit, SharedLimits, SharedUsage, Space};

#[test]
fn a_hundred_forks_of_100_mb_take_the_memory_of_what_differs() {
    const BYTES: usize = 100 << 20;
    let builder = || Space::builder().bytes(1 << 30);
    let (space, held) = counted(|| {
        let space = builder().build().unwrap();
        space.write("large", vec![1; BYTES]).unwrap();
        space
    });
    assert!(held.live >= 100 << 20, "{held:?}");
    let (forks, count) = counted(|| {
        let template = space.snapshot().unwrap();
        let forks: Vec<_> = (0..100).map(|_| builder().build_from(&template).unwrap()).collect();
        for (number, fork) in forks.iter().enumerate() {
            fork.write(&format!("own {number}"), [2; 10_000]).unwrap();
        }
        forks
    });
    // Each has a file of its own, and a copy of the page of the root's names.
    assert!(count.live < 100 * (64 << 10), "{count:?}");
    for fork in &forks {
        assert_eq!(fork.list("/").unwrap().len(), 2);
        assert!(fork.usage().content > 100 << 20, "each is charged for all that it can see");
    }
    let ((), dropped) = counted(|| drop(forks));
    assert!(count.live + dropped.live < 64 << 10, "{dropped:?}");
}

#[test]
fn a_shared_limit_is_charged_in_full_for_a_template_and_each_fork() {
    let limits = SharedLimits { bytes: 13 << 20, nodes: 100, handles: 100 };
    let shared = SharedLimit::new(limits);
    let builder = || Space::builder().shared_limit(&shared);
    let space = builder().build().unwrap();
    space.write("file", vec![1; 3 << 20]).unwrap();
    let one = shared.usage();
    let template = space.snapshot().unwrap();
    let forks: Vec<_> = (0..2).map(|_| builder().build_from(&template).unwrap()).collect();
    // The space itself, the template and two more.
    assert_eq!(shared.usage().nodes, 4 * one.nodes);
    assert!(shared.usage().bytes >= 4 * one.bytes);
    assert_eq!(builder().build_from(&template).unwrap_err(), Error::Quota);
    drop(forks);
    assert_eq!(shared.usage().nodes, 2 * one.nodes);
    drop((space, template));
    assert_eq!(shared.usage(), SharedUsage::default());
}
