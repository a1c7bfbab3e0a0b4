//! Many names: a million, the longest, those that collide, those of one file.

use tmpfs::{Cursor, Error, Follow, Limits};

use crate::allocator::{Count, counted};
use crate::{GENEROUS, NOW, RETAINED, charged, space, touch};

const MILLION: u32 = 1_000_000;

#[test]
fn a_million_empty_files_cost_each_what_the_first_thousand_cost() {
    let ((mut space, root), before) = counted(|| space(GENEROUS));
    let empty = space.usage();
    let mut make = |from: u32, to: u32| {
        let make = || {
            for at in from..to {
                touch(&mut space, root, &format!("{at:x}")).unwrap();
            }
            space.usage().metadata
        };
        counted(make)
    };
    let (few, first) = make(0, 1000);
    let (_, most) = make(1000, MILLION - 1000);
    let (all, last) = make(MILLION - 1000, MILLION);
    assert!(last.calls <= first.calls + 200, "{first:?} {last:?}");
    assert!(last.bytes <= 2 * first.bytes + (1 << 20), "{first:?} {last:?}");
    assert!(all / u64::from(MILLION) <= 3 * few / 2 / 1000, "a name costs what a name costs");
    let live = before.live + first.live + most.live + last.live;
    assert!(live <= charged(&space) + RETAINED, "{live} held, {} charged", charged(&space));

    let mut cursor = Cursor::default();
    let mut told = 0;
    while space.list(root, &mut cursor).unwrap().is_some() {
        told += 1;
    }
    assert_eq!(told, MILLION);
    space.audit().unwrap();

    let ((), removed) = counted(|| {
        for at in 0..MILLION {
            space.unlink_file_at(root, &format!("{at:x}"), NOW).unwrap();
        }
    });
    assert_eq!(space.usage(), empty);
    assert!(live + removed.live <= 48 << 20, "what a table keeps for each chunk there ever was");
    let ((), dropped) = counted(|| drop(space));
    assert_eq!(live + removed.live + dropped.live, 0);
}

#[test]
fn the_default_limits_end_a_flood_of_files() {
    let (mut space, root) = space(Limits::default());
    let mut made = 0_u64;
    let refused = loop {
        match touch(&mut space, root, &format!("{made}")) {
            Ok(()) => made += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(refused, Error::InsufficientSpace);
    assert_eq!(made + 1, Limits::default().nodes, "the metadata allow as many as the nodes");
    space.audit().unwrap();
    space.unlink_file_at(root, "0", NOW).unwrap();
    touch(&mut space, root, "again").unwrap();
}

#[test]
fn the_longest_names_are_charged() {
    let limits = Limits { metadata: 8 << 20, nodes: u64::MAX, ..Limits::default() };
    let ((mut space, root), before) = counted(|| space(limits));
    let empty = space.usage();
    let (made, filled) = counted(|| {
        let fits = |at: &u32| touch(&mut space, root, &format!("{at:x>255}")).is_ok();
        (0..).take_while(fits).count()
    });
    assert!((10_000..40_000).contains(&made), "{made}");
    let live = before.live + filled.live;
    assert!(live <= charged(&space) + RETAINED, "{live} held, {} charged", charged(&space));
    for at in 0..made {
        space.unlink_file_at(root, &format!("{at:x>255}"), NOW).unwrap();
    }
    assert_eq!(space.usage(), empty);
}

/// A hundred thousand strings of 17 pairs that a polynomial hash cannot tell apart: what
/// `h * 31 + c` makes of "Aa" and "BB", and `h * 33 + c` of "Ez" and "FY".
fn colliding(pairs: [&'static str; 2]) -> impl Iterator<Item = String> {
    (0..100_000_u32)
        .map(move |bits| (0..17).map(|at| pairs[usize::from(bits >> at & 1 == 1)]).collect())
}

#[test]
fn names_that_collide_elsewhere_do_not_collide_here() {
    let flood = |names: &mut dyn Iterator<Item = String>| {
        let (mut space, root) = space(GENEROUS);
        let ((), Count { calls, bytes, .. }) = counted(|| {
            for name in names {
                touch(&mut space, root, &name).unwrap();
            }
        });
        space.audit().unwrap();
        (calls, bytes, space.usage().metadata)
    };
    let (calls, bytes, metadata) = flood(&mut (0..100_000).map(|at| format!("{at:0>34}")));
    for pairs in [["Aa", "BB"], ["Ez", "FY"]] {
        let names: Vec<String> = colliding(pairs).collect();
        let other = flood(&mut names.into_iter());
        let within = |other: u64, usual: u64| other <= usual + usual / 10;
        assert!(within(other.0, calls + 200_000), "{} calls, {calls} otherwise", other.0);
        assert!(within(other.1, bytes + (1 << 20)), "{} bytes, {bytes} otherwise", other.1);
        assert!(within(other.2, metadata), "{} charged, {metadata} otherwise", other.2);
    }
}

#[test]
fn a_hundred_thousand_links_of_one_file_are_names_and_no_more() {
    let (mut space, root) = space(GENEROUS);
    let empty = space.usage();
    touch(&mut space, root, "file").unwrap();
    let one = space.usage();
    for at in 0..100_000 {
        space.link_at(root, Follow::No, "file", root, &format!("{at}"), NOW).unwrap();
    }
    let usage = space.usage();
    assert_eq!((usage.nodes, usage.content), (one.nodes, one.content));
    assert!(usage.metadata - one.metadata >= 100_000 * 48, "each name is charged");
    assert_eq!(space.stat_at(root, Follow::No, "file").unwrap().link_count, 100_001);
    space.audit().unwrap();
    for at in 0..100_000 {
        space.unlink_file_at(root, &format!("{at}"), NOW).unwrap();
    }
    assert_eq!(space.usage(), one, "a directory that shrank costs what one does that never grew");
    touch(&mut space, root, "second").unwrap();
    let two = space.usage();
    space.unlink_file_at(root, "second", NOW).unwrap();
    space.unlink_file_at(root, "file", NOW).unwrap();
    assert_eq!(space.usage(), empty);
    touch(&mut space, root, "file").unwrap();
    touch(&mut space, root, "second").unwrap();
    assert_eq!(space.usage(), two, "so do the entries that come next");
}

#[test]
fn links_that_double_at_each_step_end_after_forty() {
    let (mut space, root) = space(GENEROUS);
    space.create_directory_at(root, "0", NOW).unwrap();
    space.symlink_at(".", root, "0/0", NOW).unwrap();
    for at in 1..60 {
        let below = format!("{0}/../{0}/..", at - 1);
        space.symlink_at(&below, root, &format!("{at}"), NOW).unwrap();
    }
    let (found, count) = counted(|| space.stat_at(root, Follow::Yes, "59"));
    assert_eq!(found, Err(Error::Loop));
    assert_eq!(count.calls, 0, "looking up allocates nothing");
}
