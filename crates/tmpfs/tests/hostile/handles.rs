//! Handles that are never closed.

use tmpfs::{DescriptorFlags, Error, Follow, Limits};

use crate::allocator::counted;
use crate::{GENEROUS, NEW, NOW, OLD, space, touch};

#[test]
fn a_million_opens_without_close_end_at_the_limit() {
    let (mut space, root) = space(Limits::default());
    touch(&mut space, root, "file").unwrap();
    let usage = space.usage();
    let (opened, count) = counted(|| {
        let open = |_: &u32| {
            space.open_at(root, Follow::No, "file", OLD, DescriptorFlags::READ, NOW).is_ok()
        };
        (0..1_000_000).filter(open).count()
    });
    assert_eq!(opened, 1023, "and the root");
    assert!(count.bytes < 1 << 20, "{count:?}");
    assert_eq!(space.usage().metadata, usage.metadata);
    let refused = space.open_at(root, Follow::No, "new", NEW, DescriptorFlags::READ, NOW);
    assert_eq!(refused, Err(Error::InsufficientMemory));
    assert_eq!(space.stat_at(root, Follow::No, "new"), Err(Error::NoEntry));
    space.audit().unwrap();
}

#[test]
fn a_million_open_handles_are_cheap_where_they_are_allowed() {
    let (mut space, root) = space(GENEROUS);
    touch(&mut space, root, "file").unwrap();
    let before = space.usage();
    let (handles, count) = counted(|| {
        let mut handles = Vec::with_capacity(1_000_000);
        for _ in 0..1_000_000 {
            let read = DescriptorFlags::READ;
            handles.push(space.open_at(root, Follow::No, "file", OLD, read, NOW).unwrap());
        }
        handles
    });
    assert!(count.bytes < 200 << 20, "{count:?}");
    assert_eq!(space.usage().handles, before.handles + 1_000_000);
    space.unlink_file_at(root, "file", NOW).unwrap();
    assert_eq!(space.usage().nodes, before.nodes);
    for handle in handles {
        space.close(handle).unwrap();
    }
    assert_eq!((space.usage().nodes, space.usage().handles), (1, 1));
}

#[test]
fn opening_and_closing_forever_holds_nothing() {
    let (mut space, root) = space(GENEROUS);
    touch(&mut space, root, "file").unwrap();
    let mut round = || {
        for _ in 0..100_000 {
            let read = DescriptorFlags::READ;
            let file = space.open_at(root, Follow::No, "file", OLD, read, NOW).unwrap();
            space.close(file).unwrap();
        }
    };
    round();
    let ((), count) = counted(round);
    assert_eq!((count.calls, count.live), (0, 0));
}
