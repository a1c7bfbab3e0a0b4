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
fn a_shared_limit_is_charged_for_the_memory_of_a_hundred_forks() {
    const BYTES: usize = 100 << 20;
    let limits = SharedLimits { bytes: 200 << 20, nodes: 10_000, handles: 100 };
    let shared = SharedLimit::new(limits);
    let builder = || Space::builder().bytes(1 << 30).shared_limit(&shared);
    let (spaces, held) = counted(|| {
        let space = builder().build().unwrap();
        space.write("large", vec![1; BYTES]).unwrap();
        let template = space.snapshot().unwrap();
        let forks: Vec<_> = (0..100).map(|_| builder().build_from(&template).unwrap()).collect();
        for (number, fork) in forks.iter().enumerate() {
            fork.write(&format!("own {number}"), [2; 10_000]).unwrap();
        }
        (space, template, forks)
    });
    let charged = shared.usage().bytes;
    let live = u64::try_from(held.live).unwrap();
    // An engine takes 33 KiB beside what it charges: the first chunk of each table.
    assert!(live < charged + 100 * (64 << 10), "{charged} charged, {held:?}");
    assert!(charged < (100 << 20) + 100 * (400 << 10), "{charged} charged");
    // There is room for half of the file once more, and not twice.
    let (_, template, forks) = &spaces;
    let copy = vec![3; BYTES / 2];
    forks[0].write("large", &copy).unwrap();
    assert_eq!(forks[1].write("large", &copy).unwrap_err(), Error::Quota);
    assert_eq!(forks[2].read("large").unwrap().len(), BYTES);
    assert_eq!(shared.usage().nodes, 3 * 100 + 2 + 2);
    assert!(template.usage().content >= u64::try_from(BYTES).unwrap());
    drop(spaces);
    assert_eq!(shared.usage(), SharedUsage::default());
}
