//! Content: sparse, in small pieces, in fragments, cut and filled again.

use tmpfs::{Error, Limits, PAGE};

use crate::allocator::counted;
use crate::{GENEROUS, NOW, RETAINED, charged, file, space};

#[test]
fn files_as_large_as_numbers_go_hold_what_is_written() {
    let limits = Limits { content: 1 << 20, ..Limits::default() };
    let ((mut space, root), before) = counted(|| space(limits));
    let sparse = file(&mut space, root, "sparse").unwrap();
    let empty = space.usage();
    let (written, count) = counted(|| {
        let offsets = (0..63).map(|bit| 1_u64 << bit);
        offsets.filter(|offset| space.write_at(sparse, *offset, b"x", NOW).is_ok()).count()
    });
    assert!(written > 40, "{written}");
    assert!(before.live + count.live <= charged(&space) + RETAINED);
    assert_eq!(space.stat(sparse).unwrap().size, (1 << 62) + 1);
    for size in [1 << 62, 1 << 40, 1 << 20, 1, 0] {
        let (cut, count) = counted(|| space.set_size(sparse, size, NOW));
        assert_eq!(cut, Ok(()));
        assert!(count.bytes <= 2 * PAGE as u64, "{count:?}");
        space.audit().unwrap();
    }
    assert_eq!(space.usage(), empty);
}

#[test]
fn a_flood_of_far_pages_ends_at_the_limit() {
    let limits = Limits { content: 1 << 20, metadata: 1 << 16, ..Limits::default() };
    let ((mut space, root), before) = counted(|| space(limits));
    let sparse = file(&mut space, root, "sparse").unwrap();
    // Each page as far from the others as can be costs the most branches.
    let (written, count) = counted(|| {
        let offsets = (0..100_000_u64).map(|at| at.reverse_bits() >> 1);
        let fits = |offset: &u64| space.write_at(sparse, *offset, b"x", NOW).is_ok();
        offsets.filter(fits).count()
    });
    assert!((10..1000).contains(&written), "{written}");
    let usage = space.usage();
    assert!(usage.metadata <= 1 << 16 && usage.content <= 1 << 20);
    assert!(before.live + count.live <= charged(&space) + RETAINED);
    space.audit().unwrap();
}

#[test]
fn appending_a_little_costs_a_little_however_long_the_file() {
    let (mut space, root) = space(GENEROUS);
    let log = file(&mut space, root, "log").unwrap();
    let mut round = || {
        let (_, count) = counted(|| {
            for _ in 0..100_000 {
                assert_eq!(space.append(log, b"ten bytes.", NOW), Ok(10));
            }
        });
        count
    };
    let first = round();
    for _ in 0..8 {
        let later = round();
        assert!(later.calls <= first.calls && later.bytes <= first.bytes + (1 << 19), "{later:?}");
        assert!(later.bytes <= 2 * 1_000_000 + (1 << 20), "twice what is appended: {later:?}");
    }
    assert_eq!(space.stat(log).unwrap().size, 9_000_000);
}

#[test]
fn small_writes_into_a_large_file_allocate_nothing() {
    let (mut space, root) = space(GENEROUS);
    let large = file(&mut space, root, "large").unwrap();
    space.write_at(large, 0, &vec![1; 1 << 26], NOW).unwrap();
    let ((), count) = counted(|| {
        for at in 0..10_000 {
            assert_eq!(space.write_at(large, at * 6_007, b"over", NOW), Ok(4));
        }
    });
    assert_eq!((count.calls, count.live), (0, 0));
}

#[test]
fn fragments_are_used_again() {
    let limits = Limits { content: 16 << 20, ..Limits::default() };
    let ((mut space, root), before) = counted(|| space(limits));
    let empty = space.usage();
    let mut live = before.live;
    for round in 0..5_usize {
        let ((), count) = counted(|| {
            // Files of all sizes; then every second goes, and larger ones come.
            for at in 0..1000_usize {
                let small = file(&mut space, root, &format!("{at}")).unwrap();
                let size = 64 << ((at + round) % 8);
                space.write_at(small, 0, &vec![1; size], NOW).unwrap();
                space.close(small).unwrap();
            }
            for at in (0..1000).step_by(2) {
                space.unlink_file_at(root, &format!("{at}"), NOW).unwrap();
            }
            let rest = limits.content - space.usage().content;
            let large = file(&mut space, root, "large").unwrap();
            let wanted = usize::try_from(rest).unwrap() / PAGE * PAGE;
            let written = space.write_at(large, 0, &vec![2; wanted], NOW);
            assert_eq!(written, Ok(wanted), "no piece of the quota is lost to fragments");
            space.close(large).unwrap();
        });
        live += count.live;
        assert!(live <= charged(&space) + RETAINED, "{live} held, {} charged", charged(&space));
        space.audit().unwrap();
        let ((), count) = counted(|| {
            for at in (1..1000).step_by(2) {
                space.unlink_file_at(root, &format!("{at}"), NOW).unwrap();
            }
            space.unlink_file_at(root, "large", NOW).unwrap();
        });
        live += count.live;
        assert_eq!(tmpfs::Usage { handles: 1, ..space.usage() }, empty);
        assert!(live <= RETAINED, "{live} retained");
    }
}

#[test]
fn pages_given_back_are_used_again_and_few_are_kept() {
    let (mut space, root) = space(GENEROUS);
    let scratch = file(&mut space, root, "scratch").unwrap();
    let bytes = vec![7; 1 << 19];
    let mut round = |length: usize| {
        let (_, count) = counted(|| {
            space.write_at(scratch, 0, &bytes[..length], NOW).unwrap();
            space.set_size(scratch, 0, NOW).unwrap();
        });
        count
    };
    round(1 << 19);
    for _ in 0..100 {
        let again = round(1 << 19);
        assert!(again.bytes < 1 << 16, "what was given back serves again: {again:?}");
        assert_eq!(again.live, 0);
    }
}

#[test]
fn a_file_over_every_limit_leaves_a_space_that_works() {
    let (mut space, root) = space(Limits { content: 1 << 20, ..Limits::default() });
    let large = file(&mut space, root, "large").unwrap();
    let bytes = vec![1; 1 << 16];
    let mut written = 0;
    let refused = loop {
        match space.append(large, &bytes, NOW) {
            Ok(count) => written += count,
            Err(error) => break error,
        }
    };
    assert_eq!((refused, written), (Error::InsufficientSpace, 1 << 20));
    for _ in 0..1000 {
        assert_eq!(space.append(large, &bytes, NOW), Err(Error::InsufficientSpace));
    }
    let mut read = vec![0; 1 << 20];
    assert_eq!(space.read_at(large, 0, &mut read), Ok(1 << 20));
    assert!(read.iter().all(|byte| *byte == 1));
    space.audit().unwrap();
}
